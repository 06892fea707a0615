// Which guests of calls may be there.
import { sql } from 'kysely'
import type { Db, Trx } from './database.ts'

/** Their time is not over, their link stands, the project allows guests, and the channel is not in the archive. */
export const selectGuests = (db: Db | Trx) =>
  db
    .selectFrom('callGuests')
    .innerJoin('callLinks', 'callLinks.id', 'callGuests.linkId')
    .innerJoin('projects', 'projects.id', 'callLinks.projectId')
    .leftJoin('channels', 'channels.id', 'callLinks.channelId')
    .where('callGuests.expiresAt', '>', new Date().toISOString())
    .where('projects.callGuests', '=', true)
    .where('channels.archivedAt', 'is', null)

/** Of these guests, those who may be there. */
export async function readGuests(db: Db, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await selectGuests(db)
    .select('callGuests.id')
    .where('callGuests.id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute()
  return new Set(rows.map(({ id }) => id))
}
