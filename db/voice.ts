// Whether somebody may write in a project's chat now, or is muted in it.
import { sql } from 'kysely'
import { AppError } from '../protocol/errors.ts'
import type { Db, Trx } from './database.ts'

/** @returns until when a person cannot write; null: they can */
export async function readMute(db: Db | Trx, projectId: string, userId: string) {
  const mute = await db
    .selectFrom('mutes')
    .select('until')
    .where('projectId', '=', projectId)
    .where('userId', '=', userId)
    .where('until', '>', sql<string>`now()`)
    .executeTakeFirst()
  return mute?.until ?? null
}

/** @throws AppError INSUFFICIENT_PERMISSIONS until a mute ends */
export async function requireVoice(db: Db | Trx, userId: string, projectId: string) {
  const until = await readMute(db, projectId, userId)
  if (until !== null) throw muted(until)
}

export const muted = (until: string) =>
  new AppError('INSUFFICIENT_PERMISSIONS', `A maintainer muted you in this chat until ${until}`, {
    mutedUntil: until,
  })
