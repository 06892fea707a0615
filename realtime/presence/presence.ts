// Who is in a room, over all nodes. Each node holds the sockets of its own people and what the others say of theirs,
// all in memory; several tabs and devices are one person.
import type { Logger } from 'pino'
import type { Db } from '../../db/database.ts'
import { NODE_TIMEOUT, type Bus } from '../../protocol/bus.ts'
import { AppError } from '../../protocol/errors.ts'
import type { PublicUser } from '../../protocol/events.ts'
import { userRoom } from '../../protocol/names.ts'
import { AWAY_AFTER, type ChosenStatus, type Place } from '../../protocol/presence.ts'
import type { Caller } from '../../protocol/requests.ts'
import type { Io, IoSocket } from '../io.ts'
import type { Outlet } from '../outlet.ts'
import { createCrowd } from './crowd.ts'
import { createFanout } from './fanout.ts'
import { createLastSeen, readStatuses, writeStatus } from './records.ts'
import { createOthers, type PersonChange } from './others.ts'
import { createSeats } from './seats.ts'

/** A reload or a short loss of connection is not an absence. */
const GRACE = 2_000
const TICK = 1_000

export interface PresenceOptions {
  db: Db
  io: Io
  bus: Bus
  outlet: Outlet
  log: Logger
  awayAfterMs?: number | undefined
  graceMs?: number | undefined
}

export type Presence = ReturnType<typeof createPresence>

export function createPresence(options: PresenceOptions) {
  const { db, io, bus, outlet, log, awayAfterMs = AWAY_AFTER, graceMs = GRACE } = options
  const lastSeen = createLastSeen({ db, log })
  const fanout = createFanout({ io, outlet })
  const crowd = createCrowd((projectId, changes) => {
    fanout.tell(projectId, changes)
    const at = new Date().toISOString()
    for (const { before, now } of changes) {
      if (before && !now) lastSeen.add({ projectId, userId: before.id, at })
    }
  })
  const seats = createSeats({
    awayAfterMs,
    onChange(userId) {
      const person = seats.describe(userId)
      crowd.set(bus.nodeId, userId, person)
      others.say(userId, person)
    },
  })

  /** Whose chosen status is to be read */
  const unread = new Set<string>()
  let reading = false
  async function readChosen() {
    if (reading || unread.size === 0) return
    reading = true
    const userIds = [...unread]
    // Whoever chooses meanwhile is known better than what is read, and leaves this set.
    try {
      const statuses = await readStatuses(db, userIds)
      for (const userId of userIds) {
        if (unread.delete(userId))
          seats.change(userId, { chosen: statuses.get(userId) ?? 'online' })
      }
    } catch (error) {
      log.warn({ err: error }, 'the statuses of people could not be read')
    } finally {
      reading = false
    }
  }

  function apply(change: PersonChange) {
    if (change.kind === 'status') {
      unread.delete(change.userId)
      return seats.change(change.userId, { chosen: change.status })
    }
    const { user } = change
    for (const id of io.sockets.adapter.rooms.get(userRoom(user.id)) ?? []) {
      const data = io.sockets.sockets.get(id)?.data
      if (data) data.principal = { ...data.principal, user }
    }
    seats.change(user.id, { user })
  }
  const tellAll = (change: PersonChange) => {
    apply(change)
    others.tell(change)
  }

  let tickedAt = performance.now()
  let stoppedUntil = 0
  /** After a stop, of this process or its machine, it takes a moment until we know which sockets are still there. */
  const wasStopped = () => {
    const now = performance.now()
    if (now - tickedAt > NODE_TIMEOUT) stoppedUntil = now + TICK
    if (now < stoppedUntil) tickedAt = now
    return now < stoppedUntil
  }
  const others = createOthers({
    bus,
    crowd,
    describeAll() {
      if (wasStopped()) throw new AppError('UNAVAILABLE', 'This node was stopped; ask again')
      return seats.userIds().flatMap((userId) => {
        const person = seats.describe(userId)
        return person ? [[userId, person]] : []
      })
    },
    onChange: apply,
  })

  const left = (projectId: string, socket: IoSocket) =>
    seats.leave(socket.id, socket.data.principal.id, projectId, wasStopped() ? 0 : graceMs)
  io.on('connection', (socket) => {
    // Whoever says that they are away is not there for having said so.
    socket.onAny((name: string) => name !== 'set_status' && seats.active(socket.data.principal.id))
    socket.on('disconnect', () => {
      for (const projectId of Object.keys(socket.data.joined)) left(projectId, socket)
    })
  })

  const timer = setInterval(() => {
    wasStopped()
    tickedAt = performance.now()
    others.beat()
    seats.findIdle()
    fanout.repair(crowd.list)
    void readChosen()
  }, TICK).unref()
  const endGap = bus.onGap(() => {
    // What people chose meanwhile on other nodes is in the database.
    for (const userId of seats.userIds()) unread.add(userId)
    others.beat()
    void readChosen()
  })

  return {
    /** To be called once the socket is in the room. */
    joined(projectId: string, socket: IoSocket) {
      // It may have gone while it was joining, and would never be told to have left.
      if (!socket.connected || !socket.data.joined[projectId]) return
      const { user } = socket.data.principal
      if (seats.take(socket.id, user, projectId)) {
        unread.add(user.id)
        void readChosen()
      }
    },
    left,
    /** Everybody who is in the room. */
    list: crowd.list,

    async setPlace({ socketId, principal }: Caller, projectId: string, place: Place | null) {
      if (!io.sockets.sockets.get(socketId)?.data.joined[projectId]) {
        throw new AppError(
          'CONFLICT',
          'This connection is not in the project’s room; send join_project first',
        )
      }
      seats.show(socketId, principal.id, projectId, place)
      return Promise.resolve(null)
    },
    async setStatus(userId: string, status: ChosenStatus) {
      await writeStatus(db, userId, status)
      tellAll({ kind: 'status', userId, status })
    },
    /** A person has another name or picture now. */
    renamed: (user: PublicUser) => tellAll({ kind: 'user', user }),

    async close() {
      clearInterval(timer)
      endGap()
      seats.close()
      const at = new Date().toISOString()
      for (const userId of seats.userIds()) {
        const rooms = Object.keys(seats.describe(userId)?.rooms ?? {})
        for (const projectId of rooms) lastSeen.add({ projectId, userId, at })
      }
      crowd.close()
      others.close()
      await lastSeen.close()
    },
  }
}
