// The chat, as sockets and REST ask it: every change is committed, then told in the order of the channel's revs.
import type { Logger } from 'pino'
import { v7 as uuid } from 'uuid'
import { requireAccess, type Actor } from '../../db/access.ts'
import type { Db } from '../../db/database.ts'
import type { Principal } from '../../protocol/access.ts'
import type { ChatMessage } from '../../protocol/chat.ts'
import type { Emit } from '../../protocol/requests.ts'
import { changedEntry, type Changes } from './changes.ts'
import { listChannels } from './channels.ts'
import type { Draft } from './writer/draft.ts'
import { deleteMessage, editMessage, readVersions, type Changed } from './edits.ts'
import { listChanges, listMessages, type ChangeRange, type MessageRange } from './history.ts'
import { react } from './reactions.ts'
import { raiseMark } from './reads.ts'
import { listThreads, raiseThreadMark } from './threads.ts'
import { tellBatch } from './telling.ts'
import { createWriter } from './writer/writer.ts'

export interface NewMessage {
  /** The project's first channel when it is missing */
  channelId?: string | undefined
  message: string
  /** The sender's own mark; sending it again answers the first message. One is made when it is missing. */
  nonce?: string | undefined
  /** Any message of the thread */
  threadId?: string | undefined
  attachmentIds?: readonly string[] | undefined
}

export interface ChatOptions {
  db: Db
  emit: Emit
  feed: Pick<Changes, 'publish'>
  log: Logger
  /** After the commit: these uploads belong to nothing any more, and their rows are gone */
  onAttachmentsRemoved?(ids: readonly string[]): void
  /** Messages that go into one transaction */
  maxBatch?: number | undefined
}

export type Chat = ReturnType<typeof createChat>

/** Wherever a project is asked for, its id or slug will do. */
export function createChat(options: ChatOptions) {
  const { db, emit, feed, log, onAttachmentsRemoved, maxBatch } = options
  const writer = createWriter({
    db,
    log,
    tell: (batch) => tellBatch({ emit, feed }, batch),
    maxBatch,
  })

  async function change(actor: Actor, changing: Promise<Changed & { message: ChatMessage }>) {
    const { message, messages, removedAttachments } = await changing
    const [first] = messages
    if (first) {
      const entries = messages.map((changed) => changedEntry(changed, actor.id))
      feed.publish(first.channelId, entries)
    }
    if (removedAttachments.length > 0) onAttachmentsRemoved?.(removedAttachments)
    return message
  }

  return {
    channels: async (reader: Actor, project: string) =>
      listChannels(
        db,
        (await requireAccess(db, reader, project, 'room:join')).project.id,
        reader.id,
      ),

    /** @throws AppError CONFLICT when the nonce was used for another message, UNAVAILABLE: try again */
    send: (sender: Principal, project: string, draft: NewMessage): Promise<ChatMessage> =>
      writer.send({
        ...draft,
        sender,
        project,
        nonce: draft.nonce ?? uuid(),
        attachmentIds: draft.attachmentIds ?? [],
        system: null,
      }),

    /** What the server says by itself, asking nobody's permission. @throws AppError as `send` does */
    say: (
      draft: Pick<Draft, 'sender' | 'project' | 'channelId' | 'nonce' | 'system'>,
    ): Promise<ChatMessage> => writer.send({ ...draft, message: '', attachmentIds: [] }),

    list: (reader: Actor, project: string, range: MessageRange) =>
      listMessages(db, reader, project, range),
    changes: (reader: Actor, project: string, range: ChangeRange) =>
      listChanges(db, reader, project, range),
    versions: (reader: Actor, project: string, messageId: string) =>
      readVersions(db, reader, project, messageId),
    threads: (reader: Actor, project: string) => listThreads(db, reader, project),

    edit: (author: Actor, project: string, messageId: string, text: string) =>
      change(author, editMessage(db, author, project, messageId, text)),
    remove: (actor: Actor, project: string, messageId: string) =>
      change(actor, deleteMessage(db, actor, project, messageId)),
    addReaction: (actor: Actor, project: string, messageId: string, emoji: string) =>
      change(actor, react(db, actor, project, messageId, emoji, true)),
    removeReaction: (actor: Actor, project: string, messageId: string, emoji: string) =>
      change(actor, react(db, actor, project, messageId, emoji, false)),

    /** Tells the reader's devices. */
    async markRead(reader: Actor, project: string, channelId: string | undefined, seq: number) {
      const { state, projectId, isRaised } = await raiseMark(db, reader, project, channelId, seq)
      if (isRaised) emit.toUser(reader.id, 'read_changed', { projectId, ...state }, reader.id)
      return state
    },
    async markThreadRead(reader: Actor, project: string, threadId: string, seq: number) {
      const marked = await raiseThreadMark(db, reader, project, threadId, seq)
      const { state, projectId, isRaised } = marked
      if (isRaised) {
        emit.toUser(reader.id, 'thread_read_changed', { projectId, ...state }, reader.id)
      }
      return state
    },
  }
}
