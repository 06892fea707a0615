// Who may do what, decided in one place: system role, membership, visibility → permissions. Every plane asks here.
import { sql, type SqlBool } from 'kysely'
import {
  projectPermissions,
  type Permission,
  type Principal,
  type ProjectRole,
  type Role,
} from '../protocol/access.ts'
import { AppError, notFound } from '../protocol/errors.ts'
import { isUuid } from '../protocol/names.ts'
import type { Db, Trx } from './database.ts'
import type { Visibility } from './schema.ts'

export type Actor = Pick<Principal, 'id' | 'role'>

/** What one person may do in one project. */
export interface ProjectAccess {
  project: { id: string; slug: string; visibility: Visibility }
  role: Role | 'visitor'
  permissions: readonly Permission[]
}

export const can = (access: ProjectAccess, permission: Permission) =>
  access.permissions.includes(permission)

/** The role in a project; undefined where the project must stay hidden. */
function roleIn({ role }: Pick<Actor, 'role'>, member: ProjectRole | null, visibility: Visibility) {
  if (role === 'admin') return role
  return member ?? (visibility === 'public' ? 'visitor' : undefined)
}

/** `project` is an id or a slug. */
async function findAccess(db: Db | Trx, actor: Actor, project: string) {
  const row = await db
    .selectFrom('projects')
    .leftJoin('projectMembers', (join) =>
      join
        .onRef('projectMembers.projectId', '=', 'projects.id')
        .on('projectMembers.userId', '=', actor.id),
    )
    .select(['projects.id', 'projects.slug', 'projects.visibility', 'projectMembers.role'])
    .where(isUuid(project) ? 'projects.id' : 'projects.slug', '=', project)
    .executeTakeFirst()
  return row && accessOf(actor, row, row.role)
}

/** @param member the actor's role in the project, null without one */
export function accessOf(
  actor: Actor,
  { id, slug, visibility }: ProjectAccess['project'],
  member: ProjectRole | null,
): ProjectAccess | undefined {
  const role = roleIn(actor, member, visibility)
  return role && { project: { id, slug, visibility }, role, permissions: projectPermissions[role] }
}

/**
 * The door of everything that belongs to a project.
 * @param project id or slug
 * @throws AppError NOT_FOUND when it does not exist or must stay hidden from this person,
 *   INSUFFICIENT_PERMISSIONS when the person sees it but lacks one of the permissions
 */
export async function requireAccess(
  db: Db | Trx,
  actor: Actor,
  project: string,
  ...required: Permission[]
): Promise<ProjectAccess> {
  return requirePermissions(await findAccess(db, actor, project), ...required)
}

/** @throws AppError as `requireAccess` */
export function requirePermissions(
  access: ProjectAccess | undefined,
  ...required: Permission[]
): ProjectAccess {
  if (!access) throw notFound('Project')
  const missing = required.filter((permission) => !can(access, permission))
  if (missing.length > 0) {
    throw new AppError(
      'INSUFFICIENT_PERMISSIONS',
      access.role === 'visitor' && missing.includes('room:join')
        ? 'Only members of the project may do this; join it first'
        : 'Insufficient permissions for this action',
      { required: missing, role: access.role },
    )
  }
  return access
}

/** Access by way of a file that is not in the trash: the door of a document. */
export async function requireFileAccess(
  db: Db | Trx,
  actor: Actor,
  fileId: string,
  ...required: Permission[]
): Promise<ProjectAccess> {
  const file = await db
    .selectFrom('files')
    .select('projectId')
    .where('id', '=', fileId)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  if (!file) throw notFound('File')
  return requireAccess(db, actor, file.projectId, ...required)
}

/**
 * Where `channels` is joined, and the reader may be in the room of its project: public channels, and those that the
 * person is in.
 */
export const isReadable = (userId: string) => sql<SqlBool>`(
  channels.kind = 'public' or exists (
    select from channel_members
    where channel_members.channel_id = channels.id and channel_members.user_id = ${userId}
  )
)`

/** Channels, once for each of these people who is in it, else once with the user id null. */
export const selectReaders = (db: Db, userIds: readonly string[]) =>
  db
    .selectFrom('channels')
    .leftJoin('channelMembers', (join) =>
      join
        .onRef('channelMembers.channelId', '=', 'channels.id')
        .on('channelMembers.userId', '=', sql<string>`any(${userIds}::uuid[])`),
    )
    .select(['channels.id', 'channels.kind', 'channelMembers.userId'])

/**
 * Many people's permissions in many projects, in one query; none where there is nothing to see.
 * @param userIds and `projectIds`: what the answer may be asked about
 */
export async function readPermissions(
  db: Db,
  userIds: readonly string[],
  projectIds: readonly string[],
): Promise<(actor: Actor, projectId: string) => readonly Permission[]> {
  const rows = await db
    .selectFrom('projects')
    .leftJoin('projectMembers', (join) =>
      join
        .onRef('projectMembers.projectId', '=', 'projects.id')
        .on('projectMembers.userId', '=', sql<string>`any(${userIds}::uuid[])`),
    )
    .select(['projects.id', 'projects.visibility', 'projectMembers.userId', 'projectMembers.role'])
    .where('projects.id', '=', sql<string>`any(${projectIds}::uuid[])`)
    .execute()
  const visibilities = new Map(rows.map(({ id, visibility }) => [id, visibility]))
  const members = new Map(rows.map(({ id, userId, role }) => [`${id} ${userId}`, role]))
  return (actor, projectId) => {
    const visibility = visibilities.get(projectId)
    const member = members.get(`${projectId} ${actor.id}`) ?? null
    const role = visibility && roleIn(actor, member, visibility)
    return role ? projectPermissions[role] : []
  }
}
