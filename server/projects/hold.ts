// The door of every write in a project.
import { requireAccess, type Actor, type ProjectAccess } from '../../db/access.ts'
import type { Trx } from '../../db/database.ts'
import { publicColumns } from '../../db/people.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import type { Permission } from '../../protocol/access.ts'

/** The project stays until the transaction ends. */
export async function keepProject(trx: Trx, projectId: string) {
  await trx
    .selectFrom('projects')
    .select('id')
    .where('id', '=', projectId)
    .forKeyShare()
    .executeTakeFirstOrThrow(() => notFound('Project'))
}

/**
 * Others who call this, or write to the project's log, wait until the transaction ends. Whoever changes files or
 * members calls it before touching them: with a file in hand, it would wait here for somebody who waits for the file.
 */
export const lockProject = (trx: Trx, projectId: string) =>
  trx
    .selectFrom('projectCounters')
    .select('projectId')
    .where('projectId', '=', projectId)
    .forUpdate()
    .execute()

/**
 * `requireAccess`, and the project stays. Call it first: a deletion waits for the writes under way at this row, and
 * otherwise takes what they hold in another order, which is a deadlock.
 * @throws AppError as `requireAccess`
 */
export async function holdProject(
  trx: Trx,
  actor: Actor,
  project: string,
  ...required: Permission[]
): Promise<ProjectAccess> {
  const access = await requireAccess(trx, actor, project, ...required)
  await keepProject(trx, access.project.id)
  return access
}

/** @throws AppError INSUFFICIENT_PERMISSIONS for somebody who is banned */
export async function refuseBanned(trx: Trx, projectId: string, userId: string) {
  const banned = await trx
    .selectFrom('bans')
    .innerJoin('users', 'users.id', 'bans.userId')
    .innerJoin('userProfiles', 'userProfiles.userId', 'users.id')
    .select(publicColumns)
    .where('bans.projectId', '=', projectId)
    .where('bans.userId', '=', userId)
    .executeTakeFirst()
  if (!banned) return
  throw new AppError(
    'INSUFFICIENT_PERMISSIONS',
    `${banned.displayName} is banned from this project; a maintainer can lift the ban`,
  )
}
