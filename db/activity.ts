// The ordered log of a project: written in the transaction of the change, published after its commit, read page by
// page by whoever was away.
import { sql } from 'kysely'
import type { ProjectUpdate, UpdatePage, UpdateType } from '../protocol/events.ts'
import type { Db, Trx } from './database.ts'

/** An update, and whose doing it was, where it was somebody's. */
export type ActorUpdate = ProjectUpdate & { actorId: string | null }

/** Tells the project's room, after the commit. */
export type Publish = (update: ActorUpdate) => void

/** Updates in a page … */
const PAGE_SIZE = 500
/** … as long as their JSON is not longer than this. */
const PAGE_BYTES = 512 * 1024
/** Who was away longer loads everything anew. */
const REPLAY_DAYS = 30

/**
 * Takes the project's next seq and appends. Call it last in the transaction: the row lock it takes is held until
 * the commit, so that seq order is commit order.
 */
export async function appendActivity(
  trx: Trx,
  projectId: string,
  actorId: string | null,
  type: UpdateType,
  data: Record<string, unknown>,
): Promise<ActorUpdate> {
  const { activitySeq: seq } = await trx
    .updateTable('projectCounters')
    .set((eb) => ({ activitySeq: eb('activitySeq', '+', 1) }))
    .where('projectId', '=', projectId)
    .returning('activitySeq')
    .executeTakeFirstOrThrow()
  await trx
    .insertInto('activity')
    .values({ projectId, seq, type, actorId, data: JSON.stringify(data) })
    .execute()
  return { projectId, seq, updateType: type, data, actorId }
}

/** The newest seq of each of these projects that exists. */
export async function readActivityHeads(
  db: Db,
  projectIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('projectCounters')
    .select(['projectId', 'activitySeq'])
    .where('projectId', '=', sql<string>`any(${projectIds}::uuid[])`)
    .execute()
  return new Map(rows.map(({ projectId, activitySeq }) => [projectId, activitySeq]))
}

/** @returns what came after a seq, oldest first */
export async function readActivity(db: Db | Trx, projectId: string, after: number, limit: number) {
  const rows = await db
    .selectFrom('activity')
    .select(['seq', 'type', 'data', 'actorId', 'createdAt'])
    .where('projectId', '=', projectId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map(({ seq, type, data, actorId, createdAt }) => {
    const update: ProjectUpdate = { projectId, seq, updateType: type, data }
    return { update, actorId, createdAt }
  })
}

/** @param after without it, only the newest seq is told */
export async function readUpdatePage(
  db: Db | Trx,
  projectId: string,
  after: number | undefined,
): Promise<UpdatePage> {
  const { activitySeq: newest } = await db
    .selectFrom('projectCounters')
    .select('activitySeq')
    .where('projectId', '=', projectId)
    .executeTakeFirstOrThrow()
  const nothing = { updates: [], seq: newest, hasMore: false, reset: false }
  if (after === undefined || after === newest) return nothing
  // From the future: the client knows another history, such as a restored backup.
  if (after > newest) return { ...nothing, reset: true }
  const rows = await readActivity(db, projectId, after, PAGE_SIZE + 1)
  const oldest = rows[0]
  const earliest = Date.now() - REPLAY_DAYS * 86_400_000
  if (oldest?.update.seq !== after + 1 || Date.parse(oldest.createdAt) < earliest)
    return { ...nothing, reset: true }
  const updates: ProjectUpdate[] = []
  let bytes = 0
  for (const { update } of rows.slice(0, PAGE_SIZE)) {
    bytes += Buffer.byteLength(JSON.stringify(update.data))
    if (bytes > PAGE_BYTES && updates.length > 0) break
    updates.push(update)
  }
  const hasMore = updates.length < rows.length
  return { updates, seq: updates.at(-1)?.seq ?? newest, hasMore, reset: false }
}
