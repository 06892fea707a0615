// Membership of a project. A project always keeps a maintainer.
import { v7 as uuid } from 'uuid'
import { can, requireAccess, type Actor } from '../../db/access.ts'
import { appendActivity } from '../../db/activity.ts'
import { isUniqueViolation, type Db, type Trx } from '../../db/database.ts'
import { projectRoles, type ProjectRole } from '../../protocol/access.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { isUuid } from '../../protocol/names.ts'
import { readPage, type PageQuery } from '../listing.ts'
import { holdProject, lockProject, refuseBanned } from './hold.ts'
import { publicColumns } from '../../db/people.ts'
import { holdPrivateChannels, leaveChannels } from '../channels/membership.ts'
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

export const findMember = (
  trx: Trx,
  projectId: string,
  userId: string,
): Promise<Member | undefined> =>
  selectMembers(trx, projectId).where('users.id', '=', userId).executeTakeFirst()

export async function readMember(trx: Trx, projectId: string, userId: string): Promise<Member> {
  const member = isUuid(userId) && (await findMember(trx, projectId, userId))
  if (!member) throw notFound('Member')
  return member
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

/** What was said before somebody came is not unread to them. */
const markAllRead = (trx: Trx, projectId: string, userId: string) =>
  trx
    .insertInto('readMarks')
    .columns(['channelId', 'userId', 'seq'])
    .expression((eb) =>
      eb
        .selectFrom('channels')
        .select(['id', eb.val(userId).$castTo<string>().as('userId'), 'lastSeq'])
        .where('projectId', '=', projectId)
        .where('kind', '=', 'public'),
    )
    .onConflict((conflict) =>
      conflict.columns(['channelId', 'userId']).doUpdateSet(({ eb, ref }) => ({
        seq: eb.fn('greatest', [ref('readMarks.seq'), ref('excluded.seq')]),
      })),
    )
    .execute()

/**
 * Inserts a membership and its activity, last in the caller's transaction.
 * @throws AppError CONFLICT for somebody who is a member, INSUFFICIENT_PERMISSIONS for somebody who is banned
 */
export async function insertMember(
  trx: Trx,
  projectId: string,
  userId: string,
  role: ProjectRole,
  actor: Actor,
) {
  // Whoever bans this person now waits, or was first.
  await lockProject(trx, projectId)
  await refuseBanned(trx, projectId, userId)
  await trx
    .insertInto('projectMembers')
    .values({ id: uuid(), projectId, userId, role })
    .execute()
    .catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error
      throw new AppError('CONFLICT', 'This person is a member already')
    })
  await markAllRead(trx, projectId, userId)
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

/** Of somebody who was a member before. */
async function readFormerRole(trx: Trx, projectId: string, userId: string) {
  const former = await trx
    .selectFrom('formerMembers')
    .select('role')
    .where('projectId', '=', projectId)
    .where('userId', '=', userId)
    .executeTakeFirst()
  return former?.role
}

const weaker = (a: ProjectRole, b: ProjectRole) =>
  projectRoles.indexOf(a) > projectRoles.indexOf(b) ? a : b

/**
 * Without `username`, the actor joins: any public project, in any role but maintainer. Whoever left comes back in no
 * stronger one than they had.
 */
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
    const projectId = access.project.id
    if (username !== undefined) {
      return insertMember(trx, projectId, await findUserId(trx, username), role, actor)
    }
    const most = access.role === 'admin' ? role : await readFormerRole(trx, projectId, actor.id)
    return insertMember(trx, projectId, actor.id, weaker(role, most ?? role), actor)
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

/**
 * Deletes a membership with its private channels and appends its activity, last in a transaction that locked the
 * project.
 */
export async function deleteMember(trx: Trx, projectId: string, member: Member, actor: Actor) {
  await refuseLastMaintainer(trx, projectId, member)
  await holdPrivateChannels(trx, projectId, member.id)
  await trx
    .deleteFrom('projectMembers')
    .where('projectId', '=', projectId)
    .where('userId', '=', member.id)
    .execute()
  await trx
    .insertInto('formerMembers')
    .values({ projectId, userId: member.id, role: member.role })
    .onConflict((conflict) =>
      conflict.columns(['projectId', 'userId']).doUpdateSet({ role: member.role }),
    )
    .execute()
  const channelIds = await leaveChannels(trx, projectId, member.id)
  const update = await appendActivity(trx, projectId, actor.id, 'member_left', member)
  return { member, channelIds, update }
}

/** Tells of `deleteMember`, after the commit. */
export function tellLeft(
  { publish, accessChanged, channelChanged }: ProjectOptions,
  { member, channelIds, update }: Awaited<ReturnType<typeof deleteMember>>,
) {
  const { projectId } = update
  publish(update)
  accessChanged({ userId: member.id, projectId })
  for (const channelId of channelIds) channelChanged({ projectId, channelId, userIds: [] })
}

/** Removes somebody, or leaves. */
export async function removeMember(
  options: ProjectOptions,
  actor: Actor,
  project: string,
  userId: string,
) {
  const left = await options.db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'project:read')
    const projectId = access.project.id
    if (userId.toLowerCase() !== actor.id && !can(access, 'project:manage_members')) {
      throw new AppError('INSUFFICIENT_PERMISSIONS', 'Only a maintainer can remove others')
    }
    // As above.
    await lockProject(trx, projectId)
    return deleteMember(trx, projectId, await readMember(trx, projectId, userId), actor)
  })
  tellLeft(options, left)
}
