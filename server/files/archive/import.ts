// Brings a zip archive into a project's tree, some files at a time, so that nobody waits long for the tree. Doing it again
// changes nothing: what is there with another text is edited to the new one.
import { requireAccess, type Actor } from '../../../db/access.ts'
import { AppError } from '../../../protocol/errors.ts'
import { MAX_ARCHIVE } from '../../../protocol/limits.ts'
import type { Bytes } from '../../attachments/store.ts'
import { sortBytes, type UploadOptions } from '../upload.ts'
import { saveBatch, skip, type Item } from './batch.ts'
import { readEntries, type ArchiveEntry } from './entries.ts'
import { createPlaces } from './places.ts'
import { withReceived } from './receive.ts'
import type { Imported } from './schema.ts'

export interface ArchiveUpload {
  folder: string | undefined
  bytes: Bytes
  /** As announced; the stream itself decides */
  size: number | undefined
  /** Aborts when the asker is gone */
  asked: AbortSignal
}

/** Of one person on a node, each with its archive on the disk: as many as the page sends at a time. */
const MAX_IMPORTS = 2
/** How long others wait for one, ms */
const MAX_TURN = 5 * 60_000
/** What is saved in one transaction */
const BATCH_FILES = 50
const BATCH_BYTES = 1024 * 1024

async function toItem(
  entry: Exclude<ArchiveEntry, { kind: 'skipped' }>,
  path: string,
): Promise<Item> {
  if (entry.kind === 'folder') return { kind: 'folder', path }
  const { bytes } = entry
  const sorted = await sortBytes(new Blob([bytes]).stream())
  return sorted.kind === 'text' ? { ...sorted, path } : { kind: 'binary', path, bytes }
}

/** When the next may begin: what hangs, in a damaged archive or a store, must not keep all others waiting. */
function endOfTurn(work: Promise<unknown>, asked: AbortSignal) {
  const over = AbortSignal.any([asked, AbortSignal.timeout(MAX_TURN)])
  return new Promise<void>((resolve) => {
    const end = () => resolve()
    work.then(end, end)
    if (over.aborted) end()
    over.addEventListener('abort', end)
  })
}

export function createImport(options: UploadOptions) {
  /** One at a time, as long as that goes well: each may hold a large file in memory. */
  let last: Promise<unknown> = Promise.resolve()
  const takePlace = createPlaces(MAX_IMPORTS, 'imports')

  /**
   * @throws AppError as `requireAccess`, also when access is taken meanwhile; PAYLOAD_TOO_LARGE, VALIDATION_ERROR,
   *   UNPROCESSABLE for the archive itself, RATE_LIMITED while others of the same person are under way, UNAVAILABLE when
   *   the asker is gone; once something was imported, with that as `details`
   */
  return async function importArchive(
    actor: Actor,
    project: string,
    { folder, bytes, size, asked }: ArchiveUpload,
  ): Promise<Imported> {
    await requireAccess(options.db, actor, project, 'file:write')
    if ((size ?? 0) > MAX_ARCHIVE)
      throw new AppError('PAYLOAD_TOO_LARGE', `The archive is larger than ${MAX_ARCHIVE} bytes`)
    const leave = takePlace(actor.id)
    try {
      return await withReceived(bytes, MAX_ARCHIVE, (file) => {
        const turn = last
        const result = turn.then(() => importFile(options, actor, project, { file, folder, asked }))
        last = turn.then(() => endOfTurn(result, asked))
        return result
      })
    } finally {
      leave()
    }
  }
}

async function importFile(
  options: UploadOptions,
  actor: Actor,
  project: string,
  archive: Archive,
): Promise<Imported> {
  const imported: Imported = { created: 0, replaced: 0, skipped: [], skippedCount: 0 }
  try {
    await importEntries(options, actor, project, archive, imported)
    return imported
  } catch (error) {
    const { created, replaced } = imported
    if (!(error instanceof AppError) || created + replaced === 0) throw error
    options.log.info({ err: error, created, replaced }, 'an import ended early')
    const made = `what was imported before stays: ${created} created, ${replaced} replaced`
    throw new AppError(error.code, `${error.message}; ${made}`, imported)
  }
}

interface Archive {
  /** Where it lies */
  file: string
  folder: string | undefined
  asked: AbortSignal
}

async function importEntries(
  options: UploadOptions,
  actor: Actor,
  project: string,
  { file, folder, asked }: Archive,
  imported: Imported,
) {
  let batch: Item[] = []
  let bytes = 0
  const save = async () => {
    await saveBatch(options, actor, project, batch, imported)
    batch = []
    bytes = 0
  }
  for await (const entry of readEntries(file, options.attachments.maxBytes)) {
    if (asked.aborted) throw new AppError('UNAVAILABLE', 'Whoever asked is gone')
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
}
