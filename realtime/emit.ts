// The one place where events leave: wrapped in the specification's envelope, to sockets on any node.
import { envelope, type Events, type ServerToClient } from '../protocol/events.ts'
import { projectRoom, userRoom } from '../protocol/names.ts'
import type { Emit } from '../protocol/requests.ts'
import type { Io } from './io.ts'

/** Anything of Socket.IO that emits: a room, a socket, all of a node's sockets. */
interface Target {
  emit<Name extends keyof Events>(name: Name, ...args: Parameters<ServerToClient[Name]>): unknown
}

export function emitTo<Name extends keyof Events>(
  target: Target,
  name: Name,
  payload: Events[Name],
  userId?: string,
) {
  // TypeScript cannot see that the envelope of Name is the parameter of Name's event.
  const args = [envelope(name, payload, userId)] as unknown as Parameters<ServerToClient[Name]>
  target.emit(name, ...args)
}

export function createEmit(io: Io): Emit {
  return {
    toProject: (id, name, payload, userId) => emitTo(io.to(projectRoom(id)), name, payload, userId),
    toUser: (id, name, payload, userId) => emitTo(io.to(userRoom(id)), name, payload, userId),
    toSocket: (id, name, payload, userId) => emitTo(io.to(id), name, payload, userId),
    toRoom: (room, except, name, payload, userId) =>
      emitTo(io.to(room).except(except.map(userRoom)), name, payload, userId),
    toOwnSockets: (name, payload) => emitTo(io.local, name, payload),
  }
}
