// The Socket.IO wire, both directions. docs/PROTOCOL.md numbers its rules.
import type { ProjectRole, Permission, Role } from './access.ts'
import type { CallEvents, CallRequests } from './calls.ts'
import type { WireError } from './errors.ts'

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
}

export interface ChatMessage {
  id: string
  projectId: string
  channelId: string
  /** Dense per channel, from 1 */
  seq: number
  message: string
  author: PublicUser
  /** The sender's own mark, so that it recognises its message */
  nonce: string
  /** ISO 8601 */
  createdAt: string
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
] as const
export type UpdateType = (typeof updateTypes)[number]

export interface Channel {
  id: string
  name: string
  /** seq of its newest message; 0 when empty */
  lastSeq: number
  /** up to which seq this person has read */
  readSeq: number
  /** newer messages of others */
  unread: number
}

export interface CallSummary {
  /** ISO 8601 */
  startedAt: string
  participants: PublicUser[]
}

export interface JoinedProject {
  projectId: string
  role: Role
  permissions: readonly Permission[]
  members: (PublicUser & { role: ProjectRole; online: boolean })[]
  /** Everybody who is in the room now, members or not */
  present: PublicUser[]
  channels: Channel[]
  call: CallSummary | null
  /** seq of the newest project update */
  seq: number
  /** The updates after `since`, oldest first; null: too many were missed, load everything anew */
  updates: ProjectUpdate[] | null
}

export interface MessagePage {
  /** oldest first */
  messages: ChatMessage[]
  /** whether there are more in the direction asked */
  hasMore: boolean
}

/** What a client asks: name → [payload, data of the acknowledgement]. */
export interface Requests extends CallRequests {
  join_project: [{ projectId: string; since?: number | undefined }, JoinedProject]
  leave_project: [{ projectId: string }, null]
  send_message: [{ projectId: string; message: string; nonce?: string | undefined }, ChatMessage]
  get_messages: [
    {
      projectId: string
      before?: number | undefined
      after?: number | undefined
      limit?: number | undefined
    },
    MessagePage,
  ]
  mark_read: [{ projectId: string; seq: number }, { readSeq: number; unread: number }]
  typing_start: [{ projectId: string }, null]
  typing_stop: [{ projectId: string }, null]
}

/** What the server tells: name → payload inside the envelope. */
export interface Events extends CallEvents {
  chat_message: ChatMessage
  user_typing: { projectId: string; userId: string; username: string; typing: boolean }
  project_update: ProjectUpdate
  presence_changed: { projectId: string; user: PublicUser; status: 'online' | 'offline' }
  /** To the same person's other devices */
  read_changed: { projectId: string; channelId: string; readSeq: number; unread: number }
  /** Somebody lost or changed access; the client joins again and is judged anew */
  access_changed: { projectId: string }
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
