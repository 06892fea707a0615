// Threads in a batch of messages: which message a reply belongs to, who takes part, and what the root says of it.
import { sql } from 'kysely'
import type { Trx } from '../../../db/database.ts'
import { asTable } from '../../../db/table.ts'

export interface Root {
  id: string
  channelId: string
  seq: number
  authorId: string
  isSystem: boolean
}

/** A reply to a reply belongs to the same thread: `threadId` may be any message of it. */
export async function findRoots(trx: Trx, ids: readonly string[]): Promise<Map<string, Root>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<Root & { asked: string }>`
    select m.id as asked, r.id, r.channel_id as "channelId", r.seq, r.author_id as "authorId",
      r.system is not null as "isSystem"
    from messages m join messages r on r.id = coalesce(m.parent_id, m.id)
    where m.id = any(${ids}::uuid[])`.execute(trx)
  return new Map(rows.map(({ asked, ...root }) => [asked, root]))
}

export interface Reply {
  root: Root
  seq: number
  authorId: string
  createdAt: string
  mentions: readonly string[]
}

/** Who began the thread, and who is mentioned in it, takes part from then on; who writes has read what stands above. */
export async function joinThreads(trx: Trx, replies: readonly Reply[]) {
  const joined = new Map<string, object>()
  const raised = new Map<string, object>()
  for (const { root, seq, authorId, mentions } of replies) {
    const join = (userId: string, seq: number) => {
      const key = `${root.id} ${userId}`
      if (!joined.has(key)) joined.set(key, { rootId: root.id, userId, seq })
    }
    if (!root.isSystem) join(root.authorId, root.seq)
    for (const userId of mentions) join(userId, seq - 1)
    raised.set(`${root.id} ${authorId}`, { rootId: root.id, userId: authorId, seq })
  }
  const columns = '"rootId" uuid, "userId" uuid, seq int8'
  const insert = (marks: Map<string, object>) => sql`
    insert into thread_marks (root_id, user_id, seq)
    select "rootId", "userId", seq from ${asTable([...marks.values()], columns)} t
    order by "rootId", "userId"`
  if (joined.size > 0) await sql`${insert(joined)} on conflict do nothing`.execute(trx)
  await sql`${insert(raised)} on conflict (root_id, user_id)
    do update set seq = greatest(thread_marks.seq, excluded.seq)`.execute(trx)
}

/** @param changes the revs that the roots take */
export async function countReplies(
  trx: Trx,
  changes: readonly { id: string; rev: number; count: number; lastReplyAt: string }[],
) {
  const columns = 'id uuid, rev int8, count int, "lastReplyAt" timestamptz'
  await sql`
    update messages set rev = c.rev, reply_count = reply_count + c.count, last_reply_at = c."lastReplyAt"
    from ${asTable(changes, columns)} c where messages.id = c.id`.execute(trx)
}
