// What people say about an issue.
import { v7 as uuid } from 'uuid'
import type { Actor } from '../../db/access.ts'
import { appendActivity } from '../../db/activity.ts'
import type { Db, Trx } from '../../db/database.ts'
import { AppError } from '../../protocol/errors.ts'
import { readPage, type PageQuery } from '../listing.ts'
import { holdProject } from '../projects/hold.ts'
import { publicUser } from '../../db/people.ts'
import { findIssue, readIssue, type IssueOptions } from './issues.ts'
import type { Comment, CommentCreated, NewComment } from './schema.ts'

const selectComments = (db: Db | Trx, issueId: string) =>
  db
    .selectFrom('comments')
    .select(['id', 'parentId', 'content', 'createdAt', 'updatedAt'])
    .select(({ ref }) => [
      ref('issueId').$notNull().as('issueId'),
      publicUser('comments.authorId').as('author'),
    ])
    .where('issueId', '=', issueId)

/** Oldest first. */
export async function listComments(
  db: Db,
  actor: Actor,
  project: string,
  issueId: string,
  page: PageQuery,
) {
  const issue = await readIssue(db, actor, project, issueId)
  return readPage(selectComments(db, issue.id).orderBy('comments.id'), page)
}

async function checkParent(trx: Trx, issueId: string, parentId: string | undefined) {
  if (parentId === undefined) return
  const parent = await trx
    .selectFrom('comments')
    .select('id')
    .where('id', '=', parentId)
    .where('issueId', '=', issueId)
    .executeTakeFirst()
  if (!parent) throw new AppError('UNPROCESSABLE', 'The comment to answer is not of this issue')
}

export async function addComment(
  { db, publish }: IssueOptions,
  actor: Actor,
  project: string,
  issueId: string,
  { content, parentId }: NewComment,
): Promise<Comment> {
  const { comment, update } = await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'issue:write')
    const issue = await findIssue(trx, access.project.id, issueId)
    await checkParent(trx, issue.id, parentId)
    const id = uuid()
    await trx
      .insertInto('comments')
      .values({ id, issueId: issue.id, parentId: parentId ?? null, content, authorId: actor.id })
      .execute()
    const comment = await selectComments(trx, issue.id)
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    const { projectId, number, title } = issue
    const told: CommentCreated = { ...comment, issue: { number, title } }
    const update = await appendActivity(trx, projectId, actor.id, 'comment_created', told)
    return { comment, update }
  })
  publish(update)
  return comment
}
