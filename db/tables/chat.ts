// The chat: channels, messages and what belongs to them.
import type { Generated, JSONColumnType } from 'kysely'
import type { ChannelKind, SystemMessage } from '../../protocol/chat.ts'
import type { Timestamp } from './columns.ts'

export interface Channels {
  id: string
  projectId: string
  kind: Generated<ChannelKind>
  /** null in direct and group channels */
  name: string | null
  topic: Generated<string>
  /** Of direct and group channels: the sorted ids of their people, so that each set of people has one */
  directKey: string | null
  /** seq of its newest message, counted under the row's lock */
  lastSeq: Generated<number>
  /** Position of its newest change, counted under the row's lock */
  lastRev: Generated<number>
  createdBy: string | null
  archivedAt: string | null
  createdAt: Timestamp
}

/** Who is in a channel that is not public. */
export interface ChannelMembers {
  channelId: string
  userId: string
  joinedAt: Timestamp
}

export interface Messages {
  id: string
  channelId: string
  seq: number
  /** Position of its last change among all changes of the channel */
  rev: number
  /** `rev` when it was new */
  createdRev: number
  /** The message that began the thread */
  parentId: string | null
  authorId: string
  message: string
  nonce: string
  /** sha256 of what came with the nonce, hex; null for messages older than the column: compare the text */
  fingerprint: string | null
  system: JSONColumnType<SystemMessage> | null
  replyCount: Generated<number>
  lastReplyAt: string | null
  editedAt: string | null
  deletedAt: string | null
  mentionsAll: Generated<boolean>
  createdAt: Timestamp
}

/** What an edited message said before, from 1. */
export interface MessageVersions {
  messageId: string
  version: number
  message: string
  /** When this text was written */
  createdAt: string
}

export interface Reactions {
  messageId: string
  userId: string
  emoji: string
  createdAt: Timestamp
}

export interface Mentions {
  messageId: string
  userId: string
  /** Of the message, so that unread ones are counted without it */
  channelId: string
  seq: number
}

/** Whoever takes part in a thread has one. */
export interface ThreadMarks {
  rootId: string
  userId: string
  /** Up to which seq of the channel its replies were read */
  seq: number
}

/** The bytes lie in the attachment store under the id. */
export interface Attachments {
  id: string
  projectId: string
  /** null: uploaded and not sent yet, or its message is gone; removed after a day */
  messageId: string | null
  uploadedBy: string | null
  name: string
  type: string
  size: number
  width: number | null
  height: number | null
  createdAt: Timestamp
}

export interface ReadMarks {
  channelId: string
  userId: string
  seq: number
}

export interface ChatTables {
  channels: Channels
  channelMembers: ChannelMembers
  messages: Messages
  messageVersions: MessageVersions
  reactions: Reactions
  mentions: Mentions
  threadMarks: ThreadMarks
  attachments: Attachments
  readMarks: ReadMarks
}
