// Who may do what, decided in one place: system role, membership, visibility → permissions. Every plane asks here.
import {
  projectPermissions,
  type Permission,
  type Principal,
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
  if (!row) return undefined
  const role = actor.role === 'admin' ? 'admin' : row.role
  if (!role && row.visibility !== 'public') return undefined
  return {
    project: { id: row.id, slug: row.slug, visibility: row.visibility },
    role: role ?? ('visitor' as const),
    permissions: projectPermissions[role ?? 'visitor'],
  } satisfies ProjectAccess
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
  const access = await findAccess(db, actor, project)
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

/** Access by way of a file: the door of a document. */
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
    .executeTakeFirst()
  if (!file) throw notFound('File')
  return requireAccess(db, actor, file.projectId, ...required)
}
