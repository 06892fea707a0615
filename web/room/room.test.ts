// A room against a server in memory that counts updates densely and replays them.
import { expect, it, onTestFinished } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import type { JoinedProject, ProjectUpdate, UpdatePage } from '../../protocol/events.ts'
import type { PresentPerson } from '../../protocol/presence.ts'
import type { AppSocket, Connection } from '../socket.ts'
import { createStore } from '../store.ts'
import { createRoom } from './room.ts'

const user = (id: string) => ({ id, username: id, displayName: id, avatar: '' })
const gone = { status: 'offline' as const, places: [], lastSeenAt: null }

function openRoom() {
  const log: ProjectUpdate[] = []
  const listeners = new Map<string, (payload: never, envelope: never) => void>()
  const connection = createStore<Connection>('connected')
  const server = {
    refuses: null as AppError | null,
    forgets: false,
    limit: 500,
    joins: [] as unknown[],
    asked: [] as number[],
    places: [] as unknown[],
    present: [] as PresentPerson[],
  }
  const page = (after = log.length): UpdatePage => {
    const missed = server.forgets ? [] : log.slice(after)
    const updates = missed.slice(0, server.limit)
    const seq = server.forgets ? log.length : (updates.at(-1)?.seq ?? log.length)
    return { updates, seq, hasMore: missed.length > updates.length, reset: server.forgets }
  }
  const joined = (since: number | undefined): JoinedProject => ({
    projectId: 'p',
    role: 'member',
    permissions: ['room:join'],
    members: ['ada', 'ben'].map((id) => ({ ...user(id), ...gone, role: 'member' as const })),
    present: server.present,
    channels: [],
    call: null,
    channelCalls: {},
    mutedUntil: null,
    ...page(since),
  })
  const socket: AppSocket = {
    connection,
    transport: () => 'websocket',
    request: async (name, payload) => {
      if (name === 'get_threads') return [] as never
      if (name === 'set_place') server.places.push((payload as { place: unknown }).place)
      if (name === 'get_updates') {
        const { after } = payload as { after: number }
        server.asked.push(after)
        return page(after) as never
      }
      if (name !== 'join_project') return null as never
      const { since } = payload as { since?: number }
      server.joins.push(since)
      if (server.refuses) throw server.refuses
      return joined(since) as never
    },
    on(name, listener) {
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

it('asks page by page for what was missed, and takes what happens meanwhile in its order', async () => {
  const { server, connection, seen, happen, tell } = openRoom()
  await settle()
  connection.set('offline')
  for (let count = 0; count < 25; count += 1) happen()
  server.limit = 10
  connection.set('connected')
  tell('project_update', happen())
  await settle()
  tell('project_update', happen())
  expect(seen).toEqual(Array.from({ length: 27 }, (_, index) => index + 1))
  expect(server.joins).toEqual([undefined, 0])
})

it('fills a hole between updates', async () => {
  const { server, seen, happen, tell } = openRoom()
  await settle()
  happen()
  tell('project_update', happen())
  await settle()
  expect(seen).toEqual([1, 2])
  expect(server.asked).toEqual([0])
})

it('knows who is here, where, and when those who left were seen', async () => {
  const { room, tell } = openRoom()
  await settle()
  const places = [{ kind: 'issue', number: 3 }]
  const here = { status: 'online', places, lastSeenAt: null }
  tell('presence_changed', { projectId: 'p', user: user('ben'), ...here })
  expect(room.get().present).toEqual([{ ...user('ben'), ...here }])
  expect(room.get().members[1]).toMatchObject({ id: 'ben', status: 'online', places })
  tell('presence_state', { projectId: 'p', present: [{ ...user('ada'), ...here }] })
  expect(room.get().members).toMatchObject([
    { id: 'ada', status: 'online' },
    { id: 'ben', status: 'offline', places: [], lastSeenAt: expect.any(String) },
  ])
  tell('presence_changed', { projectId: 'p', user: user('ada'), ...gone })
  expect(room.get().present).toEqual([])
})

it('tells after each join what this tab shows', async () => {
  const { room, server, connection } = openRoom()
  room.setPlace({ kind: 'issue', number: 3 })
  await settle()
  connection.set('offline')
  room.setPlace(null)
  connection.set('connected')
  await settle()
  expect(server.places).toEqual([{ kind: 'issue', number: 3 }, null])
})

it('knows until when one is muted', async () => {
  const { room, tell } = openRoom()
  await settle()
  tell('muted', { projectId: 'p', until: '2026-01-01T12:00:00.000Z' })
  expect(room.get().mutedUntil).toBe('2026-01-01T12:00:00.000Z')
  tell('muted', { projectId: 'p', until: null })
  expect(room.get().mutedUntil).toBeNull()
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
