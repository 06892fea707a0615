// What of presence outlives the sockets: what people say of themselves, and when they were last in a room.
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Db } from '../../db/database.ts'
import type { ChosenStatus } from '../../protocol/presence.ts'

export async function writeStatus(db: Db, userId: string, status: ChosenStatus) {
  if (status === 'online') {
    await db.deleteFrom('userStatus').where('userId', '=', userId).execute()
    return
  }
  await db
    .insertInto('userStatus')
    .values({ userId, status })
    .onConflict((conflict) => conflict.column('userId').doUpdateSet({ status }))
    .execute()
}

export async function readStatuses(
  db: Db,
  userIds: readonly string[],
): Promise<Map<string, ChosenStatus>> {
  const rows = await db
    .selectFrom('userStatus')
    .selectAll()
    .where('userId', '=', sql<string>`any(${userIds}::uuid[])`)
    .execute()
  return new Map(rows.map(({ userId, status }) => [userId, status]))
}

/** Several nodes may see the same person go: the second finds it written. */
const writeLastSeen = (db: Db, seen: readonly Seen[]) =>
  sql`
    update project_members m set last_seen_at = s.at
    from unnest(
      ${seen.map(({ projectId }) => projectId)}::uuid[],
      ${seen.map(({ userId }) => userId)}::uuid[],
      ${seen.map(({ at }) => at)}::timestamptz[]
    ) as s (project_id, user_id, at)
    where m.project_id = s.project_id and m.user_id = s.user_id
      and (m.last_seen_at is null or m.last_seen_at < s.at - interval '1 second')
  `.execute(db)

interface Seen {
  projectId: string
  userId: string
  /** ISO 8601 */
  at: string
}

const BATCH = 500

/** Writes in batches, and again later what could not be written. */
export function createLastSeen({ db, log }: { db: Db; log: Logger }) {
  const waiting = new Map<string, Seen>()
  let writing: Promise<void> | undefined

  async function write() {
    const seen = [...waiting].slice(0, BATCH)
    if (seen.length === 0) return
    await writeLastSeen(
      db,
      seen.map(([, one]) => one),
    )
    for (const [key, one] of seen) if (waiting.get(key) === one) waiting.delete(key)
    await write()
  }
  const flush = () =>
    (writing ??= write()
      .catch((error: unknown) => log.warn({ err: error }, 'who was seen when could not be written'))
      .finally(() => (writing = undefined)))
  const timer = setInterval(() => void flush(), 500)
  timer.unref()

  return {
    add(seen: Seen) {
      waiting.set(`${seen.projectId} ${seen.userId}`, seen)
    },
    async close() {
      clearInterval(timer)
      await writing
      await flush()
    },
  }
}
