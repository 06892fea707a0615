// Where files stand. Whoever changes it has locked the project, so that what is read here stays true until the commit.
import { sql, type SqlBool } from 'kysely'
import { v7 as uuid } from 'uuid'
import { appendActivity, type ActorUpdate } from '../../db/activity.ts'
import type { Db, Trx } from '../../db/database.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { MAX_DEPTH, MAX_FILES } from '../../protocol/limits.ts'
import { isUuid } from '../../protocol/names.ts'
import { isPathTooLong, pathTooLong, type ProjectFile } from './schema.ts'

export const fileColumns = [
  'id',
  'projectId',
  'parentId',
  'kind',
  'path',
  'size',
  'type',
  'contentId',
  'createdBy',
  'createdAt',
  'updatedAt',
] as const

/** A change of one project's tree under way, and what the room hears of it after the commit. */
export interface TreeChange {
  trx: Trx
  projectId: string
  actorId: string
  updates: ActorUpdate[]
}

export interface Place {
  parentId: string | null
  path: string
}

/** What is not in the trash. */
export const selectFiles = (db: Db | Trx, projectId: string) =>
  db
    .selectFrom('files')
    .select(fileColumns)
    .where('projectId', '=', projectId)
    .where('deletedAt', 'is', null)

export const isBelow = (path: string) => sql<SqlBool>`starts_with(path, ${`${path}/`})`

/** @throws AppError NOT_FOUND */
export async function findFile(
  db: Db | Trx,
  projectId: string,
  fileId: string,
): Promise<ProjectFile> {
  if (!isUuid(fileId)) throw notFound('File')
  return selectFiles(db, projectId)
    .where('id', '=', fileId)
    .executeTakeFirstOrThrow(() => notFound('File'))
}

export const findPath = ({ trx, projectId }: TreeChange, path: string) =>
  selectFiles(trx, projectId).where('path', '=', path).executeTakeFirst()

export async function note(
  { trx, projectId, actorId, updates }: TreeChange,
  type: 'file_created' | 'file_updated' | 'file_deleted' | 'file_restored',
  file: ProjectFile,
) {
  updates.push(await appendActivity(trx, projectId, actorId, type, file))
}

export const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
export const folderOf = (path: string) => path.slice(0, Math.max(path.lastIndexOf('/'), 0))
const join = (folder: string, name: string) => (folder === '' ? name : `${folder}/${name}`)

/** @throws AppError CONFLICT */
export async function requireFree(change: TreeChange, path: string) {
  const there = await findPath(change, path)
  if (!there) return
  const what = there.kind === 'folder' ? 'a folder' : 'a file'
  throw new AppError('CONFLICT', `There is ${what} ${path} already`, { path })
}

/** @throws AppError VALIDATION_ERROR for a path that became too long or too deep */
export function requireFits(path: string) {
  if (isPathTooLong(path))
    throw new AppError('VALIDATION_ERROR', `${path} is too long: ${pathTooLong}`)
  if (path.split('/').length > MAX_DEPTH + 1)
    throw new AppError('VALIDATION_ERROR', `Files lie ${MAX_DEPTH} folders deep at most: ${path}`)
}

/** @throws AppError UNPROCESSABLE when the project would have too many files */
export async function requireRoom({ trx, projectId }: TreeChange, more: number) {
  const { count } = await trx
    .selectFrom('files')
    .select(sql<number>`count(*)`.as('count'))
    .where('projectId', '=', projectId)
    .where('deletedAt', 'is', null)
    .executeTakeFirstOrThrow()
  if (count + more <= MAX_FILES) return
  throw new AppError(
    'UNPROCESSABLE',
    `A project has ${MAX_FILES} files and folders at most; delete some first`,
  )
}

export type NewRow = Pick<ProjectFile, 'kind'> &
  Partial<Pick<ProjectFile, 'id' | 'size' | 'type' | 'contentId'>>

/** The place must be free. */
export async function insertFile(
  { trx, projectId, actorId }: TreeChange,
  { parentId, path }: Place,
  { id = uuid(), ...row }: NewRow,
): Promise<ProjectFile> {
  return trx
    .insertInto('files')
    .values({ ...row, id, projectId, parentId, path, createdBy: actorId })
    .returning(fileColumns)
    .executeTakeFirstOrThrow()
}

/**
 * The place of a path; folders above it that are not there are made, if the project has room for all.
 * @param options `tell`: whether the room hears of each folder; `rows`: how many are to be made there
 * @throws AppError CONFLICT where one of the folders is a file, UNPROCESSABLE, VALIDATION_ERROR
 */
export async function placeAt(
  change: TreeChange,
  path: string,
  { tell = true, rows = 0 } = {},
): Promise<Place> {
  requireFits(path)
  const missing: string[] = []
  let there: ProjectFile | undefined
  for (let folder = folderOf(path); folder !== '' && !there; folder = folderOf(folder)) {
    there = await findPath(change, folder)
    if (!there) missing.unshift(folder)
  }
  if (there && there.kind !== 'folder') {
    const reason = `${path} cannot be: ${there.path} is a file, not a folder`
    throw new AppError('CONFLICT', reason, { path: there.path })
  }
  const more = missing.length + rows
  if (more > 0) await requireRoom(change, more)
  let parentId = there?.id ?? null
  for (const folder of missing) {
    const made = await insertFile(change, { parentId, path: folder }, { kind: 'folder' })
    if (tell) await note(change, 'file_created', made)
    parentId = made.id
  }
  return { parentId, path }
}

/** @throws AppError CONFLICT when the folder is gone, is in the trash, or is no folder */
export async function placeIn(
  { trx, projectId }: TreeChange,
  parentId: string | null,
  name: string,
): Promise<Place> {
  if (parentId === null) return { parentId, path: name }
  const folder = await selectFiles(trx, projectId).where('id', '=', parentId).executeTakeFirst()
  if (!folder) throw new AppError('CONFLICT', 'The folder was deleted meanwhile')
  if (folder.kind !== 'folder') throw new AppError('CONFLICT', `${folder.path} is not a folder`)
  return { parentId, path: join(folder.path, name) }
}

/** A free name beside what is there: `a.ts`, `a (2).ts`, … */
export async function freePlace(change: TreeChange, { parentId, path }: Place): Promise<Place> {
  const folder = folderOf(path)
  const name = nameOf(path)
  const dot = name.lastIndexOf('.')
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  for (let n = 2, free = path; ; n++) {
    if (!(await findPath(change, free))) return { parentId, path: free }
    free = join(folder, `${stem} (${n})${extension}`)
  }
}

/**
 * Moves a file, or a folder with all that is in it, to a free place.
 * @throws AppError CONFLICT, VALIDATION_ERROR
 */
export async function moveFile(change: TreeChange, file: ProjectFile, { parentId, path }: Place) {
  const { trx, projectId } = change
  if (path === file.path) return
  if (path.startsWith(`${file.path}/`))
    throw new AppError('CONFLICT', `The folder ${file.path} cannot be moved into itself`)
  await requireFree(change, path)
  const below = selectFiles(trx, projectId).where(isBelow(file.path))
  const rest = file.kind === 'folder' ? (await below.execute()).map((f) => f.path) : []
  for (const old of [file.path, ...rest]) requireFits(path + old.slice(file.path.length))
  await trx
    .updateTable('files')
    .set({ path: sql`${path}::text || substr(path, char_length(${file.path}::text) + 1)` })
    .where('projectId', '=', projectId)
    .where('deletedAt', 'is', null)
    .where(({ or, eb }) => or([eb('id', '=', file.id), isBelow(file.path)]))
    .execute()
  await trx.updateTable('files').set({ parentId }).where('id', '=', file.id).execute()
}
