// Brings a zip archive into a project's tree, some files at a time, so that nobody waits long for the tree. Doing it again
// changes nothing: what is there with another text is edited to the new one.
import { sql } from 'kysely'
import { v7 as uuid } from 'uuid'
import { requireAccess, type Actor } from '../../../db/access.ts'
import { appendActivity } from '../../../db/activity.ts'
import { AppError } from '../../../protocol/errors.ts'
import { MAX_ARCHIVE } from '../../../protocol/limits.ts'
import { readStoredTexts } from '../../../realtime/documents/stored.ts'
import { removeFiles, requireQuota } from '../../attachments/attachments.ts'
import { HEAD_BYTES, readImageHeader } from '../../attachments/image.ts'
import type { Bytes } from '../../attachments/store.ts'
import { changeTree, insertText } from '../files.ts'
import { findPath, insertFile, placeAt, type TreeChange } from '../place.ts'
import type { ProjectFile } from '../schema.ts'
import { sortBytes, type UploadOptions } from '../upload.ts'
import { readEntries, type ArchiveEntry } from './entries.ts'
import { withReceived } from './receive.ts'
import { MAX_TOLD, type Imported } from './schema.ts'

export interface ArchiveUpload {
  folder: string | undefined
  bytes: Bytes
  /** As announced; the stream itself decides */
  size: number | undefined
}

/** Of one person on a node, each with its archive on the disk: as many as the page sends at a time. */
const MAX_IMPORTS = 2
/** What is saved in one transaction */
const BATCH_FILES = 50
const BATCH_BYTES = 1024 * 1024

type Item =
  | { kind: 'folder'; path: string }
  | { kind: 'text'; path: string; text: string }
  | { kind: 'binary'; path: string; bytes: Buffer<ArrayBuffer> }
type Existing = [item: Item, file: ProjectFile]

const kindNames = { folder: 'a folder', text: 'a text file', binary: 'a binary file' }

async function toItem(
  entry: Exclude<ArchiveEntry, { kind: 'skipped' }>,
  path: string,
): Promise<Item> {
  if (entry.kind === 'folder') return { kind: 'folder', path }
  const { bytes } = entry
  const sorted = await sortBytes(new Blob([bytes]).stream())
  return sorted.kind === 'text' ? { ...sorted, path } : { kind: 'binary', path, bytes }
}

export function createImport(options: UploadOptions) {
  /** One at a time: each may hold a large file in memory. */
  let last: Promise<unknown> = Promise.resolve()
  const underWay = new Set<{ userId: string }>()

  /**
   * @throws AppError as `requireAccess`; PAYLOAD_TOO_LARGE, VALIDATION_ERROR, UNPROCESSABLE for the archive itself,
   *   RATE_LIMITED while others of the same person are under way
   */
  return async function importArchive(
    actor: Actor,
    project: string,
    { folder, bytes, size }: ArchiveUpload,
  ): Promise<Imported> {
    await requireAccess(options.db, actor, project, 'file:write')
    if ((size ?? 0) > MAX_ARCHIVE)
      throw new AppError('PAYLOAD_TOO_LARGE', `The archive is larger than ${MAX_ARCHIVE} bytes`)
    if ([...underWay].filter(({ userId }) => userId === actor.id).length >= MAX_IMPORTS)
      throw new AppError(
        'RATE_LIMITED',
        `${MAX_IMPORTS} imports of yours are under way; wait until one is done`,
      )
    const own = { userId: actor.id }
    underWay.add(own)
    try {
      return await withReceived(bytes, MAX_ARCHIVE, (file) => {
        const result = last.then(() => importFile(options, actor, project, file, folder))
        last = result.catch(() => undefined)
        return result
      })
    } finally {
      underWay.delete(own)
    }
  }
}

async function importFile(
  options: UploadOptions,
  actor: Actor,
  project: string,
  file: string,
  folder: string | undefined,
): Promise<Imported> {
  const imported: Imported = { created: 0, replaced: 0, skipped: [], skippedCount: 0 }
  let batch: Item[] = []
  let bytes = 0
  const save = async () => {
    await saveBatch(options, actor, project, batch, imported)
    batch = []
    bytes = 0
  }
  for await (const entry of readEntries(file, options.attachments.maxBytes)) {
    const path = folder === undefined ? entry.path : `${folder}/${entry.path}`
    if (entry.kind === 'skipped') {
      skip(imported, path, entry.reason)
      continue
    }
    batch.push(await toItem(entry, path))
    bytes += entry.kind === 'file' ? entry.bytes.byteLength : 0
    if (batch.length >= BATCH_FILES || bytes >= BATCH_BYTES) await save()
  }
  await save()
  return imported
}

function skip(imported: Imported, path: string, reason: string) {
  imported.skippedCount++
  if (imported.skipped.length < MAX_TOLD) imported.skipped.push({ path, reason })
}

async function saveBatch(
  options: UploadOptions,
  actor: Actor,
  project: string,
  batch: Item[],
  imported: Imported,
) {
  const contents = await storeContents(options, batch)
  try {
    await saveItems(options, actor, project, { batch, contents, imported })
  } finally {
    const left = [...contents.values()].map(({ contentId }) => contentId)
    await removeFiles(options.attachments, options.log, left)
  }
}

interface Batch {
  batch: Item[]
  /** Of binary files, until a row names them */
  contents: Contents
  imported: Imported
}

async function saveItems(
  options: UploadOptions,
  actor: Actor,
  project: string,
  { batch, contents, imported }: Batch,
) {
  /** What cannot be done to one file is told, and the others go on. */
  const attempt = async (path: string, work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      skip(imported, path, error.message)
    }
  }
  const existing: Existing[] = []
  const made: Item[] = []
  await changeTree(options, actor, project, async (change) => {
    for (const item of batch) {
      await attempt(item.path, async () => {
        const there = await findPath(change, item.path)
        if (there) return void existing.push([item, there])
        await insertItem(options, change, item, contents.get(item))
        made.push(item)
      })
    }
    if (made.length > 0) await noteChanged(change)
  })
  for (const item of made) {
    contents.delete(item)
    if (item.kind !== 'folder') imported.created++
  }
  const changed: Existing[] = []
  const ids = existing.filter(([{ kind }]) => kind === 'text').map(([, { id }]) => id)
  const texts = await readStoredTexts(options.db, ids)
  for (const [item, there] of existing) {
    await attempt(item.path, async () => {
      if (await changeText(options, actor, item, there, texts.get(there.id)))
        changed.push([item, there])
    })
  }
  if (changed.length === 0) return
  const replaced: Item[] = []
  await changeTree(options, actor, project, async (change) => {
    for (const [item, there] of changed) {
      await attempt(item.path, async () => {
        await replaceContent(options, change, there, contents.get(item))
        replaced.push(item)
      })
    }
    await noteChanged(change)
  })
  for (const item of replaced) contents.delete(item)
  imported.replaced += replaced.length
}

async function noteChanged({ trx, projectId, actorId, updates }: TreeChange) {
  updates.push(await appendActivity(trx, projectId, actorId, 'files_changed', {}))
}

type Content = { contentId: string; size: number; type: string }
type Contents = Map<Item, Content>

/** The bytes of binary files are there before their rows. */
async function storeContents({ attachments }: UploadOptions, batch: Item[]): Promise<Contents> {
  const contents: Contents = new Map()
  for (const item of batch) {
    if (item.kind !== 'binary') continue
    const image = readImageHeader(item.bytes.subarray(0, HEAD_BYTES))
    const type = image?.type ?? 'application/octet-stream'
    // What a failure leaves behind, attachments/cleaning.ts finds.
    const contentId = uuid()
    const stream = new Blob([item.bytes]).stream()
    const size = await attachments.store.put(contentId, stream, attachments.maxBytes)
    contents.set(item, { contentId, size, type })
  }
  return contents
}

async function insertItem(
  options: UploadOptions,
  change: TreeChange,
  item: Item,
  content: Content | undefined,
) {
  if (content) await requireQuota(change.trx, change.projectId, content.size, options.attachments)
  const place = await placeAt(change, item.path, { tell: false, rows: 1 })
  if (item.kind === 'text') await insertText(options, change, place, item.text)
  else await insertFile(change, place, { kind: item.kind, ...content })
}

/** @returns whether the file has another content now, or is to have it */
async function changeText(
  { documents, attachments }: UploadOptions,
  actor: Actor,
  item: Item,
  there: ProjectFile,
  text: string | undefined,
): Promise<boolean> {
  if (item.kind !== there.kind)
    throw new AppError(
      'CONFLICT',
      `There is ${kindNames[there.kind]} of that name, and this is ${kindNames[item.kind]}: rename or delete that first`,
    )
  if (item.kind === 'folder') return false
  if (item.kind === 'text') {
    if (text === item.text) return false
    await documents.replaceText(there.id, item.text, actor.id)
    return true
  }
  if (there.size !== item.bytes.byteLength || there.contentId === null) return true
  const stored = await attachments.store.open(there.contentId)
  return !stored || !Buffer.from(await new Response(stored).arrayBuffer()).equals(item.bytes)
}

async function replaceContent(
  { attachments }: UploadOptions,
  { trx, projectId }: TreeChange,
  { id, size }: ProjectFile,
  content: Content | undefined,
) {
  if (content) await requireQuota(trx, projectId, content.size - (size ?? 0), attachments)
  const { numUpdatedRows } = await trx
    .updateTable('files')
    .set({ ...content, updatedAt: sql`now()` })
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new AppError('CONFLICT', 'It was deleted meanwhile')
}
