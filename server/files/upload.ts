// Files that come as bytes: text becomes a live document, everything else is kept as it is.
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { v7 as uuid } from 'uuid'
import { requireAccess, type Actor } from '../../db/access.ts'
import { AppError } from '../../protocol/errors.ts'
import { MAX_FILE_TEXT } from '../../protocol/limits.ts'
import {
  believedType,
  keepHead,
  removeFiles,
  requireQuota,
  type AttachmentSettings,
} from '../attachments/attachments.ts'
import { readImageHeader } from '../attachments/image.ts'
import type { Bytes } from '../attachments/store.ts'
import { changeTree, insertText, type FileOptions } from './files.ts'
import { fileColumns, findPath, insertFile, note, placeAt, requireFree } from './place.ts'
import type { TreeChange } from './place.ts'
import type { ProjectFile } from './schema.ts'

export interface UploadOptions extends FileOptions {
  attachments: AttachmentSettings
  log: Logger
}

export interface FileUpload {
  path: string
  /** Takes the place of a file that is there */
  replace: boolean
  bytes: Bytes
  /** As the uploader says */
  type: string
}

/** UTF-8 has three bytes for a UTF-16 code unit at most. */
const MAX_TEXT_BYTES = MAX_FILE_TEXT * 3

export type Sorted = { kind: 'text'; text: string } | { kind: 'binary'; bytes: Bytes }

/** Tells text from other bytes: it is UTF-8 without U+0000, and not too long to be edited. */
export async function sortBytes(bytes: Bytes): Promise<Sorted> {
  const iterator = bytes[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let size = 0
  let done = false
  let isText = true
  while (isText && !done) {
    const next = await iterator.next()
    done = next.done === true
    if (next.done) break
    chunks.push(next.value)
    size += next.value.byteLength
    isText = size <= MAX_TEXT_BYTES && !next.value.includes(0)
  }
  const text = isText ? decodeText(Buffer.concat(chunks)) : undefined
  if (text !== undefined) return { kind: 'text', text }
  async function* all() {
    yield* chunks
    while (!done) {
      const next = await iterator.next()
      if (next.done) return
      yield next.value
    }
  }
  return { kind: 'binary', bytes: all() }
}

function decodeText(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return text.length <= MAX_FILE_TEXT ? text : undefined
  } catch {
    return undefined
  }
}

/** Keeps bytes before any row names them; `keep` puts them into the tree, or they go again. */
async function withStoredBytes<Result>(
  { attachments, log }: Pick<UploadOptions, 'attachments' | 'log'>,
  { bytes, type }: { bytes: Bytes; type: string },
  keep: (stored: { contentId: string; size: number; type: string }) => Promise<Result>,
): Promise<Result> {
  // Its time is in the id: attachments/cleaning.ts leaves the bytes of young ones alone.
  const contentId = uuid()
  const head = keepHead(bytes)
  const size = await attachments.store.put(contentId, head.bytes, attachments.maxBytes)
  try {
    const image = readImageHeader(head.read())
    return await keep({ contentId, size, type: image?.type ?? believedType(type) })
  } catch (error) {
    await removeFiles(attachments, log, [contentId])
    throw error
  }
}

/** What is there already, for an upload that may take its place. */
async function findReplaced(change: TreeChange, path: string, kind: 'text' | 'binary') {
  const there = await findPath(change, path)
  if (there && there.kind !== kind) {
    const is = { text: 'text', binary: 'not text', folder: 'a folder' }
    throw new AppError(
      'UNPROCESSABLE',
      `${path} is ${is[there.kind]}, and what was uploaded is ${is[kind]}; delete it first, or use another name`,
      { path },
    )
  }
  return there
}

/**
 * @throws AppError CONFLICT where something is that shall not be replaced, UNPROCESSABLE where it is of another kind
 *   or the project's quota is used up, PAYLOAD_TOO_LARGE
 */
export async function uploadFile(
  options: UploadOptions,
  actor: Actor,
  project: string,
  { path, replace, bytes, type }: FileUpload,
): Promise<ProjectFile> {
  await requireAccess(options.db, actor, project, 'file:write')
  const sorted = await sortBytes(bytes)
  if (sorted.kind === 'text')
    return uploadText(options, actor, project, { path, replace, ...sorted })
  return withStoredBytes(options, { bytes: sorted.bytes, type }, (stored) =>
    changeTree(options, actor, project, async (change) => {
      const there = replace ? await findReplaced(change, path, 'binary') : undefined
      const more = stored.size - (there?.size ?? 0)
      await requireQuota(change.trx, change.projectId, more, options.attachments)
      if (!there) {
        await requireFree(change, path)
        const file = await insertFile(change, await placeAt(change, path, { rows: 1 }), {
          kind: 'binary',
          ...stored,
        })
        await note(change, 'file_created', file)
        return file
      }
      // The bytes that were there lie without a row now; attachments/cleaning.ts removes them.
      const file = await change.trx
        .updateTable('files')
        .set({ ...stored, updatedAt: sql`now()` })
        .where('id', '=', there.id)
        .returning(fileColumns)
        .executeTakeFirstOrThrow()
      await note(change, 'file_updated', file)
      return file
    }),
  )
}

async function uploadText(
  options: UploadOptions,
  actor: Actor,
  project: string,
  { path, replace, text }: { path: string; replace: boolean; text: string },
): Promise<ProjectFile> {
  const { file, isThere } = await changeTree(options, actor, project, async (change) => {
    const there = replace ? await findReplaced(change, path, 'text') : undefined
    if (there) return { file: there, isThere: true }
    await requireFree(change, path)
    const file = await insertText(options, change, await placeAt(change, path, { rows: 1 }), text)
    await note(change, 'file_created', file)
    return { file, isThere: false }
  })
  // Not within the transaction: the text goes through the live document, which writes for itself.
  if (isThere) await options.documents.replaceText(file.id, text, actor.id)
  return file
}
