// People who may not be in a project: out at once, and neither joining nor an invitation brings them back.
import { sql } from 'kysely'
import { requireAccess, type Actor } from '../../db/access.ts'
import type { Db, Trx } from '../../db/database.ts'
import { publicUser } from '../../db/people.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { isUuid } from '../../protocol/names.ts'
import { holdProject, lockProject } from './hold.ts'
import { deleteMember, findMember, tellLeft } from './members.ts'
import type { ProjectOptions } from './projects.ts'
import type { Ban, NewBan } from './schema.ts'

const selectBans = (db: Db | Trx, projectId: string) =>
  db
    .selectFrom('bans')
    .select(publicUser('bans.userId').$notNull().as('user'))
    .select(publicUser('bans.createdBy').as('bannedBy'))
    .select(['bans.reason', 'bans.createdAt'])
    .where('bans.projectId', '=', projectId)

export async function listBans(db: Db, actor: Actor, project: string): Promise<Ban[]> {
  const access = await requireAccess(db, actor, project, 'chat:moderate')
  return selectBans(db, access.project.id).orderBy('bans.createdAt', 'desc').execute()
}

async function requireBannable(trx: Trx, actor: Actor, userId: string) {
  const person = await trx
    .selectFrom('users')
    .select('role')
    .where('id', '=', userId)
    .executeTakeFirstOrThrow(() => notFound('User'))
  if (userId === actor.id) throw new AppError('UNPROCESSABLE', 'You cannot ban yourself; leave')
  if (person.role !== 'admin') return
  throw new AppError('UNPROCESSABLE', 'An administrator of the installation cannot be banned')
}

/** Whoever is banned already stays it, for the new reason. */
export async function ban(
  options: ProjectOptions,
  actor: Actor,
  project: string,
  { userId, reason = '' }: NewBan,
): Promise<Ban> {
  const { entry, left } = await options.db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'chat:moderate')
    const projectId = access.project.id
    await requireBannable(trx, actor, userId)
    // Somebody who lets this person in now waits, and finds the ban.
    await lockProject(trx, projectId)
    await trx
      .insertInto('bans')
      .values({ projectId, userId, reason, createdBy: actor.id })
      .onConflict((conflict) => conflict.columns(['projectId', 'userId']).doUpdateSet({ reason }))
      .execute()
    const entry = await selectBans(trx, projectId)
      .where('bans.userId', '=', userId)
      .executeTakeFirstOrThrow()
    const member = await findMember(trx, projectId, userId)
    return { entry, left: member && (await deleteMember(trx, projectId, member, actor)) }
  })
  if (left) tellLeft(options, left)
  return entry
}

export async function liftBan(db: Db, actor: Actor, project: string, userId: string) {
  const access = await requireAccess(db, actor, project, 'chat:moderate')
  if (!isUuid(userId)) throw notFound('Ban')
  await db
    .deleteFrom('bans')
    .where('projectId', '=', access.project.id)
    .where('userId', '=', userId)
    .returning(sql`1`.as('done'))
    .executeTakeFirstOrThrow(() => notFound('Ban'))
}
