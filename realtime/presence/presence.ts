// Who is in a room, told by the live sockets of all nodes. Several tabs and devices are one person.
import type { Logger } from 'pino'
import type { PublicUser } from '../../protocol/events.ts'
import { projectRoom } from '../../protocol/names.ts'
import type { Emit } from '../../protocol/requests.ts'
import type { Io, IoSocket } from '../io.ts'

/** A reload or a short loss of connection is not an absence. */
const GRACE = 2_000

export type Presence = ReturnType<typeof createPresence>

export function createPresence({ io, emit, log }: { io: Io; emit: Emit; log: Logger }) {
  const timers = new Set<NodeJS.Timeout>()

  /** Distinct people with a socket in the room, on any node; while Redis is away, on this one. */
  async function list(projectId: string): Promise<PublicUser[]> {
    const room = projectRoom(projectId)
    const sockets = await io
      .in(room)
      .fetchSockets()
      .catch(() => io.local.in(room).fetchSockets())
    return [
      ...new Map(sockets.map(({ data }) => [data.principal.id, data.principal.user])).values(),
    ]
  }

  const tell = (projectId: string, user: PublicUser, status: 'online' | 'offline') =>
    emit.toProject(projectId, 'presence_changed', { projectId, user, status }, user.id)

  function left(projectId: string, user: PublicUser) {
    const timer = setTimeout(() => {
      timers.delete(timer)
      list(projectId).then(
        (present) => present.some(({ id }) => id === user.id) || tell(projectId, user, 'offline'),
        (error: unknown) => log.warn({ err: error }, 'presence could not be read'),
      )
    }, GRACE)
    timers.add(timer)
  }

  io.on('connection', (socket) => {
    socket.on('disconnect', () => {
      for (const projectId of Object.keys(socket.data.joined))
        left(projectId, socket.data.principal.user)
    })
  })

  return {
    list,
    left,
    joined: (projectId: string, socket: IoSocket) =>
      tell(projectId, socket.data.principal.user, 'online'),
    close: () => timers.forEach((timer) => clearTimeout(timer)),
  }
}
