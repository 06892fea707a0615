// What the tests of calls stand on: people and a project in a real database, nodes with real media workers, and
// everything they tell to sockets.
import { randomUUID } from 'node:crypto'
import { openDatabase } from '../../db/database.ts'
import type { ProjectRole, Principal } from '../../protocol/access.ts'
import type { Bus } from '../../protocol/bus.ts'
import type { CallAddress } from '../../protocol/calls.ts'
import type { ChannelKind } from '../../protocol/chat.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Events, Requests } from '../../protocol/events.ts'
import type { Caller, Emit } from '../../protocol/requests.ts'
import { createWorkerBinary } from '../worker/binary.ts'
import type { MediaConfig } from '../workers.ts'
import { createCalls, type Calls, type CallsOptions } from './calls.ts'
import chromium from './chromium.json' with { type: 'json' }
import type { WorkerBinary } from './readiness.ts'

type Heard = {
  [Name in keyof Events]: { to: string; name: Name; payload: Events[Name] }
}[keyof Events]

/** One node: its calls, and whatever any node told to anybody. */
export interface StageNode {
  calls: Calls
  ask<Name extends keyof Calls['handlers']>(
    caller: Caller,
    name: Name,
    payload: unknown,
  ): Promise<Requests[Name][1]>
}

/** Joins and opens both transports. */
export async function joinCall({ ask }: StageNode, address: CallAddress, caller: Caller) {
  const joined = await ask(caller, 'call_join', address)
  const open = (direction: string) =>
    ask(caller, 'call_create_transport', { ...address, direction })
  const [send, receive] = [await open('send'), await open('receive')]
  return {
    caller,
    ...joined,
    sendId: send.transportId,
    receiveId: receive.transportId,
    produce: (source: 'camera' | 'microphone' | 'screen', more: object = {}) =>
      ask(caller, 'call_produce', {
        ...address,
        transportId: send.transportId,
        kind: source === 'microphone' ? 'audio' : 'video',
        source,
        rtpParameters: chromium[source],
        ...more,
      }),
    consume: (producerId: string) =>
      ask(caller, 'call_consume', {
        ...address,
        transportId: receive.transportId,
        producerId,
        rtpCapabilities: chromium.rtpCapabilities,
      }),
  }
}

export async function openStage() {
  const binary = createWorkerBinary({ env: process.env })
  await binary.ready
  const database = await openDatabase({ dataDir: 'memory://' })
  const { db } = database
  const heard: Heard[] = []
  const nodes: Calls[] = []

  const tell = <Name extends keyof Events>(to: string, name: Name, payload: Events[Name]) => {
    // A copy, as it would go over the wire.
    heard.push({ to, name, payload: structuredClone(payload) } as Heard)
  }
  const emit: Emit = {
    toProject: tell,
    toUser: tell,
    toSocket: tell,
    toRoom: (room, _, name, payload) => tell(room, name, payload),
    toOwnSockets: (name, payload) => tell('own sockets', name, payload),
  }

  return {
    db,
    binary: binary as WorkerBinary,
    heard,
    heardBy: <Name extends keyof Events>(to: string, name: Name): Events[Name][] =>
      heard
        .filter((one) => one.to === to && one.name === name)
        .map(({ payload }) => payload) as Events[Name][],

    async addProject() {
      const id = randomUUID()
      const name = `Project ${id}`
      await db.insertInto('projects').values({ id, name, slug: id, visibility: 'public' }).execute()
      return id
    },
    /** @param members the ids of those who are in it, unless it is public */
    async addChannel(projectId: string, kind: ChannelKind, members: string[] = []) {
      const id = randomUUID()
      const name = kind === 'public' || kind === 'private' ? id : null
      await db.insertInto('channels').values({ id, projectId, kind, name }).execute()
      for (const userId of members) {
        await db.insertInto('channelMembers').values({ channelId: id, userId }).execute()
      }
      return id
    },
    /** @returns a socket of a new person */
    async addPerson(projectId: string, role: ProjectRole | null = 'member'): Promise<Caller> {
      const id = randomUUID()
      const username = `person-${id.slice(0, 8)}`
      await db
        .insertInto('users')
        .values({ id, email: `${username}@example.com`, username })
        .execute()
      if (role) {
        await db
          .insertInto('projectMembers')
          .values({ id: randomUUID(), projectId, userId: id, role })
          .execute()
      }
      const user = { id, username, displayName: username, avatar: '' }
      const principal: Principal = { id, role: 'member', user, sessionId: randomUUID() }
      return { socketId: randomUUID(), principal }
    },
    /** @returns a socket of somebody who came by a link to this call */
    async addGuest(address: CallAddress, name = 'Gus'): Promise<Caller> {
      const { projectId, channelId = null } = address
      const [id, linkId] = [randomUUID(), randomUUID()]
      const ends = { expiresAt: new Date(Date.now() + 3_600_000).toISOString() }
      await db
        .updateTable('projects')
        .set({ callGuests: true })
        .where('id', '=', projectId)
        .execute()
      await db
        .insertInto('callLinks')
        .values({ id: linkId, tokenHash: linkId, projectId, channelId, ...ends })
        .execute()
      await db
        .insertInto('callGuests')
        .values({ id, tokenHash: id, linkId, name, ...ends })
        .execute()
      const user = { id, username: '', displayName: name, avatar: '', guest: true } as const
      const principal: Principal = { id, role: 'member', user, sessionId: id, guest: address }
      return { socketId: randomUUID(), principal }
    },
    addNode(
      bus: Bus,
      config: MediaConfig,
      more: Partial<Omit<CallsOptions, 'db' | 'bus' | 'emit' | 'config' | 'log'>> = {},
    ): StageNode {
      const log = { error: () => undefined }
      const calls = createCalls({ db, bus, emit, binary, config, log, ...more })
      nodes.push(calls)
      return {
        calls,
        async ask(caller, name, payload) {
          const { schema, handle } = calls.handlers[name]
          // What crosses the wire is JSON, and parsed before it is handled.
          const parsed = schema.safeParse(JSON.parse(JSON.stringify(payload ?? null)))
          if (!parsed.success) throw new AppError('VALIDATION_ERROR', parsed.error.message)
          return structuredClone(await handle(caller, parsed.data))
        },
      }
    },
    async close() {
      for (const calls of nodes) await calls.close()
      await binary.close()
      await database.close()
    },
  }
}
