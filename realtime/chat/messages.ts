// Messages as they go over the wire: one SELECT makes a whole ChatMessage, for history, changes, threads and search.
import { sql } from 'kysely'
import type { Db, Trx } from '../../db/database.ts'
import { publicUser } from '../../db/people.ts'
import type { Attachment, ChatMessage, Reaction } from '../../protocol/chat.ts'

const reactions = sql<Reaction[]>`(
  select coalesce(json_agg(json_build_object('emoji', r.emoji, 'count', r.count, 'userIds', r.people)
    order by r.since, r.emoji), '[]')
  from (
    select emoji, count(*) as count, min(created_at) as since,
      (array_agg(user_id order by created_at, user_id))[1:100] as people
    from reactions where message_id = messages.id group by emoji
  ) r
)`

const attachments = sql<Attachment[]>`(
  select coalesce(json_agg(json_build_object('id', a.id, 'name', a.name, 'type', a.type, 'size', a.size,
    'width', a.width, 'height', a.height) order by a.id), '[]')
  from attachments a where a.message_id = messages.id
)`

const mentions = sql<string[]>`(
  select coalesce(json_agg(m.user_id order by m.user_id), '[]') from mentions m where m.message_id = messages.id
)`

/** Rows for `toMessage`; narrow it by `messages.…` and `channels.…`. */
export const selectMessages = (db: Db | Trx) =>
  db
    .selectFrom('messages')
    .innerJoin('channels', 'channels.id', 'messages.channelId')
    .select([
      'messages.id',
      'channels.projectId',
      'messages.channelId',
      'messages.seq',
      'messages.rev',
      'messages.createdRev',
      'messages.parentId as threadId',
      'messages.message',
      'messages.nonce',
      'messages.createdAt',
      'messages.editedAt',
      'messages.deletedAt',
      'messages.system',
      'messages.replyCount',
      'messages.lastReplyAt',
      'messages.mentionsAll',
      publicUser('messages.authorId').$notNull().as('author'),
      reactions.as('reactions'),
      attachments.as('attachments'),
      mentions.as('mentions'),
    ])

export type MessageRow = Awaited<
  ReturnType<ReturnType<typeof selectMessages>['executeTakeFirstOrThrow']>
>

export function toMessage(row: MessageRow): ChatMessage {
  const { createdRev: _createdRev, replyCount, lastReplyAt, ...message } = row
  return { ...message, thread: replyCount > 0 && lastReplyAt ? { replyCount, lastReplyAt } : null }
}

export const readMessage = async (db: Db | Trx, id: string): Promise<ChatMessage> =>
  toMessage(await selectMessages(db).where('messages.id', '=', id).executeTakeFirstOrThrow())

/** In no order. */
export async function readMessages(db: Db | Trx, ids: readonly string[]): Promise<ChatMessage[]> {
  if (ids.length === 0) return []
  const rows = await selectMessages(db)
    .where('messages.id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute()
  return rows.map(toMessage)
}
