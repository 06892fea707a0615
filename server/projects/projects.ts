// Projects: found, made, changed and deleted.
import { randomBytes } from 'node:crypto'
import { sql, type SqlBool } from 'kysely'
import { v7 as uuid } from 'uuid'
import { requireAccess, type Actor, type ProjectAccess } from '../../db/access.ts'
import { appendActivity, type Publish } from '../../db/activity.ts'
import { isUniqueViolation, type Db, type Trx } from '../../db/database.ts'
import { notFound } from '../../protocol/errors.ts'
import { DEFAULT_CHANNEL, isUuid } from '../../protocol/names.ts'
import type { AccessChange } from '../../protocol/requests.ts'
import type { ChannelChange } from '../../realtime/chat/audience.ts'
import { removeFiles, type AttachmentOptions } from '../attachments/attachments.ts'
import type { FileOptions } from '../files/files.ts'
import { deleteGuests } from '../guests/guests.ts'
import { containsText, readPage, type PageQuery } from '../listing.ts'
import { holdProject } from './hold.ts'
import type { NewProject, Project, ProjectChange, ProjectDetails, ProjectFilter } from './schema.ts'

export interface ProjectOptions {
  db: Db
  publish: Publish
  /** Closes the live connections of people whose access changed */
  accessChanged: (change: AccessChange) => void
  /** Judges who hears a channel anew, and tells them of it */
  channelChanged: (change: ChannelChange) => void
}

/** `role` is the asker's own. */
const selectProjects = (db: Db | Trx, actor: Actor) =>
  db
    .selectFrom('projects')
    .selectAll('projects')
    .select([
      sql<number>`(select count(*) from project_members m where m.project_id = projects.id)`.as(
        'memberCount',
      ),
      sql<number>`(select count(*) from issues i where i.project_id = projects.id and i.status <> 'closed')`.as(
        'openIssueCount',
      ),
      (actor.role === 'admin'
        ? sql<Project['role']>`'admin'`
        : sql<
            Project['role']
          >`(select m.role from project_members m where m.project_id = projects.id and m.user_id = ${actor.id})`
      ).as('role'),
    ])

const isMember = (actor: Actor) => sql<SqlBool>`exists (
  select from project_members m where m.project_id = projects.id and m.user_id = ${actor.id}
)`

export function listProjects(db: Db, actor: Actor, filter: ProjectFilter & PageQuery) {
  let query = selectProjects(db, actor).orderBy('projects.id', 'desc')
  if (filter.mine === 'true') query = query.where(isMember(actor))
  else if (actor.role !== 'admin') {
    query = query.where(({ or, eb }) => or([eb('visibility', '=', 'public'), isMember(actor)]))
  }
  for (const name of ['category', 'difficulty', 'status'] as const) {
    const value = filter[name]
    if (value !== undefined) query = query.where(`projects.${name}`, '=', value)
  }
  if (filter.q) {
    query = query.where(containsText(['projects.name', 'projects.description'], filter.q))
  }
  return readPage(query, filter)
}

async function readDetails(
  db: Db | Trx,
  actor: Actor,
  { project, permissions }: ProjectAccess,
): Promise<ProjectDetails> {
  const row = await selectProjects(db, actor)
    .where('projects.id', '=', project.id)
    .executeTakeFirstOrThrow()
  return { ...row, permissions: [...permissions] }
}

/** @param project id or slug */
export const readProject = async (db: Db, actor: Actor, project: string) =>
  readDetails(db, actor, await requireAccess(db, actor, project, 'project:read'))

function toSlug(name: string) {
  const slug = name
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 80)
    .replaceAll(/^-+|-+$/g, '')
  if (slug === '') return 'project'
  // It would be taken for an id, and nothing be found.
  return isUuid(slug) ? `project-${slug}` : slug
}

const columns = ({ tags, techStack, ...fields }: ProjectChange) => ({
  ...fields,
  ...(tags && { tags: JSON.stringify(tags) }),
  ...(techStack && { techStack: JSON.stringify(techStack) }),
})

async function insertProject(trx: Trx, actor: Actor, draft: NewProject, slug: string) {
  const id = uuid()
  await trx
    .insertInto('projects')
    .values({ ...columns(draft), name: draft.name, id, slug, createdBy: actor.id })
    .execute()
  await trx.insertInto('projectCounters').values({ projectId: id }).execute()
  await trx
    .insertInto('projectMembers')
    .values({ id: uuid(), projectId: id, userId: actor.id, role: 'maintainer' })
    .execute()
  await trx
    .insertInto('channels')
    .values({ id: uuid(), projectId: id, name: DEFAULT_CHANNEL })
    .execute()
  return readDetails(trx, actor, await requireAccess(trx, actor, id))
}

/** Its maker becomes its maintainer. The slug is made of the name, with an ending where that one is taken. */
export async function createProject(
  db: Db,
  actor: Actor,
  draft: NewProject,
): Promise<ProjectDetails> {
  const slug = toSlug(draft.name)
  for (let attempt = 0; ; attempt++) {
    const ending = attempt === 0 ? '' : `-${randomBytes(3).toString('hex')}`
    try {
      return await db
        .transaction()
        .execute((trx) => insertProject(trx, actor, draft, `${slug}${ending}`))
    } catch (error) {
      if (!isUniqueViolation(error) || attempt > 4) throw error
    }
  }
}

export async function changeProject(
  { db, publish, accessChanged }: Pick<ProjectOptions, 'db' | 'publish' | 'accessChanged'>,
  actor: Actor,
  project: string,
  change: ProjectChange,
): Promise<ProjectDetails> {
  const { details, update, guests } = await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'project:write')
    await trx
      .updateTable('projects')
      .set({ ...columns(change), updatedAt: sql`now()` })
      .where('id', '=', access.project.id)
      .execute()
    const guests = change.callGuests === false ? await deleteGuests(trx, access.project.id) : []
    const details = await readDetails(trx, actor, access)
    // What everybody sees; role and permissions are the asker's own.
    const { role: _role, permissions: _permissions, ...shared } = details
    const update = await appendActivity(trx, details.id, actor.id, 'project_updated', shared)
    return { details, update, guests }
  })
  publish(update)
  for (const userId of guests) accessChanged({ userId })
  return details
}

/** Everything in it goes with it; who is connected to it is disconnected. */
export async function deleteProject(
  {
    db,
    accessChanged,
    documents,
    attachments,
    log,
  }: Pick<ProjectOptions, 'accessChanged'> & Pick<FileOptions, 'documents'> & AttachmentOptions,
  actor: Actor,
  project: string,
) {
  const { projectId, people, guests, files, uploads } = await db
    .transaction()
    .execute(async (trx) => {
      const access = await requireAccess(trx, actor, project, 'project:delete')
      const projectId = access.project.id
      // Waits for the writes under way; see holdProject.
      await trx
        .selectFrom('projects')
        .select('id')
        .where('id', '=', projectId)
        .forUpdate()
        .executeTakeFirstOrThrow(() => notFound('Project'))
      const people = await trx
        .selectFrom('projectMembers')
        .select('userId')
        .where('projectId', '=', projectId)
        .union(trx.selectFrom('users').select('id as userId').where('role', '=', 'admin'))
        .execute()
      const files = await trx
        .selectFrom('files')
        .select(['id', 'contentId'])
        .where('projectId', '=', projectId)
        .execute()
      const uploads = await trx
        .selectFrom('attachments')
        .select('id')
        .where('projectId', '=', projectId)
        .execute()
      const guests = await deleteGuests(trx, projectId)
      await trx.deleteFrom('projects').where('id', '=', projectId).execute()
      return { projectId, people, guests, files, uploads }
    })
  for (const { id } of files) documents.closeFile(id)
  for (const { userId } of people) accessChanged({ userId, projectId })
  for (const userId of guests) accessChanged({ userId })
  // There may be thousands: nobody waits for that.
  const stored = [...uploads.map(({ id }) => id), ...files.map(({ contentId }) => contentId)]
  const ids = stored.filter((id) => id !== null)
  void removeFiles(attachments, log, ids)
}
