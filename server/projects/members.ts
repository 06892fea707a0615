// Membership of a project. A project always keeps a maintainer.
import { v7 as uuid } from 'uuid'
import { can, requireAccess, type Actor } from '../../db/access.ts'
import { appendActivity } from '../../db/activity.ts'
import { isUniqueViolation, type Db, type Trx } from '../../db/database.ts'
import type { ProjectRole } from '../../protocol/access.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { isUuid } from '../../protocol/names.ts'
import { readPage, type PageQuery } from '../listing.ts'
import { holdProject, lockProject } from './hold.ts'
import { publicColumns } from '../../db/people.ts'
import type { ProjectOptions } from './projects.ts'
import type { Member, NewMember } from './schema.ts'

const selectMembers = (db: Db | Trx, projectId: string) =>
  db
    .selectFrom('projectMembers')
    .innerJoin('users', 'users.id', 'projectMembers.userId')
    .innerJoin('userProfiles', 'userProfiles.userId', 'users.id')
    .select(publicColumns)
    .select(['projectMembers.role', 'projectMembers.joinedAt'])
    .where('projectMembers.projectId', '=', projectId)

async function readMember(trx: Trx, projectId: string, userId: string): Promise<Member> {
  if (!isUuid(userId)) throw notFound('Member')
  return selectMembers(trx, projectId)
    .where('users.id', '=', userId)
    .executeTakeFirstOrThrow(() => notFound('Member'))
}

export async function listMembers(db: Db, actor: Actor, project: string, page: PageQuery) {
  const access = await requireAccess(db, actor, project, 'project:read')
  return readPage(selectMembers(db, access.project.id).orderBy('projectMembers.id'), page)
}

async function refuseLastMaintainer(trx: Trx, projectId: string, { id, role }: Member) {
  if (role !== 'maintainer') return
  const other = await trx
    .selectFrom('projectMembers')
    .select('userId')
    .where('projectId', '=', projectId)
    .where('role', '=', 'maintainer')
    .where('userId', '<>', id)
    .executeTakeFirst()
  if (other) return
  throw new AppError(
    'CONFLICT',
    'This is the last maintainer of the project; make somebody else a maintainer first',
  )
}

/**
 * Inserts a membership and its activity, last in the caller's transaction.
 * @throws AppError CONFLICT for somebody who is a member
 */
export async function insertMember(
  trx: Trx,
  projectId: string,
  userId: string,
  role: ProjectRole,
  actor: Actor,
) {
  await trx
    .insertInto('projectMembers')
    .values({ id: uuid(), projectId, userId, role })
    .execute()
    .catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error
      throw new AppError('CONFLICT', 'This person is a member already')
    })
  const member = await readMember(trx, projectId, userId)
  const update = await appendActivity(trx, projectId, actor.id, 'member_joined', member)
  return { member, update }
}

const findUserId = async (trx: Trx, username: string) => {
  const { id } = await trx
    .selectFrom('users')
    .select('id')
    .where(({ fn, ref }) => fn('lower', [ref('username')]), '=', username.toLowerCase())
    .executeTakeFirstOrThrow(() => notFound('User'))
  return id
}

/** Without `username`, the actor joins: any public project, in any role but maintainer. */
export async function addMember(
  { db, publish }: ProjectOptions,
  actor: Actor,
  project: string,
  { username, role = 'contributor' }: NewMember,
): Promise<Member> {
  const { member, update } = await db.transaction().execute(async (trx) => {
    const access = await holdProject(
      trx,
      actor,
      project,
      username === undefined ? 'project:read' : 'project:manage_members',
    )
    if (username === undefined && role === 'maintainer' && access.role !== 'admin') {
      throw new AppError('INSUFFICIENT_PERMISSIONS', 'Only a maintainer can make maintainers')
    }
    const userId = username === undefined ? actor.id : await findUserId(trx, username)
    return insertMember(trx, access.project.id, userId, role, actor)
  })
  publish(update)
  return member
}

export async function changeMember(
  { db, publish, accessChanged }: ProjectOptions,
  actor: Actor,
  project: string,
  userId: string,
  role: ProjectRole,
): Promise<Member> {
  const { member, update } = await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'project:manage_members')
    const projectId = access.project.id
    // Two maintainers who leave at the same time wait for each other here.
    await lockProject(trx, projectId)
    const before = await readMember(trx, projectId, userId)
    if (before.role === role) return { member: before, update: undefined }
    await refuseLastMaintainer(trx, projectId, before)
    await trx
      .updateTable('projectMembers')
      .set({ role })
      .where('projectId', '=', projectId)
      .where('userId', '=', before.id)
      .execute()
    const member = { ...before, role }
    return {
      member,
      update: await appendActivity(trx, projectId, actor.id, 'member_updated', member),
    }
  })
  if (update) {
    publish(update)
    // Not the id as it was asked for, which may be spelled in capitals.
    accessChanged({ userId: member.id, projectId: update.projectId })
  }
  return member
}

/** Removes somebody, or leaves. */
export async function removeMember(
  { db, publish, accessChanged }: ProjectOptions,
  actor: Actor,
  project: string,
  userId: string,
) {
  const { member, update } = await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'project:read')
    const projectId = access.project.id
    if (userId.toLowerCase() !== actor.id && !can(access, 'project:manage_members')) {
      throw new AppError('INSUFFICIENT_PERMISSIONS', 'Only a maintainer can remove others')
    }
    // As above.
    await lockProject(trx, projectId)
    const member = await readMember(trx, projectId, userId)
    await refuseLastMaintainer(trx, projectId, member)
    await trx
      .deleteFrom('projectMembers')
      .where('projectId', '=', projectId)
      .where('userId', '=', member.id)
      .execute()
    return { member, update: await appendActivity(trx, projectId, actor.id, 'member_left', member) }
  })
  publish(update)
  accessChanged({ userId: member.id, projectId: update.projectId })
}
