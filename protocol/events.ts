// The Socket.IO wire, both directions. docs/PROTOCOL.md numbers its rules.
import type { ProjectRole, Permission, Role } from './access.ts'
import type { CallEvents, CallRequests } from './calls.ts'
import type { Channel, ChatEvents, ChatRequests } from './chat.ts'
import type { WireError } from './errors.ts'
import type { ProbeRequests } from './probe.ts'
import type { Presence, PresenceEvents, PresenceRequests, PresentPerson } from './presence.ts'

/** Every event from the server, as in the specification. */
export interface Envelope<Type extends string, Payload> {
  type: Type
  payload: Payload
  /** ISO 8601 */
  timestamp: string
  /** Whose doing it was, where it was somebody's */
  userId?: string
}

export type Reply<Data> = { ok: true; data: Data } | { ok: false; error: WireError }

/** A person as others see them. */
export interface PublicUser {
  id: string
  username: string
  displayName: string
  /** Address of a picture, or '' */
  avatar: string
  /** Without an account: came to a call by a link, under this name */
  guest?: true
}

export interface ProjectUpdate {
  projectId: string
  /** Dense per project, from 1 */
  seq: number
  updateType: UpdateType
  data: unknown
}

export const updateTypes = [
  'issue_created',
  'issue_updated',
  'issue_deleted',
  'comment_created',
  'member_joined',
  'member_updated',
  'member_left',
  'project_updated',
  'file_created',
  'file_updated',
  'file_deleted',
  'file_restored',
  'files_changed',
  'thread_created',
  'thread_updated',
  'thread_deleted',
  'version_created',
  'version_updated',
  'version_restored',
] as const
export type UpdateType = (typeof updateTypes)[number]

export interface CallSummary {
  /** ISO 8601 */
  startedAt: string
  participants: PublicUser[]
}

export interface UpdatePage {
  /** after the seq asked, oldest first; without one, none */
  updates: ProjectUpdate[]
  /** seq of the newest of them; ask for what comes after it next */
  seq: number
  hasMore: boolean
  /** What was missed is older than 30 days, or of another history: load everything anew and go on from `seq` */
  reset: boolean
}

export interface JoinedProject extends UpdatePage {
  projectId: string
  role: Role
  permissions: readonly Permission[]
  members: (PublicUser & Presence & { role: ProjectRole })[]
  /** Everybody who is in the room now, members or not */
  present: PresentPerson[]
  channels: Channel[]
  /** The project's own call */
  call: CallSummary | null
  /** Those of its channels, by channel id */
  channelCalls: Record<string, CallSummary>
  /** ISO 8601; this person cannot write in the chat until then */
  mutedUntil: string | null
}

/** What a client asks: name → [payload, data of the acknowledgement]. */
export interface Requests extends CallRequests, ChatRequests, PresenceRequests, ProbeRequests {
  join_project: [{ projectId: string; since?: number | undefined }, JoinedProject]
  leave_project: [{ projectId: string }, null]
  /** The project's updates after a seq, up to 500 at a time */
  get_updates: [{ projectId: string; after: number }, UpdatePage]
}

/** What the server tells: name → payload inside the envelope. */
export interface Events extends CallEvents, ChatEvents, PresenceEvents {
  project_update: ProjectUpdate
  /** A maintainer muted this person in the chat, or ended it: null */
  muted: { projectId: string; until: string | null }
  /** Somebody lost or changed access; the client joins again and is judged anew */
  access_changed: { projectId: string }
  /** This node stops: connect again, to another one, after a random part of this time (milliseconds) */
  draining: { withinMs: number }
  notification: {
    id: string
    title: string
    message: string
    type: 'info' | 'success' | 'warning' | 'error'
    actionUrl?: string
  }
}

export type ClientToServer = {
  [Name in keyof Requests]: (
    payload: Requests[Name][0],
    ack: (reply: Reply<Requests[Name][1]>) => void,
  ) => void
}
export type ServerToClient = {
  [Name in keyof Events]: (event: Envelope<Name, Events[Name]>) => void
}

export function envelope<Name extends keyof Events>(
  type: Name,
  payload: Events[Name],
  userId?: string,
): Envelope<Name, Events[Name]> {
  const timestamp = new Date().toISOString()
  return userId === undefined ? { type, payload, timestamp } : { type, payload, timestamp, userId }
}
