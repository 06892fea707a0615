// Ringing: a call that begins in a direct or group channel rings at everybody else who is in it, on all their devices,
// until they answer or decline, or for a while. The node that owns the call rings; where the call moves, so does that.
import type { Logger } from 'pino'
import { readPermissions } from '../../db/access.ts'
import type { Db } from '../../db/database.ts'
import { publicColumns } from '../../db/people.ts'
import { createTopic, type Bus } from '../../protocol/bus.ts'
import {
  callKey,
  type CallAddress,
  type CallEvents,
  type RingEndReason,
} from '../../protocol/calls.ts'
import type { PublicUser } from '../../protocol/events.ts'
import type { AccessChange, Emit } from '../../protocol/requests.ts'
import type { Room } from '../room.ts'
import type { Rooms } from './rooms.ts'

export interface RingingOptions {
  db: Db
  bus: Bus
  emit: Emit
  rooms: Pick<Rooms, 'find'>
  log: Pick<Logger, 'error'>
  /** How long it rings, milliseconds */
  ringMs: number
  /** It rang in vain */
  onMissed(address: CallAddress, userId: string, startedAt: string): void
}

interface Begun {
  address: CallAddress
  /** For those whom it rings at on other pages than the project's */
  about: Pick<CallEvents['call_ring'], 'project' | 'members'>
  from: PublicUser
  startedAt: string
  answered: boolean
  missed: boolean
}
interface Ring extends Begun {
  /** User ids of those at whom it rings */
  waiting: Set<string>
  timer: NodeJS.Timeout
  /** As `performance.now()` */
  endsAt: number
}
/** A device of somebody, on any node */
interface Device {
  socketId: string
  userId: string
}
/** From node to node */
interface Moved extends Begun {
  waiting: string[]
  leftMs: number
}

export interface Ringing {
  /** Nothing in other kinds of channels. */
  start(room: Room, from: PublicUser): void
  /** They answered or declined; nothing when it does not ring at them. */
  stop(address: CallAddress, userId: string, reason: 'answered' | 'declined'): void
  /** User ids of those at whom it rings */
  of(address: CallAddress): string[]
  /** The call is over. */
  end(address: CallAddress): void
  /** Somebody may not answer any more. */
  closeFor(change: AccessChange): void
  /** Who may answer may have changed: it stops at those who may not any more. */
  judge(): Promise<void>
  /** A device of theirs has come: what rings at them rings there, too. */
  came(device: Device): void
  /** That node owns the call from now on. */
  move(address: CallAddress, nodeId: string): Promise<void>
  close(): void
}

export function createRinging(options: RingingOptions): Ringing {
  const { db, bus, emit, rooms, log, ringMs, onMissed } = options
  const rings = new Map<string, Ring>()

  async function readOthers({ projectId, channelId }: CallAddress, userId: string) {
    const rows = await db
      .selectFrom('channelMembers')
      .select('userId')
      .where('channelId', '=', channelId ?? '')
      .where('userId', '<>', userId)
      .execute()
    const ids = rows.map((row) => row.userId)
    const permissionsOf = await readPermissions(db, ids, [projectId])
    return ids.filter((id) =>
      permissionsOf({ id, role: 'member' }, projectId).includes('call:join'),
    )
  }

  async function describe({ projectId, channelId }: CallAddress): Promise<Begun['about']> {
    const [project, members] = await Promise.all([
      db
        .selectFrom('projects')
        .select(['slug', 'name'])
        .where('id', '=', projectId)
        .executeTakeFirstOrThrow(),
      db
        .selectFrom('channelMembers')
        .innerJoin('users', 'users.id', 'channelMembers.userId')
        .leftJoin('userProfiles', 'userProfiles.userId', 'users.id')
        .select(publicColumns)
        .where('channelId', '=', channelId ?? '')
        .orderBy('users.username')
        .execute(),
    ])
    return { project, members }
  }

  function keep(begun: Omit<Ring, 'timer' | 'endsAt'>, leftMs: number): Ring {
    const timer = setTimeout(() => stopAll(ring, 'missed'), leftMs)
    const ring = { ...begun, timer, endsAt: performance.now() + leftMs }
    rings.set(callKey(ring.address), ring)
    return ring
  }

  async function start({ address, startedAt }: Room, from: PublicUser) {
    const [others, about] = await Promise.all([readOthers(address, from.id), describe(address)])
    const room = rooms.find(address)
    const isIn = (id: string) =>
      room?.peers.some(({ caller }) => caller.principal.id === id) ?? false
    const waiting = new Set(others.filter((id) => !isIn(id)))
    // Meanwhile it may be over, everybody in it, or another one ring.
    if (!room || waiting.size === 0 || find(address)) return
    const answered = waiting.size < others.length
    const ring = keep({ address, about, from, startedAt, waiting, answered, missed: false }, ringMs)
    room.tellAll('call_ringing', { ...address, userIds: [...waiting] })
    for (const id of waiting) emit.toUser(id, 'call_ring', describeRing(ring), from.id)
  }

  const describeRing = ({ address, about, from, startedAt }: Begun) => ({
    ...address,
    ...about,
    from,
    startedAt,
  })
  const devices = createTopic<Device>(bus, 'devices')
  function ringAt({ socketId, userId }: Device) {
    for (const ring of rings.values())
      if (ring.waiting.has(userId))
        emit.toSocket(socketId, 'call_ring', describeRing(ring), ring.from.id)
  }
  const unsubscribe = devices.subscribe(ringAt)

  function stop(ring: Ring, userId: string, reason: RingEndReason) {
    if (!ring.waiting.delete(userId)) return
    ring.answered ||= reason === 'answered'
    ring.missed ||= reason === 'missed' || reason === 'ended'
    const news = { ...ring.address, userId, reason }
    emit.toUser(userId, 'call_ring_ended', news, userId)
    rooms.find(ring.address)?.tellAll('call_ring_ended', news)
    if (ring.waiting.size > 0) return
    clearTimeout(ring.timer)
    rings.delete(callKey(ring.address))
    if (ring.missed && !ring.answered) onMissed(ring.address, ring.from.id, ring.startedAt)
  }
  const stopAll = (ring: Ring, reason: RingEndReason) => {
    for (const id of ring.waiting) stop(ring, id, reason)
  }
  const find = (address: CallAddress) => rings.get(callKey(address))

  bus.respond('call ring', async (message) => {
    const { leftMs, waiting, ...begun } = message as Moved
    const ring = keep({ ...begun, waiting: new Set(waiting) }, leftMs)
    // They may have been faster.
    for (const { caller } of rooms.find(ring.address)?.peers ?? [])
      stop(ring, caller.principal.id, 'answered')
    // A device that came while it was on its way was told nowhere.
    for (const id of ring.waiting) emit.toUser(id, 'call_ring', describeRing(ring), ring.from.id)
  })

  return {
    start(room, from) {
      if (room.kind !== 'direct' && room.kind !== 'group') return
      start(room, from).catch((error: unknown) => log.error({ err: error }, 'a call cannot ring'))
    },
    stop(address, userId, reason) {
      const ring = find(address)
      if (ring) stop(ring, userId, reason)
    },
    of: (address) => [...(find(address)?.waiting ?? [])],
    end(address) {
      const ring = find(address)
      if (ring) stopAll(ring, 'ended')
    },
    closeFor({ userId, projectId, sessionId }) {
      // Other sign-ins may answer.
      if (sessionId !== undefined) return
      for (const ring of rings.values())
        if (projectId === undefined || projectId === ring.address.projectId)
          stop(ring, userId, 'ended')
    },
    async judge() {
      for (const ring of rings.values()) {
        const others = await readOthers(ring.address, ring.from.id)
        for (const id of ring.waiting) if (!others.includes(id)) stop(ring, id, 'ended')
      }
    },
    came(device) {
      devices.publish(device)
      ringAt(device)
    },
    async move(address, nodeId) {
      const ring = find(address)
      if (!ring) return
      const { timer, endsAt, waiting, ...begun } = ring
      clearTimeout(timer)
      rings.delete(callKey(address))
      const moved: Moved = { ...begun, waiting: [...waiting], leftMs: endsAt - performance.now() }
      await bus.request(nodeId, 'call ring', moved)
    },
    close() {
      unsubscribe()
      for (const { timer } of rings.values()) clearTimeout(timer)
      rings.clear()
    },
  }
}
