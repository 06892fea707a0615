// Comments on code: threads at a range of a file's live text. Whatever changes one locks the project first, as all do
// who change files; the update that is told has the whole thread.
import { sql } from 'kysely'
import { v7 as uuid } from 'uuid'
import { can, requireAccess, type ProjectAccess } from '../../db/access.ts'
import { appendActivity, type ActorUpdate, type Publish } from '../../db/activity.ts'
import type { Db, Trx } from '../../db/database.ts'
import { publicUser } from '../../db/people.ts'
import type { Permission, Principal } from '../../protocol/access.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { MAX_FILE_THREADS } from '../../protocol/limits.ts'
import { isUuid } from '../../protocol/names.ts'
import type { Emit } from '../../protocol/requests.ts'
import { findFile } from '../files/place.ts'
import { readPage, type Page, type PageQuery } from '../listing.ts'
import { holdProject, lockProject } from '../projects/hold.ts'
import { notifyMentioned } from './mentions.ts'
import { placeThreads, requireSpot, type Spot, type Texts } from './place.ts'
import type {
  CodeComment,
  CodeThread,
  FileThreadFilter,
  NewThread,
  PlacedThread,
  ThreadChange,
  ThreadFilter,
} from './schema.ts'

export interface ThreadOptions {
  db: Db
  publish: Publish
  emit: Pick<Emit, 'toUser'>
  documents: Texts
}

/** A thread's address. */
export interface ThreadPath {
  slug: string
  fileId: string
  threadId: string
}

/** Those of files in the trash wait there with them. */
const selectThreads = (db: Db | Trx) =>
  db
    .selectFrom('codeThreads as t')
    .innerJoin('files', 'files.id', 't.fileId')
    .where('files.deletedAt', 'is', null)
    .select(['t.id', 't.projectId', 't.fileId', 't.seq', 't.rev', 't.anchor', 't.quote'])
    .select(['t.createdBy', 't.createdAt', 't.resolvedAt'])
    .select([
      publicUser('t.resolvedBy').as('resolvedBy'),
      sql<CodeThread['issue']>`(
        select json_build_object('id', i.id, 'number', i.number, 'title', i.title, 'status', i.status)
        from issues i where i.id = t.issue_id
      )`.as('issue'),
    ])

type ThreadRow = Awaited<ReturnType<ReturnType<typeof selectThreads>['executeTakeFirstOrThrow']>>

async function addComments(db: Db | Trx, rows: readonly ThreadRow[]): Promise<CodeThread[]> {
  const ids = rows.map(({ id }) => id)
  const comments = await db
    .selectFrom('codeComments')
    .select(['id', 'threadId', 'content', 'createdAt', 'editedAt', 'deletedAt'])
    .select(publicUser('codeComments.authorId').as('author'))
    .where('threadId', '=', sql<string>`any(${ids}::uuid[])`)
    .orderBy('id')
    .execute()
  const byThread = new Map<string, CodeComment[]>(ids.map((id) => [id, []]))
  for (const { threadId, ...comment } of comments) byThread.get(threadId)?.push(comment)
  return rows.map((row) => ({ ...row, comments: byThread.get(row.id) ?? [] }))
}

/** @throws AppError NOT_FOUND */
async function findThread(
  db: Db | Trx,
  projectId: string,
  { fileId, threadId }: Pick<ThreadPath, 'fileId' | 'threadId'>,
): Promise<CodeThread> {
  if (!isUuid(threadId) || !isUuid(fileId)) throw notFound('Thread')
  const row = await selectThreads(db)
    .where('t.id', '=', threadId)
    .where('t.fileId', '=', fileId)
    .where('t.projectId', '=', projectId)
    .executeTakeFirstOrThrow(() => notFound('Thread'))
  const [thread] = await addComments(db, [row])
  return thread!
}

async function readThreads(
  db: Db,
  query: ReturnType<typeof selectThreads>,
  { state, ...page }: ThreadFilter & PageQuery,
): Promise<Page<CodeThread>> {
  const filtered = state
    ? query.where('t.resolvedAt', state === 'open' ? 'is' : 'is not', null)
    : query
  const { data, meta } = await readPage(filtered, page)
  return { data: await addComments(db, data), meta }
}

/** Of one file in the order in which they were made, with the lines where they are. */
export async function listFileThreads(
  { db, documents }: ThreadOptions,
  actor: Principal,
  { slug, fileId }: Omit<ThreadPath, 'threadId'>,
  { after = 0, ...filter }: FileThreadFilter & PageQuery,
): Promise<Page<PlacedThread>> {
  const { project } = await requireAccess(db, actor, slug, 'project:read')
  const file = await findFile(db, project.id, fileId)
  const query = selectThreads(db)
    .where('t.fileId', '=', file.id)
    .where('t.seq', '>', after)
    .orderBy('t.seq')
  const { data, meta } = await readThreads(db, query, filter)
  return { data: await placeThreads(documents, file.id, data), meta }
}

/** Of the whole project, newest first. */
export async function listProjectThreads(
  { db }: ThreadOptions,
  actor: Principal,
  slug: string,
  filter: ThreadFilter & PageQuery,
) {
  const { project } = await requireAccess(db, actor, slug, 'project:read')
  const query = selectThreads(db).where('t.projectId', '=', project.id).orderBy('t.id', 'desc')
  return readThreads(db, query, filter)
}

export async function readThread(
  { db, documents }: ThreadOptions,
  actor: Principal,
  path: ThreadPath,
): Promise<PlacedThread> {
  const { project } = await requireAccess(db, actor, path.slug, 'project:read')
  const thread = await findThread(db, project.id, path)
  const [placed] = await placeThreads(documents, thread.fileId, [thread])
  return placed!
}

/** Within a transaction: who may change a thread, and the thread, which stays as it is until the end. */
export async function holdThread(
  trx: Trx,
  actor: Principal,
  path: ThreadPath,
  ...required: Permission[]
): Promise<{ access: ProjectAccess; thread: CodeThread }> {
  const access = await holdProject(trx, actor, path.slug, ...required)
  await lockProject(trx, access.project.id)
  return { access, thread: await findThread(trx, access.project.id, path) }
}

/** To be called last in the transaction of a change: the thread as it is now, and the update that tells it. */
export async function touchThread(
  trx: Trx,
  actor: Principal,
  before: CodeThread,
): Promise<{ thread: CodeThread; update: ActorUpdate }> {
  await trx
    .updateTable('codeThreads')
    .set((eb) => ({ rev: eb('rev', '+', 1) }))
    .where('id', '=', before.id)
    .execute()
  const { projectId } = before
  const thread = await findThread(trx, projectId, { ...before, threadId: before.id })
  return {
    thread,
    update: await appendActivity(trx, projectId, actor.id, 'thread_updated', thread),
  }
}

export async function insertComment(trx: Trx, actor: Principal, threadId: string, content: string) {
  const id = uuid()
  await trx
    .insertInto('codeComments')
    .values({ id, threadId, authorId: actor.id, content })
    .execute()
  return id
}

export async function createThread(
  options: ThreadOptions,
  actor: Principal,
  { slug, fileId }: Omit<ThreadPath, 'threadId'>,
  { content, ...where }: NewThread,
): Promise<CodeThread> {
  const { db, publish, documents } = options
  // Not within the transaction: the text may come from the database, too.
  const { project } = await requireAccess(db, actor, slug, 'file:comment')
  const { id, kind } = await findFile(db, project.id, fileId)
  if (kind !== 'text') throw new AppError('UNPROCESSABLE', 'Only files of text have comments')
  const spot = await requireSpot(documents, id, where)
  const { thread, update, file, access } = await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, slug, 'file:comment')
    const projectId = access.project.id
    await lockProject(trx, projectId)
    const file = await findFile(trx, projectId, fileId)
    const id = uuid()
    await trx
      .insertInto('codeThreads')
      .values({
        id,
        projectId,
        fileId,
        seq: await takeSeq(trx, fileId),
        anchor: JSON.stringify(spot.anchor),
        quote: spot.quote,
        createdBy: actor.id,
      })
      .execute()
    await insertComment(trx, actor, id, content)
    const thread = await findThread(trx, projectId, { fileId, threadId: id })
    const update = await appendActivity(trx, projectId, actor.id, 'thread_created', thread)
    return { thread, update, file, access }
  })
  publish(update)
  await notifyMentioned(options, actor, { access, file, thread, comment: thread.comments[0]! })
  return thread
}

/** @throws AppError UNPROCESSABLE when the file has as many as it may */
async function takeSeq(trx: Trx, fileId: string) {
  const { seq, count } = await trx
    .selectFrom('codeThreads')
    .select((eb) => [
      sql<number>`coalesce(max(seq), 0) + 1`.as('seq'),
      eb.fn.countAll<number>().as('count'),
    ])
    .where('fileId', '=', fileId)
    .executeTakeFirstOrThrow()
  if (count < MAX_FILE_THREADS) return seq
  throw new AppError(
    'UNPROCESSABLE',
    `A file has at most ${MAX_FILE_THREADS} threads; delete comments that are not needed any more`,
  )
}

/** Resolves it, opens it again, or attaches it to other text. What is so already is not told again. */
export async function changeThread(
  { db, publish, documents }: ThreadOptions,
  actor: Principal,
  path: ThreadPath,
  { resolved, anchor }: ThreadChange,
): Promise<CodeThread> {
  const required: Permission[] = anchor ? ['file:comment', 'file:write'] : ['file:comment']
  let spot: Spot | undefined
  if (anchor) {
    const { project } = await requireAccess(db, actor, path.slug, ...required)
    const { fileId } = await findThread(db, project.id, path)
    spot = await requireSpot(documents, fileId, { anchor })
  }
  const { thread, update } = await db.transaction().execute(async (trx) => {
    const { access, thread } = await holdThread(trx, actor, path, ...required)
    if (thread.createdBy !== actor.id && !can(access, 'file:write')) {
      const reason = 'Only who began a thread and people who may write files may resolve it'
      throw new AppError('INSUFFICIENT_PERMISSIONS', reason)
    }
    const isToggled = resolved !== undefined && resolved !== (thread.resolvedAt !== null)
    const isMoved = spot !== undefined && !sameAnchor(spot.anchor, thread.anchor)
    if (!isToggled && !isMoved) return { thread, update: undefined }
    await trx
      .updateTable('codeThreads')
      .set({
        ...(isToggled && {
          resolvedAt: resolved ? sql`now()` : null,
          resolvedBy: resolved ? actor.id : null,
        }),
        ...(isMoved && spot && { anchor: JSON.stringify(spot.anchor), quote: spot.quote }),
      })
      .where('id', '=', thread.id)
      .execute()
    return touchThread(trx, actor, thread)
  })
  if (update) publish(update)
  return thread
}

const sameAnchor = (a: CodeThread['anchor'], b: CodeThread['anchor']) =>
  a.start === b.start && a.end === b.end
