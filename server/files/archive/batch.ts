// Some files of an archive, into the tree in one transaction; what is there with another text is edited after it.
import { sql } from 'kysely'
import { v7 as uuid } from 'uuid'
import type { Actor } from '../../../db/access.ts'
import { appendActivity } from '../../../db/activity.ts'
import { AppError } from '../../../protocol/errors.ts'
import { readStoredTexts } from '../../../realtime/documents/stored.ts'
import { removeFiles, requireQuota } from '../../attachments/attachments.ts'
import { HEAD_BYTES, readImageHeader } from '../../attachments/image.ts'
import { changeTree, insertText } from '../files.ts'
import { findPath, insertFile, placeAt, type TreeChange } from '../place.ts'
import type { ProjectFile } from '../schema.ts'
import type { UploadOptions } from '../upload.ts'
import { MAX_TOLD, type Imported } from './schema.ts'

export type Item =
  | { kind: 'folder'; path: string }
  | { kind: 'text'; path: string; text: string }
  | { kind: 'binary'; path: string; bytes: Buffer<ArrayBuffer> }
type Existing = [item: Item, file: ProjectFile]

const kindNames = { folder: 'a folder', text: 'a text file', binary: 'a binary file' }

export function skip(imported: Imported, path: string, reason: string) {
  imported.skippedCount++
  if (imported.skipped.length < MAX_TOLD) imported.skipped.push({ path, reason })
}

export async function saveBatch(
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
  const noted = changeTree(options, actor, project, async (change) => {
    for (const [item, there] of changed) {
      await attempt(item.path, async () => {
        await replaceContent(options, change, there, contents.get(item))
        replaced.push(item)
      })
    }
    await noteChanged(change)
  })
  await noted.catch((error: unknown) => {
    // Their texts have changed, whatever the actor may do by now.
    imported.replaced += changed.filter(([{ kind }]) => kind === 'text').length
    throw error
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
