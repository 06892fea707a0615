// Links that let whoever has one join a project, until the link ends.
import { requireAccess, type Actor } from '../../db/access.ts'
import type { Db, Trx } from '../../db/database.ts'
import { readPublicUser } from '../../db/people.ts'
import { notFound } from '../../protocol/errors.ts'
import { newSecret, sha256 } from '../accounts/sessions.ts'
import { keepProject } from './hold.ts'
import { insertMember } from './members.ts'
import { readProject, type ProjectOptions } from './projects.ts'
import type { Invitation, NewInvite, ProjectDetails } from './schema.ts'

const HOUR = 3_600_000

export async function createInvite(
  db: Db,
  actor: Actor,
  project: string,
  { role = 'contributor', expiresIn = 168 }: NewInvite,
) {
  const access = await requireAccess(db, actor, project, 'project:manage_members')
  const token = newSecret()
  const expiresAt = new Date(Date.now() + expiresIn * HOUR).toISOString()
  await db
    .insertInto('invites')
    .values({
      id: sha256(token),
      projectId: access.project.id,
      role,
      createdBy: actor.id,
      expiresAt,
    })
    .execute()
  return { token, role, expiresAt }
}

const findInvite = (db: Db | Trx, token: string) =>
  db
    .selectFrom('invites')
    .innerJoin('projects', 'projects.id', 'invites.projectId')
    .select(['invites.projectId', 'invites.role', 'invites.createdBy'])
    .select(['projects.name', 'projects.slug', 'projects.description'])
    .where('invites.id', '=', sha256(token))
    .where('invites.expiresAt', '>', new Date().toISOString())
    .executeTakeFirstOrThrow(() => notFound('Invitation'))

/** What one would join; the token is all it takes to see it. */
export async function readInvite(db: Db, token: string): Promise<Invitation> {
  const { name, slug, description, role, createdBy } = await findInvite(db, token)
  const invitedBy = await readPublicUser(db, createdBy)
  return { project: { name, slug, description }, role, invitedBy }
}

/** Somebody who is a member keeps their role. */
export async function acceptInvite(
  { db, publish }: Pick<ProjectOptions, 'db' | 'publish'>,
  actor: Actor,
  token: string,
): Promise<ProjectDetails> {
  const { projectId, update } = await db.transaction().execute(async (trx) => {
    const { projectId, role } = await findInvite(trx, token)
    await keepProject(trx, projectId)
    const member = await trx
      .selectFrom('projectMembers')
      .select('id')
      .where('projectId', '=', projectId)
      .where('userId', '=', actor.id)
      .executeTakeFirst()
    if (member) return { projectId, update: undefined }
    const { update } = await insertMember(trx, projectId, actor.id, role, actor)
    return { projectId, update }
  })
  if (update) publish(update)
  return readProject(db, actor, projectId)
}
