// The trash: what was deleted together comes back together, for 30 days. A document there is kept as it is, and closed.
import { sql } from 'kysely'
import { v7 as uuid } from 'uuid'
import { can, requireAccess, type Actor } from '../../db/access.ts'
import type { Db, Trx } from '../../db/database.ts'
import { publicUser } from '../../db/people.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { TRASH_DAYS } from '../../protocol/limits.ts'
import { isUuid } from '../../protocol/names.ts'
import { readPage, type PageQuery } from '../listing.ts'
import { holdProject, lockProject } from '../projects/hold.ts'
import { changeTree, type FileOptions } from './files.ts'
import {
  fileColumns,
  findFile,
  findPath,
  freePlace,
  isBelow,
  nameOf,
  note,
  placeAt,
  placeIn,
  requireFits,
  requireRoom,
  type Place,
  type TreeChange,
} from './place.ts'
import type { ProjectFile } from './schema.ts'

const selectTrash = (db: Db | Trx, projectId: string) =>
  db.selectFrom('files').where('projectId', '=', projectId).where('deletedAt', 'is not', null)

/** A file or folder of the trash with all below it that went with it. */
const together = (db: Db | Trx, { projectId, id, path, deletionId }: Trashed) =>
  selectTrash(db, projectId)
    .where('deletionId', '=', deletionId)
    .where(({ or, eb }) => or([eb('id', '=', id), isBelow(path)]))

type Trashed = ProjectFile & { deletionId: string | null }

async function findTrashed(db: Db | Trx, projectId: string, fileId: string): Promise<Trashed> {
  if (!isUuid(fileId)) throw notFound('File in the trash')
  return selectTrash(db, projectId)
    .select([...fileColumns, 'deletionId'])
    .where('id', '=', fileId)
    .executeTakeFirstOrThrow(() => notFound('File in the trash'))
}

/** Puts a file, or a folder with all that is in it now, into the trash. */
export async function deleteFile(
  options: FileOptions,
  actor: Actor,
  project: string,
  fileId: string,
) {
  const ids = await changeTree(options, actor, project, async (change) => {
    const { trx, projectId } = change
    const file = await findFile(trx, projectId, fileId)
    const rows = await trx
      .updateTable('files')
      .set({ deletedAt: sql`now()`, deletedBy: actor.id, deletionId: uuid() })
      .where('projectId', '=', projectId)
      .where('deletedAt', 'is', null)
      .where(({ or, eb }) => or([eb('id', '=', file.id), isBelow(file.path)]))
      .returning(['id', 'kind'])
      .execute()
    await note(change, 'file_deleted', file)
    return rows.filter(({ kind }) => kind === 'text').map(({ id }) => id)
  })
  for (const id of ids) options.documents.closeFile(id)
}

/** Lists what was deleted, newest first; of what went together, the topmost. */
export async function listTrash(db: Db, actor: Actor, project: string, page: PageQuery) {
  const access = await requireAccess(db, actor, project, 'file:write')
  const query = selectTrash(db, access.project.id)
    .select([...fileColumns, sql<string>`deleted_at`.as('deletedAt')])
    .select([
      publicUser('files.deletedBy').as('deletedBy'),
      sql<number>`(select count(*) from files together where together.deletion_id = files.deletion_id
        and (together.id = files.id or starts_with(together.path, files.path || '/')))`.as('count'),
    ])
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('files as above')
            .select('above.id')
            .whereRef('above.id', '=', 'files.parentId')
            .whereRef('above.deletionId', '=', 'files.deletionId'),
        ),
      ),
    )
    .orderBy('deletedAt', 'desc')
    .orderBy('path')
  return readPage(query, page)
}

/** Where it was; if the folder is in the trash or gone, at the same path; if that cannot be, at the top. */
async function formerPlace(
  change: TreeChange,
  { parentId, path }: ProjectFile,
  rows: number,
): Promise<Place> {
  const { trx, projectId } = change
  const folder =
    parentId !== null &&
    (await trx
      .selectFrom('files')
      .select('id')
      .where('projectId', '=', projectId)
      .where('id', '=', parentId)
      .where('deletedAt', 'is', null)
      .executeTakeFirst())
  if (folder) return placeIn(change, folder.id, nameOf(path))
  const above = path.split('/').map((_, depth, parts) => parts.slice(0, depth).join('/'))
  for (const folderPath of above.slice(1)) {
    const there = await findPath(change, folderPath)
    if (there && there.kind !== 'folder') return { parentId: null, path: nameOf(path) }
  }
  return placeAt(change, path, { rows })
}

/** @returns the file or folder where it is now */
export async function restoreFile(
  options: FileOptions,
  actor: Actor,
  project: string,
  fileId: string,
): Promise<ProjectFile> {
  return changeTree(options, actor, project, async (change) => {
    const { trx, projectId } = change
    const file = await findTrashed(trx, projectId, fileId)
    const rows = await together(trx, file).select(['id', 'path']).execute()
    await requireRoom(change, rows.length)
    const place = await freePlace(change, await formerPlace(change, file, rows.length))
    for (const { path } of rows) requireFits(place.path + path.slice(file.path.length))
    await trx
      .updateTable('files')
      .set({
        path: sql`${place.path}::text || substr(path, char_length(${file.path}::text) + 1)`,
        deletedAt: null,
        deletedBy: null,
        deletionId: null,
      })
      .where('id', '=', sql<string>`any(${rows.map(({ id }) => id)}::uuid[])`)
      .execute()
    const restored = await trx
      .updateTable('files')
      .set({ parentId: place.parentId })
      .where('id', '=', file.id)
      .returning(fileColumns)
      .executeTakeFirstOrThrow()
    await note(change, 'file_restored', restored)
    return restored
  })
}

/**
 * Deletes one thing in the trash for good, with what went with it, or all of it. The bytes of binary files go later:
 * attachments/cleaning.ts removes what no row names.
 * @throws AppError INSUFFICIENT_PERMISSIONS for others than maintainers
 */
export async function purgeTrash(db: Db, actor: Actor, project: string, fileId?: string) {
  await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'file:write')
    if (!can(access, 'project:write'))
      throw new AppError('INSUFFICIENT_PERMISSIONS', 'Only maintainers delete files for good')
    const { id: projectId } = access.project
    // Somebody may be restoring it.
    await lockProject(trx, projectId)
    const rows = fileId
      ? together(trx, await findTrashed(trx, projectId, fileId))
      : selectTrash(trx, projectId)
    await trx.deleteFrom('files').where('id', 'in', rows.select('id')).execute()
  })
}

/** What was long enough in the trash is gone for good. */
export const purgeOldTrash = (db: Db) =>
  db
    .deleteFrom('files')
    .where('deletedAt', '<', sql<string>`now() - make_interval(days => ${TRASH_DAYS})`)
    .execute()
