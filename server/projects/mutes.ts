// People who cannot write in a project's chat for a while. realtime/chat judges it in the transaction of each message.
import { sql } from 'kysely'
import { requireAccess, type Actor } from '../../db/access.ts'
import type { Db, Trx } from '../../db/database.ts'
import { publicUser } from '../../db/people.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { isUuid } from '../../protocol/names.ts'
import type { Emit } from '../../protocol/requests.ts'
import { holdProject } from './hold.ts'
import { readMember } from './members.ts'
import type { Mute, NewMute } from './schema.ts'

export interface MuteOptions {
  db: Db
  emit: Pick<Emit, 'toUser'>
}

const selectMutes = (db: Db | Trx, projectId: string) =>
  db
    .selectFrom('mutes')
    .select(publicUser('mutes.userId').$notNull().as('user'))
    .select(publicUser('mutes.createdBy').as('mutedBy'))
    .select(['mutes.until', 'mutes.createdAt'])
    .where('mutes.projectId', '=', projectId)
    .where('mutes.until', '>', sql<string>`now()`)

export async function listMutes(db: Db, actor: Actor, project: string): Promise<Mute[]> {
  const access = await requireAccess(db, actor, project, 'chat:moderate')
  return selectMutes(db, access.project.id).orderBy('mutes.until').execute()
}

async function requireMutable(trx: Trx, projectId: string, userId: string) {
  const { role } = await readMember(trx, projectId, userId)
  const { role: systemRole } = await trx
    .selectFrom('users')
    .select('role')
    .where('id', '=', userId)
    .executeTakeFirstOrThrow()
  if (role !== 'maintainer' && systemRole !== 'admin') return
  throw new AppError(
    'INSUFFICIENT_PERMISSIONS',
    'Maintainers and administrators cannot be muted; give this person another role first',
  )
}

/** Whoever is muted already is so until the new time. */
export async function mute(
  { db, emit }: MuteOptions,
  actor: Actor,
  project: string,
  { userId, minutes }: NewMute,
): Promise<Mute> {
  const { projectId, entry } = await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'chat:moderate')
    const projectId = access.project.id
    await requireMutable(trx, projectId, userId)
    // The database's clock, which judges it, too.
    const until = sql<string>`now() + ${minutes} * interval '1 minute'`
    const createdBy = actor.id
    await trx
      .insertInto('mutes')
      .values({ projectId, userId, until, createdBy })
      .onConflict((conflict) =>
        conflict
          .columns(['projectId', 'userId'])
          .doUpdateSet({ until, createdBy, createdAt: sql`now()` }),
      )
      .execute()
    const entry = await selectMutes(trx, projectId)
      .where('mutes.userId', '=', userId)
      .executeTakeFirstOrThrow()
    return { projectId, entry }
  })
  emit.toUser(userId, 'muted', { projectId, until: entry.until }, actor.id)
  return entry
}

export async function unmute(
  { db, emit }: MuteOptions,
  actor: Actor,
  project: string,
  userId: string,
) {
  const access = await requireAccess(db, actor, project, 'chat:moderate')
  if (!isUuid(userId)) throw notFound('Mute')
  const muted = await db
    .deleteFrom('mutes')
    .where('projectId', '=', access.project.id)
    .where('userId', '=', userId)
    .returning(['projectId', 'userId'])
    .executeTakeFirstOrThrow(() => notFound('Mute'))
  emit.toUser(muted.userId, 'muted', { projectId: muted.projectId, until: null }, actor.id)
}
