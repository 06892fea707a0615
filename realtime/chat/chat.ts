// Chat: an acknowledged message is committed, the messages of a channel have dense seqs, the same nonce is one message.
import { v7 as uuid } from 'uuid'
import { requireAccess } from '../../db/access.ts'
import type { Db, Trx } from '../../db/database.ts'
import { publicUser } from '../../db/people.ts'
import type { Principal } from '../../protocol/access.ts'
import { AppError } from '../../protocol/errors.ts'
import type { ChatMessage, MessagePage } from '../../protocol/events.ts'
import type { Emit } from '../../protocol/requests.ts'
import { findDefaultChannel, listChannels } from './channels.ts'

export interface NewMessage {
  message: string
  /** The sender's own mark; sending it again answers the first message. One is made when it is missing. */
  nonce?: string | undefined
}

/** `before` and `after` are seqs; without either, the newest messages. */
export interface MessageRange {
  before?: number | undefined
  after?: number | undefined
  limit?: number | undefined
}

export type Chat = ReturnType<typeof createChat>

export function createChat({ db, emit }: { db: Db; emit: Emit }) {
  /**
   * @param project id or slug
   * @throws AppError CONFLICT when the nonce was used for another text
   */
  async function send(sender: Principal, project: string, draft: NewMessage): Promise<ChatMessage> {
    const access = await requireAccess(db, sender, project, 'chat:write')
    const { id: projectId } = access.project
    const nonce = draft.nonce ?? uuid()
    const { message, isNew } = await db.transaction().execute(async (trx) => {
      // The lock makes the seq dense, and commits come in its order.
      const channel = await trx
        .selectFrom('channels')
        .select('id')
        .where('id', '=', (await findDefaultChannel(trx, projectId)).id)
        .forUpdate()
        .executeTakeFirstOrThrow()
      const earlier = await findByNonce(trx, channel.id, sender.id, nonce)
      if (earlier && earlier.message !== draft.message) {
        throw new AppError('CONFLICT', 'This nonce was used for another message')
      }
      const row = earlier ?? (await append(trx, channel.id, sender.id, draft.message, nonce))
      return { message: { ...row, projectId, author: sender.user }, isNew: !earlier }
    })
    if (isNew) emit.toProject(projectId, 'chat_message', message, sender.id)
    return message
  }

  /** @returns messages, oldest first */
  async function list(
    reader: Principal,
    project: string,
    range: MessageRange,
  ): Promise<MessagePage> {
    const access = await requireAccess(db, reader, project, 'room:join')
    const channel = await findDefaultChannel(db, access.project.id)
    const { before, after, limit = 50 } = range
    const forward = after !== undefined
    const rows = await db
      .selectFrom('messages')
      .select(['id', 'channelId', 'seq', 'message', 'nonce', 'createdAt'])
      .select(publicUser('messages.authorId').$notNull().as('author'))
      .where('messages.channelId', '=', channel.id)
      .$if(before !== undefined, (query) => query.where('messages.seq', '<', before ?? 0))
      .$if(forward, (query) => query.where('messages.seq', '>', after ?? 0))
      .orderBy('messages.seq', forward ? 'asc' : 'desc')
      .limit(limit + 1)
      .execute()
    const page = rows
      .slice(0, limit)
      .map((row): ChatMessage => ({ ...row, projectId: access.project.id }))
    return { messages: forward ? page : page.reverse(), hasMore: rows.length > limit }
  }

  /** Moves the reader's mark; marks only grow. Tells the reader's other devices. */
  async function markRead(reader: Principal, project: string, seq: number) {
    const { project: found } = await requireAccess(db, reader, project, 'room:join')
    const channel = await findDefaultChannel(db, found.id)
    await raiseMark(db, channel.id, reader.id, Math.min(seq, channel.lastSeq))
    const [state] = await listChannels(db, found.id, reader.id)
    const { readSeq, unread } = state ?? { readSeq: 0, unread: 0 }
    const payload = { projectId: found.id, channelId: channel.id, readSeq, unread }
    emit.toUser(reader.id, 'read_changed', payload, reader.id)
    return { readSeq, unread }
  }

  return { send, list, markRead }
}

const findByNonce = (trx: Trx, channelId: string, authorId: string, nonce: string) =>
  trx
    .selectFrom('messages')
    .select(['id', 'channelId', 'seq', 'message', 'nonce', 'createdAt'])
    .where('channelId', '=', channelId)
    .where('authorId', '=', authorId)
    .where('nonce', '=', nonce)
    .executeTakeFirst()

async function append(
  trx: Trx,
  channelId: string,
  authorId: string,
  message: string,
  nonce: string,
) {
  const { lastSeq: seq } = await trx
    .updateTable('channels')
    .set(({ eb }) => ({ lastSeq: eb('lastSeq', '+', 1) }))
    .where('id', '=', channelId)
    .returning('lastSeq')
    .executeTakeFirstOrThrow()
  const row = await trx
    .insertInto('messages')
    .values({ id: uuid(), channelId, seq, authorId, message, nonce })
    .returning(['id', 'channelId', 'seq', 'message', 'nonce', 'createdAt'])
    .executeTakeFirstOrThrow()
  // Who writes has read what stands above.
  await raiseMark(trx, channelId, authorId, seq)
  return row
}

const raiseMark = (db: Db | Trx, channelId: string, userId: string, seq: number) =>
  db
    .insertInto('readMarks')
    .values({ channelId, userId, seq })
    .onConflict((conflict) =>
      conflict.columns(['channelId', 'userId']).doUpdateSet(({ eb, ref }) => ({
        seq: eb.fn('greatest', [ref('readMarks.seq'), ref('excluded.seq')]),
      })),
    )
    .execute()
