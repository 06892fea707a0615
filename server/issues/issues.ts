// Issues of a project: numbered densely, every change in the project's log.
import { sql } from 'kysely'
import { v7 as uuid } from 'uuid'
import { can, requireAccess, type Actor, type ProjectAccess } from '../../db/access.ts'
import { appendActivity, type Publish } from '../../db/activity.ts'
import type { Db, Trx } from '../../db/database.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { isUuid } from '../../protocol/names.ts'
import { containsText, readPage, type PageQuery } from '../listing.ts'
import { holdProject } from '../projects/hold.ts'
import { publicUser } from '../../db/people.ts'
import {
  issueChangeSchema,
  type Issue,
  type IssueChange,
  type IssueFilter,
  type IssueUpdated,
  type NewIssue,
} from './schema.ts'

export interface IssueOptions {
  db: Db
  publish: Publish
}

const selectIssues = (db: Db | Trx, projectId: string) =>
  db
    .selectFrom('issues')
    .selectAll('issues')
    .select([
      publicUser('issues.assigneeId').as('assignee'),
      publicUser('issues.createdBy').as('author'),
      sql<number>`(select count(*) from comments c where c.issue_id = issues.id)`.as(
        'commentCount',
      ),
    ])
    .where('issues.projectId', '=', projectId)

export async function listIssues(
  db: Db,
  actor: Actor,
  project: string,
  filter: IssueFilter & PageQuery,
) {
  const access = await requireAccess(db, actor, project, 'issue:read')
  const { q, status, priority, label, assignee } = filter
  let query = selectIssues(db, access.project.id).orderBy('issues.number', 'desc')
  if (status === 'active') query = query.where('issues.status', '<>', 'closed')
  else if (status) query = query.where('issues.status', '=', status)
  if (priority) query = query.where('issues.priority', '=', priority)
  if (label) query = query.where(sql`issues.labels`, '@>', sql`${JSON.stringify([label])}::jsonb`)
  if (assignee === 'none') query = query.where('issues.assigneeId', 'is', null)
  else if (assignee) {
    query = query.where('issues.assigneeId', '=', assignee === 'me' ? actor.id : assignee)
  }
  if (q) query = query.where(containsText(['issues.title', 'issues.description'], q))
  return readPage(query, filter)
}

/** @param issue id or number */
export async function findIssue(db: Db | Trx, projectId: string, issue: string): Promise<Issue> {
  // Nine digits fit into the column's integer.
  if (!isUuid(issue) && !/^\d{1,9}$/.test(issue)) throw notFound('Issue')
  const query = selectIssues(db, projectId)
  const found = isUuid(issue)
    ? query.where('issues.id', '=', issue)
    : query.where('issues.number', '=', Number(issue))
  return found.executeTakeFirstOrThrow(() => notFound('Issue'))
}

export async function readIssue(db: Db, actor: Actor, project: string, issue: string) {
  const access = await requireAccess(db, actor, project, 'issue:read')
  return findIssue(db, access.project.id, issue)
}

/** Whoever may write issues may take one or give it back; assigning others is a permission of its own. */
async function checkAssignee(
  trx: Trx,
  access: ProjectAccess,
  actor: Actor,
  { from, to }: { from: string | null; to: string | null | undefined },
) {
  if (to === undefined || to === from) return
  const concerned = [from, to].filter((id) => id !== null)
  if (concerned.some((id) => id !== actor.id) && !can(access, 'issue:assign')) {
    throw new AppError('INSUFFICIENT_PERMISSIONS', 'You may assign issues only to yourself')
  }
  if (to === null) return
  const member = await trx
    .selectFrom('projectMembers')
    .select('id')
    .where('projectId', '=', access.project.id)
    .where('userId', '=', to)
    .executeTakeFirst()
  if (!member) {
    throw new AppError('UNPROCESSABLE', 'An issue can be assigned only to a member of the project')
  }
}

const columns = ({ labels, ...fields }: IssueChange) => ({
  ...fields,
  ...(labels && { labels: JSON.stringify(labels) }),
})

async function takeNumber(trx: Trx, projectId: string) {
  const { issueNumber } = await trx
    .updateTable('projectCounters')
    .set(({ eb }) => ({ issueNumber: eb('issueNumber', '+', 1) }))
    .where('projectId', '=', projectId)
    .returning('issueNumber')
    .executeTakeFirstOrThrow()
  return issueNumber
}

/** Within the transaction of whoever makes it, who publishes the update after the commit. */
export async function insertIssue(trx: Trx, access: ProjectAccess, actor: Actor, draft: NewIssue) {
  const projectId = access.project.id
  await checkAssignee(trx, access, actor, { from: null, to: draft.assigneeId })
  const number = await takeNumber(trx, projectId)
  const id = uuid()
  await trx
    .insertInto('issues')
    .values({ ...columns(draft), title: draft.title, id, projectId, number, createdBy: actor.id })
    .execute()
  const issue = await findIssue(trx, projectId, id)
  return { issue, update: await appendActivity(trx, projectId, actor.id, 'issue_created', issue) }
}

export async function createIssue(
  { db, publish }: IssueOptions,
  actor: Actor,
  project: string,
  draft: NewIssue,
): Promise<Issue> {
  const { issue, update } = await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'issue:write')
    return insertIssue(trx, access, actor, draft)
  })
  publish(update)
  return issue
}

export async function changeIssue(
  { db, publish }: IssueOptions,
  actor: Actor,
  project: string,
  issueId: string,
  change: IssueChange,
): Promise<Issue> {
  const { issue, update } = await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'issue:write')
    const projectId = access.project.id
    const { id } = await findIssue(trx, projectId, issueId)
    // Of two who close it at once, one did.
    await trx.selectFrom('issues').select('id').where('id', '=', id).forUpdate().execute()
    const before = await findIssue(trx, projectId, id)
    await checkAssignee(trx, access, actor, { from: before.assigneeId, to: change.assigneeId })
    await trx
      .updateTable('issues')
      .set({ ...columns(change), updatedAt: sql`now()` })
      .where('id', '=', id)
      .execute()
    const issue = await findIssue(trx, projectId, id)
    const isChanged = (field: keyof IssueChange) =>
      JSON.stringify(before[field]) !== JSON.stringify(issue[field])
    const changed = issueChangeSchema.keyof().options.filter(isChanged)
    const data: IssueUpdated = { ...issue, changed, previousStatus: before.status }
    return {
      issue,
      update: await appendActivity(trx, projectId, actor.id, 'issue_updated', { ...data }),
    }
  })
  publish(update)
  return issue
}

export async function deleteIssue(
  { db, publish }: IssueOptions,
  actor: Actor,
  project: string,
  issueId: string,
) {
  const update = await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'issue:delete')
    const issue = await findIssue(trx, access.project.id, issueId)
    // Somebody else may be deleting it: then this waits, and finds nothing.
    await trx
      .deleteFrom('issues')
      .where('id', '=', issue.id)
      .returning('id')
      .executeTakeFirstOrThrow(() => notFound('Issue'))
    return appendActivity(trx, issue.projectId, actor.id, 'issue_deleted', issue)
  })
  publish(update)
}
