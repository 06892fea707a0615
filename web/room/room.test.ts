// A room against a server in memory that counts updates densely and replays them.
import { expect, it, onTestFinished } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import type { JoinedProject, ProjectUpdate } from '../../protocol/events.ts'
import type { AppSocket, Connection } from '../socket.ts'
import { createStore } from '../store.ts'
import { createRoom } from './room.ts'

function openRoom() {
  const log: ProjectUpdate[] = []
  const listeners = new Map<string, (payload: never, envelope: never) => void>()
  const connection = createStore<Connection>('connected')
  const server = { refuses: null as AppError | null, forgets: false, joins: [] as unknown[] }
  const joined = (since: number | undefined): JoinedProject => ({
    projectId: 'p',
    role: 'member',
    permissions: ['room:join'],
    members: [],
    present: [],
    channels: [],
    call: null,
    seq: log.length,
    updates: server.forgets ? null : log.slice(since ?? log.length),
  })
  const socket: AppSocket = {
    connection,
    request: async (name, payload) => {
      if (name === 'get_messages') return { messages: [], hasMore: false } as never
      if (name !== 'join_project') return null as never
      const { since } = payload as { since?: number }
      server.joins.push(since)
      if (server.refuses) throw server.refuses
      return joined(since) as never
    },
    on(name, listener) {
      // The room listens before its chat does; both hear what they asked for.
      listeners.set(name, listener as never)
      return () => listeners.delete(name)
    },
    close: () => undefined,
  }
  const seen: number[] = []
  let reloads = 0
  const room = createRoom({
    projectId: 'p',
    userId: 'ada',
    socket,
    onUpdate: ({ seq }) => seen.push(seq),
    onReload: () => (reloads += 1),
  })
  onTestFinished(() => room.close())
  const happen = () => {
    const update = { projectId: 'p', seq: log.length + 1, updateType: 'issue_created', data: {} }
    log.push(update as ProjectUpdate)
    return update as ProjectUpdate
  }
  const tell = (name: string, payload: unknown) =>
    listeners.get(name)?.(payload as never, { userId: 'ben' } as never)
  return { room, server, connection, seen, happen, tell, reloads: () => reloads }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

it('replays what happened while away, and each update once', async () => {
  const { room, server, connection, seen, happen, tell } = openRoom()
  await settle()
  expect(room.get().state).toBe('joined')
  tell('project_update', happen())
  connection.set('offline')
  expect(room.get().state).toBe('offline')
  happen()
  const third = happen()
  connection.set('connected')
  await settle()
  tell('project_update', third)
  expect(seen).toEqual([1, 2, 3])
  expect(server.joins).toEqual([undefined, 1])
})

it('fills a hole between updates by joining again', async () => {
  const { seen, happen, tell } = openRoom()
  await settle()
  happen()
  tell('project_update', happen())
  await settle()
  expect(seen).toEqual([1, 2])
})

it('loads everything anew where too much was missed', async () => {
  const { server, connection, reloads } = openRoom()
  await settle()
  server.forgets = true
  connection.set('offline')
  connection.set('connected')
  await settle()
  expect(reloads()).toBe(1)
})

it('is judged again when access changed, and says why it was refused', async () => {
  const { room, server, tell } = openRoom()
  await settle()
  server.refuses = new AppError('NOT_FOUND', 'Project not found')
  tell('access_changed', { projectId: 'p' })
  await settle()
  expect(room.get()).toMatchObject({
    state: 'refused',
    refusal: 'Project not found',
    permissions: [],
  })
})

it('joins once more where that is asked for while joining', async () => {
  const { room, server } = openRoom()
  room.join()
  room.join()
  await settle()
  expect(server.joins).toHaveLength(2)
})
