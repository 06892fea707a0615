// Threads as a person sees them: those they take part in, and what is unread there.
import { sql } from 'kysely'
import { isReadable, requireAccess, type Actor } from '../../db/access.ts'
import type { Db, Trx } from '../../db/database.ts'
import { UNREAD_LIMIT, type ThreadReadState, type ThreadState } from '../../protocol/chat.ts'
import { notFound } from '../../protocol/errors.ts'
import { openChannel } from './door.ts'
import { selectMessages, toMessage } from './messages.ts'

/** The threads with the newest replies; older ones are found in their channels. */
const MAX_THREADS = 100

const unread = (userId: string, rootId: string, seq: string) => sql<number>`(
  select count(*) from (
    select from messages r
    where r.parent_id = ${sql.ref(rootId)} and r.seq > ${sql.ref(seq)} and r.author_id <> ${userId}
      and r.deleted_at is null
    limit ${sql.lit(UNREAD_LIMIT)}
  ) newer
)`

/**
 * Newest reply first.
 * @param project id or slug
 */
export async function listThreads(db: Db, reader: Actor, project: string): Promise<ThreadState[]> {
  const { project: found } = await requireAccess(db, reader, project, 'room:join')
  const rows = await selectMessages(db)
    .innerJoin('threadMarks', 'threadMarks.rootId', 'messages.id')
    .select([
      'threadMarks.seq as readSeq',
      unread(reader.id, 'messages.id', 'threadMarks.seq').as('unread'),
    ])
    .where('threadMarks.userId', '=', reader.id)
    .where('channels.projectId', '=', found.id)
    .where('messages.replyCount', '>', 0)
    .where(isReadable(reader.id))
    .orderBy('messages.lastReplyAt', 'desc')
    .limit(MAX_THREADS)
    .execute()
  return rows.map(({ readSeq, unread, ...root }) => ({ root: toMessage(root), readSeq, unread }))
}

/** Moves the mark of somebody who takes part; marks only grow. Others have none, and nothing changes. */
export async function raiseThreadMark(
  db: Db,
  reader: Actor,
  project: string,
  threadId: string,
  seq: number,
): Promise<{ state: ThreadReadState; projectId: string; isRaised: boolean }> {
  const root = await db
    .selectFrom('messages')
    .select('channelId')
    .where('id', '=', threadId)
    .where('parentId', 'is', null)
    .executeTakeFirst()
  if (!root) throw notFound('Thread')
  const {
    id: channelId,
    projectId,
    lastSeq,
  } = await openChannel(db, reader, project, root.channelId)
  const reached = Math.min(seq, lastSeq)
  const raised = await db
    .updateTable('threadMarks')
    .set({ seq: reached })
    .where('rootId', '=', threadId)
    .where('userId', '=', reader.id)
    .where('seq', '<', reached)
    .returning('seq')
    .execute()
  const mark = await readMark(db, threadId, reader.id)
  const { readSeq, unread } = mark ?? { readSeq: reached, unread: 0 }
  return {
    state: { channelId, threadId, readSeq, unread },
    projectId,
    isRaised: raised.length > 0,
  }
}

const readMark = (db: Db | Trx, rootId: string, userId: string) =>
  db
    .selectFrom('threadMarks')
    .select([
      'seq as readSeq',
      unread(userId, 'threadMarks.rootId', 'threadMarks.seq').as('unread'),
    ])
    .where('rootId', '=', rootId)
    .where('userId', '=', userId)
    .executeTakeFirst()
