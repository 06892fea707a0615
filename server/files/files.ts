// Files of a project. Their text lives in the realtime plane as one document per file; here are their names.
import { sql, type SqlBool } from 'kysely'
import { v7 as uuid } from 'uuid'
import { requireAccess, type Actor } from '../../db/access.ts'
import { appendActivity, type Publish } from '../../db/activity.ts'
import type { Db, Trx } from '../../db/database.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { isUuid } from '../../protocol/names.ts'
import { readPage, type PageQuery } from '../listing.ts'
import { holdProject, lockProject } from '../projects/hold.ts'
import type { FileChange, FileWithContent, NewFile, ProjectFile } from './schema.ts'

/** What the realtime plane does for us. */
export interface FileDocuments {
  readText(fileId: string): Promise<string>
  /** Changes the live document, so that people who have it open see it. */
  replaceText(fileId: string, text: string, userId?: string): Promise<void>
  createDocument(trx: Trx, fileId: string, text: string, userId?: string): Promise<void>
  /** Disconnects everybody from the document of a deleted file. */
  closeFile(fileId: string): void
}

export interface FileOptions {
  db: Db
  publish: Publish
  documents: FileDocuments
}

const selectFiles = (db: Db | Trx, projectId: string) =>
  db.selectFrom('files').selectAll().where('projectId', '=', projectId)

export async function listFiles(db: Db, actor: Actor, project: string, page: PageQuery) {
  const access = await requireAccess(db, actor, project, 'project:read')
  return readPage(selectFiles(db, access.project.id).orderBy('path'), page)
}

async function findFile(db: Db | Trx, projectId: string, fileId: string): Promise<ProjectFile> {
  if (!isUuid(fileId)) throw notFound('File')
  return selectFiles(db, projectId)
    .where('id', '=', fileId)
    .executeTakeFirstOrThrow(() => notFound('File'))
}

export async function readFile(
  { db, documents }: FileOptions,
  actor: Actor,
  project: string,
  fileId: string,
): Promise<FileWithContent> {
  const access = await requireAccess(db, actor, project, 'project:read')
  const file = await findFile(db, access.project.id, fileId)
  return { ...file, content: await documents.readText(file.id) }
}

/** `a/b/c` → `a`, `a/b` */
const foldersOf = (path: string) => {
  const parts = path.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** A path is a file or a folder, never both. The project is locked: two at once would agree with themselves only. */
async function checkPath(trx: Trx, projectId: string, path: string, except?: string) {
  const clash = await selectFiles(trx, projectId)
    .where(({ or, eb }) =>
      or([
        eb('path', 'in', [path, ...foldersOf(path)]),
        sql<SqlBool>`starts_with(path, ${`${path}/`})`,
      ]),
    )
    .$if(except !== undefined, (query) => query.where('id', '<>', except ?? ''))
    .executeTakeFirst()
  if (!clash) return
  const message =
    clash.path === path
      ? `There is a file ${path} already`
      : `${path} cannot be: a path is a file or a folder, and there is ${clash.path}`
  throw new AppError('CONFLICT', message, { path: clash.path })
}

export async function createFile(
  { db, publish, documents }: FileOptions,
  actor: Actor,
  project: string,
  { path, content = '' }: NewFile,
): Promise<FileWithContent> {
  const { file, update } = await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'file:write')
    const projectId = access.project.id
    await lockProject(trx, projectId)
    await checkPath(trx, projectId, path)
    const file = await trx
      .insertInto('files')
      .values({ id: uuid(), projectId, path, createdBy: actor.id })
      .returningAll()
      .executeTakeFirstOrThrow()
    await documents.createDocument(trx, file.id, content, actor.id)
    return { file, update: await appendActivity(trx, projectId, actor.id, 'file_created', file) }
  })
  publish(update)
  return { ...file, content }
}

/** Renames a file, replaces its text, or both. */
export async function changeFile(
  { db, publish, documents }: FileOptions,
  actor: Actor,
  project: string,
  fileId: string,
  { path, content }: FileChange,
): Promise<FileWithContent> {
  const { file, update } = await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'file:write')
    const projectId = access.project.id
    await lockProject(trx, projectId)
    const { id } = await findFile(trx, projectId, fileId)
    if (path !== undefined) await checkPath(trx, projectId, path, id)
    const file = await trx
      .updateTable('files')
      .set({ path, updatedAt: sql`now()` })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    return { file, update: await appendActivity(trx, projectId, actor.id, 'file_updated', file) }
  })
  publish(update)
  // Not within the transaction: the text goes through the live document, which writes for itself.
  if (content !== undefined) await documents.replaceText(file.id, content, actor.id)
  return { ...file, content: content ?? (await documents.readText(file.id)) }
}

export async function deleteFile(
  { db, publish, documents }: FileOptions,
  actor: Actor,
  project: string,
  fileId: string,
) {
  const { id, update } = await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'file:write')
    const projectId = access.project.id
    await lockProject(trx, projectId)
    const file = await findFile(trx, projectId, fileId)
    const { id } = file
    await trx.deleteFrom('files').where('id', '=', id).execute()
    return { id, update: await appendActivity(trx, projectId, actor.id, 'file_deleted', file) }
  })
  publish(update)
  documents.closeFile(id)
}
