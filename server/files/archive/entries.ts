// What is in a zip archive of strangers. Nothing that it says of itself is believed: names are judged as paths of the
// project, and sizes are counted while inflating.
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { fromRandomAccessReaderPromise, getFileNameLowLevel, type Entry, type ZipFile } from 'yauzl'
import { AppError } from '../../../protocol/errors.ts'
import { MAX_ARCHIVE_ENTRIES, MAX_IMPORT, MAX_PATH } from '../../../protocol/limits.ts'
import { filePathSchema, isPathTooLong, pathTooLong } from '../schema.ts'
import { ArchiveReader } from './reader.ts'

export type ArchiveEntry =
  | { kind: 'folder'; path: string }
  | { kind: 'file'; path: string; bytes: Buffer<ArrayBuffer> }
  | { kind: 'skipped'; path: string; reason: string }

const UTF8_NAME = 0x800
const FILE_TYPE = 0o170000
const SYMLINK = 0o120000
const ordinary = new Set([0, 0o100000, 0o040000])

/** Most programs write UTF-8, also those that do not say so; the others mean code page 437. */
function decodeName({ fileNameRaw, generalPurposeBitFlag, extraFields }: Entry) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fileNameRaw)
  } catch {
    if (generalPurposeBitFlag & UTF8_NAME) return undefined
    return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true)
  }
}

/** What macOS and Windows put beside people's files. */
const isLitter = (path: string) => /(^|\/)(__MACOSX(\/|$)|(\.DS_Store|Thumbs\.db)$)/.test(path)

/** @throws AppError for what cannot be a file here */
function judge(entry: Entry, path: string) {
  const type = (entry.externalFileAttributes >>> 16) & FILE_TYPE
  if (isPathTooLong(path))
    throw new AppError('VALIDATION_ERROR', `Its name is too long: ${pathTooLong}`)
  if (!filePathSchema.safeParse(path).success || /^[a-zA-Z]:/.test(path))
    throw new AppError('VALIDATION_ERROR', 'Its name is no path within a project')
  if (type === SYMLINK) throw new AppError('VALIDATION_ERROR', 'It is a symbolic link')
  if (!ordinary.has(type)) throw new AppError('VALIDATION_ERROR', 'It is no ordinary file')
  if (entry.isEncrypted())
    throw new AppError('VALIDATION_ERROR', 'It is encrypted: pack it without a password')
  if (!entry.canDecodeFileData())
    throw new AppError('VALIDATION_ERROR', 'It is packed in a way that is not known here')
}

const tooLarge = (what: string, maxBytes: number) =>
  new AppError('PAYLOAD_TOO_LARGE', `${what} larger than ${maxBytes} bytes`)

const together = 'With it, all that is in the archive is'

interface Budget {
  /** Per file */
  maxBytes: number
  /** What all others may have together */
  left: number
}

async function inflate(zip: ZipFile, entry: Entry, budget: Budget) {
  const chunks: Uint8Array[] = []
  let size = 0
  if (entry.uncompressedSize > budget.maxBytes) throw tooLarge('It is', budget.maxBytes)
  if (entry.uncompressedSize > budget.left) throw tooLarge(together, MAX_IMPORT)
  const stream: Readable = await zip.openReadStreamPromise(entry)
  // Leaving the loop destroys the stream.
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    budget.left -= chunk.byteLength
    if (size > budget.maxBytes) throw tooLarge('It is', budget.maxBytes)
    if (budget.left < 0) throw tooLarge(together, MAX_IMPORT)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function readEntry(
  zip: ZipFile,
  entry: Entry,
  budget: Budget,
  seen: Set<string>,
): Promise<ArchiveEntry> {
  const name = decodeName(entry)
  if (name === undefined) {
    const path = entry.fileNameRaw.toString('latin1').slice(0, MAX_PATH)
    return { kind: 'skipped', path, reason: 'Its name is not the UTF-8 that it says to be' }
  }
  const path = name.replace(/^(\.\/)+/, '').replace(/\/$/, '')
  try {
    judge(entry, path)
    if (name.endsWith('/')) return { kind: 'folder', path }
    if (seen.has(path))
      throw new AppError('CONFLICT', 'The archive has it twice; the first is taken')
    seen.add(path)
    return { kind: 'file', path, bytes: await inflate(zip, entry, budget) }
  } catch (error) {
    const reason = error instanceof AppError ? error.message : `It is damaged: ${String(error)}`
    // U+0000 could not even be told.
    const told = path
      .replaceAll(/\p{Cc}/gu, '\ufffd')
      .slice(0, MAX_PATH)
      .toWellFormed()
    return { kind: 'skipped', path: told, reason }
  }
}

/**
 * @param file where the archive lies
 * @param maxBytes of one file
 * @throws AppError VALIDATION_ERROR, UNPROCESSABLE
 */
export async function* readEntries(file: string, maxBytes: number): AsyncGenerator<ArchiveEntry> {
  const unreadable = (error: unknown) =>
    new AppError(
      'VALIDATION_ERROR',
      `The zip archive cannot be read: ${error instanceof Error ? error.message : 'it is damaged'}`,
    )
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const zip = await fromRandomAccessReaderPromise(new ArchiveReader(handle, size), size, {
      lazyEntries: true,
      autoClose: false,
      decodeStrings: false,
    }).catch((error: unknown) => {
      throw unreadable(error)
    })
    if (zip.entryCount > MAX_ARCHIVE_ENTRIES)
      throw new AppError(
        'UNPROCESSABLE',
        `The archive has ${zip.entryCount} entries; ${MAX_ARCHIVE_ENTRIES} are imported at most`,
      )
    const budget = { maxBytes, left: MAX_IMPORT }
    const seen = new Set<string>()
    const entries = zip.eachEntry()
    for (;;) {
      const { done, value } = await entries.next().catch((error: unknown) => {
        throw unreadable(error)
      })
      if (done) return
      if (isLitter(decodeName(value) ?? '')) continue
      yield await readEntry(zip, value, budget, seen)
    }
  } finally {
    await handle.close()
  }
}
