// A thread on code becomes an issue, once; each shows the way to the other.
import type { Principal } from '../../protocol/access.ts'
import { findFile } from '../files/place.ts'
import { findIssue, insertIssue } from '../issues/issues.ts'
import type { Issue } from '../issues/schema.ts'
import type { CodeThread, ThreadIssue } from './schema.ts'
import { holdThread, touchThread, type ThreadOptions, type ThreadPath } from './threads.ts'

/** A fence that is longer than any in the text. */
const fenceFor = (text: string) =>
  '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)))

/** A path as the text of a markdown link; of a long one, its end. */
const labelOf = (path: string) =>
  path.slice(-200).toWellFormed().replaceAll('[', '(').replaceAll(']', ')')

function describeThread(slug: string, path: string, { id, fileId, quote, comments }: CodeThread) {
  const fence = fenceFor(quote)
  const said = comments.find(({ deletedAt }) => deletedAt === null)?.content ?? ''
  const link = `[${labelOf(path)}](/p/${slug}/files/${fileId}?thread=${id})`
  const language = /\.(\w+)$/.exec(path)?.[1] ?? ''
  return `${said}\n\n${link}\n\n${fence}${language}\n${quote}\n${fence}\n`
}

/** The first line that says something. */
const titleOf = ({ comments }: CodeThread, path: string) =>
  comments
    .find(({ deletedAt }) => deletedAt === null)
    ?.content.split('\n')
    .map((line) => line.trim())
    .find((line) => /[\p{L}\p{N}]/u.test(line))
    ?.slice(0, 200)
    .toWellFormed() ?? `Comment on ${path}`.slice(0, 200).toWellFormed()

/** @returns the thread's issue, also one that it had already */
export async function createThreadIssue(
  { db, publish }: ThreadOptions,
  actor: Principal,
  path: ThreadPath,
  { title }: ThreadIssue,
): Promise<Issue> {
  const { issue, updates } = await db.transaction().execute(async (trx) => {
    const needed = ['file:comment', 'issue:write'] as const
    const { access, thread } = await holdThread(trx, actor, path, ...needed)
    const { id: projectId, slug } = access.project
    if (thread.issue)
      return { issue: await findIssue(trx, projectId, thread.issue.id), updates: [] }
    const file = await findFile(trx, projectId, thread.fileId)
    const made = await insertIssue(trx, access, actor, {
      title: title ?? titleOf(thread, file.path),
      description: describeThread(slug, file.path, thread),
    })
    await trx
      .updateTable('codeThreads')
      .set({ issueId: made.issue.id })
      .where('id', '=', thread.id)
      .execute()
    const { update } = await touchThread(trx, actor, thread)
    return { issue: made.issue, updates: [made.update, update] }
  })
  for (const update of updates) publish(update)
  return issue
}
