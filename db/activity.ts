// The ordered log of a project: written in the transaction of the change, published after its commit, replayed to
// whoever was away.
import type { ProjectUpdate, UpdateType } from '../protocol/events.ts'
import type { Db, Trx } from './database.ts'

/** Tells the project's room, after the commit. */
export type Publish = (update: ProjectUpdate & { actorId: string }) => void

/** Older updates are not replayed: the client loads everything anew. */
const REPLAY_LIMIT = 500

/**
 * Takes the project's next seq and appends. Call it last in the transaction: the row lock it takes is held until
 * the commit, so that seq order is commit order.
 */
export async function appendActivity(
  trx: Trx,
  projectId: string,
  actorId: string,
  type: UpdateType,
  data: Record<string, unknown>,
): Promise<ProjectUpdate & { actorId: string }> {
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

/** @returns the newest seq, and the updates after `since`, oldest first, or null when they are too many */
export async function readActivity(
  db: Db | Trx,
  projectId: string,
  since: number | undefined,
): Promise<{ seq: number; updates: ProjectUpdate[] | null }> {
  const { activitySeq: seq } = await db
    .selectFrom('projectCounters')
    .select('activitySeq')
    .where('projectId', '=', projectId)
    .executeTakeFirstOrThrow()
  if (since === undefined || since === seq) return { seq, updates: [] }
  // A `since` from the future means that the client knows another history, such as a restored backup.
  if (since > seq || seq - since > REPLAY_LIMIT) return { seq, updates: null }
  const rows = await db
    .selectFrom('activity')
    .select(['seq', 'type', 'data'])
    .where('projectId', '=', projectId)
    .where('seq', '>', since)
    .where('seq', '<=', seq)
    .orderBy('seq')
    .execute()
  const updates = rows.map((row) => ({
    projectId,
    seq: row.seq,
    updateType: row.type,
    data: row.data,
  }))
  return { seq, updates }
}
