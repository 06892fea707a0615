// How a plane offers its socket requests: a schema for what comes in, a function that answers. server/sockets.ts
// lists them all; realtime/requests.ts limits, parses, acknowledges.
import type { z } from 'zod'
import type { Permission, Principal } from './access.ts'
import type { Events, Requests } from './events.ts'

/** Who asks, and on which connection. */
export interface Caller {
  socketId: string
  principal: Principal
}

export interface RequestHandler<Name extends keyof Requests> {
  schema: z.ZodType<Requests[Name][0]>
  /** Guests of a call may ask this, too; nobody else of what is not marked so */
  guests?: boolean
  /** @throws AppError, which becomes the acknowledgement's error */
  handle(caller: Caller, payload: Requests[Name][0]): Promise<Requests[Name][1]>
}

export type RequestHandlers<Names extends keyof Requests = keyof Requests> = {
  [Name in Names]: RequestHandler<Name>
}

/** How a plane tells sockets, on any node unless it says otherwise. `userId` is whose doing it was. */
export interface Emit {
  toProject: EmitTo
  toUser: EmitTo
  toSocket: EmitTo
  /** Whoever is in a Socket.IO room, but for some people */
  toRoom<Name extends keyof Events>(
    room: string,
    exceptUserIds: readonly string[],
    name: Name,
    payload: Events[Name],
    userId?: string,
  ): void
  /** Every socket of this node, and of no other: for what concerns the node itself */
  toOwnSockets<Name extends keyof Events>(name: Name, payload: Events[Name]): void
}
type EmitTo = <Name extends keyof Events>(
  id: string,
  name: Name,
  payload: Events[Name],
  userId?: string,
) => void

/** Access was lost or changed. Every node closes what it holds of that person; it is judged again on return. */
export interface AccessChange {
  userId: string
  /** Only there; otherwise everywhere */
  projectId?: string
  /** Only this sign-in; otherwise all of them */
  sessionId?: string
}

/** What a live connection was let into. */
export interface Holding {
  principal: Principal
  /** Without one, the connection itself */
  project?: {
    id: string
    /** Whether this is what somebody with these permissions would be given now */
    fits(permissions: readonly Permission[]): boolean
  }
}
