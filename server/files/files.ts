// Files of a project. Their text lives in the realtime plane as one document per file; here are their names.
import { sql } from 'kysely'
import { requireAccess, type Actor } from '../../db/access.ts'
import type { Publish } from '../../db/activity.ts'
import type { Db, Trx } from '../../db/database.ts'
import { AppError } from '../../protocol/errors.ts'
import { readPage } from '../listing.ts'
import { holdProject, lockProject } from '../projects/hold.ts'
import {
  fileColumns,
  findFile,
  insertFile,
  moveFile,
  nameOf,
  note,
  placeAt,
  placeIn,
  requireFree,
  selectFiles,
  type Place,
  type TreeChange,
} from './place.ts'
import type { FileChange, FileListQuery, FileWithContent, NewFile, ProjectFile } from './schema.ts'

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

/**
 * Changes a project's tree in one transaction, one change after the other, and tells the room of it.
 * @throws AppError as `requireAccess`, and what `work` throws
 */
export async function changeTree<Result>(
  { db, publish }: Pick<FileOptions, 'db' | 'publish'>,
  actor: Actor,
  project: string,
  work: (change: TreeChange) => Promise<Result>,
): Promise<Result> {
  const { result, updates } = await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'file:write')
    const projectId = access.project.id
    await lockProject(trx, projectId)
    const change: TreeChange = { trx, projectId, actorId: actor.id, updates: [] }
    return { result: await work(change), updates: change.updates }
  })
  for (const update of updates) publish(update)
  return result
}

export async function listFiles(
  db: Db,
  actor: Actor,
  project: string,
  { after, ...page }: FileListQuery,
) {
  const access = await requireAccess(db, actor, project, 'project:read')
  const files = selectFiles(db, access.project.id)
  const ordered =
    after === undefined ? files.orderBy('path') : files.where('id', '>', after).orderBy('id')
  return readPage(ordered, page)
}

const addContent = async (
  documents: FileDocuments,
  file: ProjectFile,
): Promise<FileWithContent> => ({
  ...file,
  content: file.kind === 'text' ? await documents.readText(file.id) : null,
})

export async function readFile(
  { db, documents }: FileOptions,
  actor: Actor,
  project: string,
  fileId: string,
): Promise<FileWithContent> {
  const access = await requireAccess(db, actor, project, 'project:read')
  return addContent(documents, await findFile(db, access.project.id, fileId))
}

export async function createFile(
  options: FileOptions,
  actor: Actor,
  project: string,
  { path, kind = 'text', content = '' }: NewFile,
): Promise<FileWithContent> {
  const file = await changeTree(options, actor, project, async (change) => {
    await requireFree(change, path)
    const place = await placeAt(change, path, { rows: 1 })
    const file = await (kind === 'folder'
      ? insertFile(change, place, { kind })
      : insertText(options, change, place, content))
    await note(change, 'file_created', file)
    return file
  })
  return { ...file, content: kind === 'text' ? content : null }
}

export async function insertText(
  { documents }: Pick<FileOptions, 'documents'>,
  change: TreeChange,
  place: Place,
  text: string,
): Promise<ProjectFile> {
  const file = await insertFile(change, place, { kind: 'text' })
  await documents.createDocument(change.trx, file.id, text, change.actorId)
  return file
}

/** Moves or renames a file or folder, replaces a file's text, or both. */
export async function changeFile(
  options: FileOptions,
  actor: Actor,
  project: string,
  fileId: string,
  { path, parentId, name, content }: FileChange,
): Promise<FileWithContent> {
  const { documents } = options
  const file = await changeTree(options, actor, project, async (change) => {
    const before = await findFile(change.trx, change.projectId, fileId)
    if (content !== undefined && before.kind !== 'text')
      throw new AppError('UNPROCESSABLE', `${before.path} is no text file: it has no text`)
    if (path !== undefined) await moveFile(change, before, await placeAt(change, path))
    else if (parentId !== undefined || name !== undefined) {
      const folder = parentId === undefined ? before.parentId : parentId
      await moveFile(change, before, await placeIn(change, folder, name ?? nameOf(before.path)))
    }
    const file = await change.trx
      .updateTable('files')
      .set({ updatedAt: sql`now()` })
      .where('id', '=', before.id)
      .returning(fileColumns)
      .executeTakeFirstOrThrow()
    await note(change, 'file_updated', file)
    return file
  })
  // Not within the transaction: the text goes through the live document, which writes for itself.
  if (content !== undefined) await documents.replaceText(file.id, content, actor.id)
  return content === undefined ? addContent(documents, file) : { ...file, content }
}
