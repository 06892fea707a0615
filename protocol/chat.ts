// The chat on the wire: channels, messages, and what was read. docs/PROTOCOL.md numbers the rules.
import type { PublicUser } from './events.ts'

/** `direct`: between two people; `group`: between three to nine. Both have no name, and people open them once. */
export const channelKinds = ['public', 'private', 'direct', 'group'] as const
export type ChannelKind = (typeof channelKinds)[number]

/** A channel as everybody who may read it sees it. */
export interface ChannelInfo {
  id: string
  projectId: string
  kind: ChannelKind
  /** Lower case, unique in the project; null in direct and group channels */
  name: string | null
  topic: string
  /** ISO 8601; an archived channel can be read, and written to by nobody */
  archivedAt: string | null
  createdBy: string | null
  /** Who is in it; null in public channels, where everybody in the project is */
  members: PublicUser[] | null
  /** seq of its newest message; 0 when empty */
  lastSeq: number
  /** Position of its newest change; 0 when empty */
  rev: number
}

/** A channel as one person sees it. */
export interface Channel extends ChannelInfo {
  /** Up to which seq this person has read */
  readSeq: number
  /** Newer messages of others outside of threads; counted up to UNREAD_LIMIT */
  unread: number
  /** Newer messages of others that mention this person or the whole channel, threads included; up to UNREAD_LIMIT */
  mentions: number
}

/** Counts of what is unread end here: it means "this many or more". */
export const UNREAD_LIMIT = 100

export interface Reaction {
  /** One emoji, or a sequence that is shown as one */
  emoji: string
  count: number
  /** The first 100 who reacted with it, in the order they did */
  userIds: string[]
}

export interface Attachment {
  id: string
  name: string
  /** MIME type, as it was found in the bytes for images, else as the uploader said */
  type: string
  /** bytes */
  size: number
  /** Pixels, of images that browsers show; null otherwise */
  width: number | null
  height: number | null
}

/** What the server says in a channel by itself; the author is whoever did it. */
export type SystemMessage =
  | { type: 'member_joined' }
  | { type: 'member_left' }
  | { type: 'call_started' }
  | { type: 'call_missed' }
  | { type: 'issue_closed'; number: number; title: string }
  | { type: 'issue_reopened'; number: number; title: string }
  | { type: 'channel_renamed'; from: string; to: string }
  | { type: 'topic_changed'; topic: string }

export interface ChatMessage {
  id: string
  projectId: string
  channelId: string
  /** Dense per channel, from 1, threads included */
  seq: number
  /** Position of this message's last change among all changes of the channel: grows with each of them */
  rev: number
  /** The message that this one replies to; null outside of threads */
  threadId: string | null
  /** Markdown; '' in a deleted or system message */
  message: string
  author: PublicUser
  /** The sender's own mark, so that it recognises its message */
  nonce: string
  /** ISO 8601 */
  createdAt: string
  /** When the text was last changed */
  editedAt: string | null
  /** Set in a tombstone: text, reactions and attachments are gone */
  deletedAt: string | null
  system: SystemMessage | null
  /** Of a message with replies */
  thread: { replyCount: number; lastReplyAt: string } | null
  reactions: Reaction[]
  attachments: Attachment[]
  /** Ids of the members that `@name` in the text means */
  mentions: string[]
  /** Whether `@channel` stands in the text */
  mentionsAll: boolean
}

export interface MessagePage {
  /** oldest first */
  messages: ChatMessage[]
  /** whether there are more in the direction asked; with `around`, whether there are older ones */
  hasMore: boolean
  /** whether there are newer ones; always false without `around`, `after` or `before` */
  hasNewer: boolean
}

export interface ChangePage {
  /** Every message that is new or changed after the position asked, once, as it is now, in the order of `rev` */
  messages: ChatMessage[]
  /** Ask for what comes after this position next */
  rev: number
  hasMore: boolean
  /** The position asked is not of this channel's history (a restored backup): load everything anew */
  reset: boolean
}

export interface MessageVersion {
  message: string
  /** When this text was written */
  createdAt: string
}

/** A thread that a person takes part in: wrote in it, began it, or was mentioned in it. */
export interface ThreadState {
  root: ChatMessage
  readSeq: number
  /** Newer replies of others; up to UNREAD_LIMIT */
  unread: number
}

interface InChannel {
  projectId: string
  /** The project's first channel, "general", when it is missing */
  channelId?: string | undefined
}

export interface ReadState {
  channelId: string
  readSeq: number
  unread: number
  mentions: number
}

export interface ThreadReadState {
  channelId: string
  threadId: string
  readSeq: number
  unread: number
}

/** What a client asks: name → [payload, data of the acknowledgement]. */
export interface ChatRequests {
  get_channels: [{ projectId: string }, Channel[]]
  send_message: [
    InChannel & {
      message: string
      nonce?: string | undefined
      threadId?: string | undefined
      /** Own uploads that belong to no message yet; with some, the text may be empty */
      attachmentIds?: string[] | undefined
    },
    ChatMessage,
  ]
  /** Messages of a channel outside of its threads, or of one thread with the message that began it */
  get_messages: [
    InChannel & {
      threadId?: string | undefined
      before?: number | undefined
      after?: number | undefined
      around?: number | undefined
      limit?: number | undefined
    },
    MessagePage,
  ]
  /** For a client that was away: what changed in a channel, threads included */
  get_changes: [InChannel & { after: number; limit?: number | undefined }, ChangePage]
  edit_message: [{ projectId: string; messageId: string; message: string }, ChatMessage]
  delete_message: [{ projectId: string; messageId: string }, ChatMessage]
  add_reaction: [{ projectId: string; messageId: string; emoji: string }, ChatMessage]
  remove_reaction: [{ projectId: string; messageId: string; emoji: string }, ChatMessage]
  mark_read: [InChannel & { seq: number }, ReadState]
  mark_thread_read: [{ projectId: string; threadId: string; seq: number }, ThreadReadState]
  get_threads: [{ projectId: string }, ThreadState[]]
  typing_start: [InChannel & { threadId?: string | undefined }, null]
  typing_stop: [InChannel & { threadId?: string | undefined }, null]
}

/** What the server tells: name → payload inside the envelope. */
export interface ChatEvents {
  /** A new message */
  chat_message: ChatMessage
  /** A message as it is now: edited, deleted, reacted to, replied to */
  message_changed: ChatMessage
  user_typing: {
    projectId: string
    channelId: string
    threadId: string | null
    userId: string
    username: string
    typing: boolean
  }
  /** To the same person's other devices */
  read_changed: ReadState & { projectId: string }
  thread_read_changed: ThreadReadState & { projectId: string }
  /** A channel is new, or its name, topic, state or members changed; to those who may read it */
  channel_changed: ChannelInfo
  /** To those who may not read it any more */
  channel_removed: { projectId: string; channelId: string }
}
