// Presence to this node's sockets. It may be left out for those that read slowly; once they read again, they get
// everybody who is in the room at once.
import { projectRoom } from '../../protocol/names.ts'
import type { Io } from '../io.ts'
import { encodeEvent, type Outlet } from '../outlet.ts'
import type { Change, Crowd } from './crowd.ts'

export function createFanout({ io, outlet }: { io: Io; outlet: Outlet }) {
  /** By socket: the projects of which it was not told everything */
  const shed = new Map<string, Set<string>>()

  const onShed = (projectId: string) => (socketId: string) =>
    shed.set(socketId, (shed.get(socketId) ?? new Set()).add(projectId))

  return {
    tell(projectId: string, changes: readonly Change[]) {
      const at = new Date().toISOString()
      const packets = changes.flatMap(({ before, now }) => {
        const gone = before && { ...before, status: 'offline' as const, places: [], lastSeenAt: at }
        const person = now ?? gone
        if (!person) return []
        const { status, places, lastSeenAt, ...user } = person
        return encodeEvent(
          'presence_changed',
          { projectId, user, status, places, lastSeenAt },
          user.id,
        )
      })
      outlet.toRoom(projectRoom(projectId), packets, { shed: true, onShed: onShed(projectId) })
    },

    /** Tries again those that were left out. */
    repair(list: Crowd['list']) {
      const waiting = [...shed]
      shed.clear()
      for (const [socketId, projectIds] of waiting) {
        const joined = io.sockets.sockets.get(socketId)?.data.joined ?? {}
        for (const projectId of projectIds) {
          if (!joined[projectId]) continue
          const packet = encodeEvent('presence_state', { projectId, present: list(projectId) })
          outlet.toRoom(socketId, [packet], { shed: true, onShed: onShed(projectId) })
        }
      }
    },
  }
}
