// Changing and deleting messages. Each change takes the channel's next rev.
import { sql } from 'kysely'
import { can, requirePermissions, type Actor } from '../../db/access.ts'
import type { Db, Trx } from '../../db/database.ts'
import { requireVoice } from '../../db/voice.ts'
import type { ChatMessage, MessageVersion } from '../../protocol/chat.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { MAX_VERSIONS } from '../../protocol/limits.ts'
import { openChannel, requireOpen } from './door.ts'
import { holdMessage, takeRev } from './held.ts'
import { findMentioned, parseMentions } from './mentions.ts'
import { readMessage } from './messages.ts'

/** The messages that changed, in the order of their revs; the first is the one that was meant. */
export interface Changed {
  messages: ChatMessage[]
  removedAttachments: string[]
}

export const unchanged = { messages: [], removedAttachments: [] }

/**
 * Keeps the text that it had.
 * @param project id or slug
 */
export const editMessage = (
  db: Db,
  author: Actor,
  project: string,
  messageId: string,
  text: string,
): Promise<Changed & { message: ChatMessage }> =>
  db.transaction().execute(async (trx) => {
    const { message, channel } = await holdMessage(trx, author, project, messageId)
    requirePermissions(channel.access, 'chat:write')
    requireOpen(channel)
    await requireVoice(trx, author.id, channel.projectId)
    if (message.author.id !== author.id || message.system) {
      throw new AppError('INSUFFICIENT_PERMISSIONS', 'Only the author of a message may edit it')
    }
    if (message.deletedAt) throw new AppError('CONFLICT', 'This message was deleted')
    if (text.trim() === '' && message.attachments.length === 0) {
      const reason = 'A message without files needs a text; to take it back, delete it'
      throw new AppError('VALIDATION_ERROR', reason)
    }
    if (text === message.message) return { message, ...unchanged }

    await keepVersion(trx, message)
    const { names, all } = parseMentions(text)
    await trx
      .updateTable('messages')
      .set({
        message: text,
        mentionsAll: all,
        editedAt: sql`clock_timestamp()`,
        rev: await takeRev(trx, channel.id),
      })
      .where('id', '=', messageId)
      .execute()
    const [mentioned = []] = await findMentioned(trx, [
      { ...channel, channelId: channel.id, authorId: author.id, names },
    ])
    await trx.deleteFrom('mentions').where('messageId', '=', messageId).execute()
    if (mentioned.length > 0) {
      const { channelId, seq } = message
      await trx
        .insertInto('mentions')
        .values(mentioned.map((userId) => ({ messageId, userId, channelId, seq })))
        .execute()
    }
    const edited = await readMessage(trx, messageId)
    return { message: edited, messages: [edited], removedAttachments: [] }
  })

async function keepVersion(trx: Trx, { id, message, editedAt, createdAt }: ChatMessage) {
  const { version } = await trx
    .insertInto('messageVersions')
    .values({
      messageId: id,
      version: sql`(select coalesce(max(version), 0) + 1 from message_versions where message_id = ${id})`,
      message,
      createdAt: editedAt ?? createdAt,
    })
    .returning('version')
    .executeTakeFirstOrThrow()
  await trx
    .deleteFrom('messageVersions')
    .where('messageId', '=', id)
    .where('version', '<=', version - MAX_VERSIONS)
    .execute()
}

/** A tombstone stays: its seq, its author, and the thread that it began. */
export const deleteMessage = (
  db: Db,
  actor: Actor,
  project: string,
  messageId: string,
): Promise<Changed & { message: ChatMessage }> =>
  db.transaction().execute(async (trx) => {
    const { message, channel } = await holdMessage(trx, actor, project, messageId)
    if (!can(channel.access, 'chat:moderate')) {
      requireOpen(channel)
      if (message.author.id !== actor.id || message.system) {
        const reason = 'Only the author of a message and maintainers may delete it'
        throw new AppError('INSUFFICIENT_PERMISSIONS', reason)
      }
    }
    if (message.deletedAt) return { message, ...unchanged }

    await trx
      .updateTable('messages')
      .set({
        message: '',
        mentionsAll: false,
        deletedAt: sql`clock_timestamp()`,
        rev: await takeRev(trx, channel.id),
      })
      .where('id', '=', messageId)
      .execute()
    for (const table of ['messageVersions', 'reactions', 'mentions'] as const)
      await trx.deleteFrom(table).where('messageId', '=', messageId).execute()
    const removed = await trx
      .deleteFrom('attachments')
      .where('messageId', '=', messageId)
      .returning('id')
      .execute()
    const deleted = await readMessage(trx, messageId)
    const messages = [deleted]
    if (message.threadId) messages.push(await dropReply(trx, channel.id, message.threadId))
    return { message: deleted, messages, removedAttachments: removed.map(({ id }) => id) }
  })

async function dropReply(trx: Trx, channelId: string, rootId: string): Promise<ChatMessage> {
  await trx
    .updateTable('messages')
    .set({
      replyCount: sql`reply_count - 1`,
      lastReplyAt: sql`(select max(created_at) from messages r where r.parent_id = ${rootId} and r.deleted_at is null)`,
      rev: await takeRev(trx, channelId),
    })
    .where('id', '=', rootId)
    .execute()
  return readMessage(trx, rootId)
}

/** What a message said, oldest first, and last what it says now. */
export async function readVersions(
  db: Db,
  reader: Actor,
  project: string,
  messageId: string,
): Promise<MessageVersion[]> {
  const now = await db
    .selectFrom('messages')
    .select(['channelId', 'message', 'createdAt', 'editedAt', 'deletedAt'])
    .where('id', '=', messageId)
    .executeTakeFirst()
  if (!now) throw notFound('Message')
  await openChannel(db, reader, project, now.channelId)
  if (now.deletedAt) return []
  const earlier = await db
    .selectFrom('messageVersions')
    .select(['message', 'createdAt'])
    .where('messageId', '=', messageId)
    .orderBy('version')
    .execute()
  return [...earlier, { message: now.message, createdAt: now.editedAt ?? now.createdAt }]
}
