// A project's tree, or some of it, as a zip archive: one file after the other, as fast as it is read.
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { ZipFile } from 'yazl'
import { requireAccess, type Actor } from '../../../db/access.ts'
import type { Db } from '../../../db/database.ts'
import { AppError, notFound } from '../../../protocol/errors.ts'
import type { AttachmentSettings } from '../../attachments/attachments.ts'
import type { FileDocuments } from '../files.ts'
import { isBelow, nameOf, selectFiles } from '../place.ts'
import type { ProjectFile } from '../schema.ts'
import { createPlaces } from './places.ts'
import { commonFolder } from './schema.ts'

export interface ArchiveOptions {
  db: Db
  documents: Pick<FileDocuments, 'readText'>
  attachments: AttachmentSettings
  log: Logger
}

/** Of one person on a node: each has the tree in memory and a file open for as long as it is read. */
const MAX_EXPORTS = 3

/** @returns undefined for what is gone for good meanwhile */
async function openFile(
  { documents, attachments }: ArchiveOptions,
  { id, kind, contentId }: ProjectFile,
): Promise<Readable | undefined> {
  if (kind === 'binary') {
    const bytes = contentId === null ? undefined : await attachments.store.open(contentId)
    return bytes && Readable.from(bytes)
  }
  try {
    return Readable.from([Buffer.from(await documents.readText(id))])
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}

async function fill(
  zip: ZipFile,
  options: ArchiveOptions,
  files: ProjectFile[],
  above: string,
  signal: AbortSignal,
) {
  for (const file of files) {
    // `C:` in front would be a drive, which no archive may name.
    const path = file.path.slice(above.length).replace(/^([a-z]):/i, '$1_')
    const mtime = new Date(file.updatedAt)
    if (file.kind === 'folder') {
      zip.addEmptyDirectory(path, { mtime })
      continue
    }
    const bytes = await openFile(options, file)
    if (!bytes) continue
    const entry = new PassThrough()
    zip.addReadStream(entry, path, { mtime })
    // Ends when the archive took it: one file at a time is open.
    await pipeline(bytes, entry, { signal })
  }
  zip.end()
}

export interface Chosen {
  /** Path of a folder */
  folder?: string | undefined
  ids?: readonly string[] | undefined
}

/**
 * What was chosen; without a choice, nothing but the project itself.
 * @throws AppError NOT_FOUND where some of it is not there
 */
async function findChosen(db: Db, projectId: string, { folder, ids }: Chosen) {
  const files = selectFiles(db, projectId)
  if (ids) {
    const wanted = new Set(ids)
    const found = await files
      .where('id', '=', sql<string>`any(${[...wanted]}::uuid[])`)
      .orderBy('path')
      .execute()
    if (found.length < wanted.size) throw notFound('File')
    return found
  }
  if (folder === undefined) return undefined
  const found = await files.where('path', '=', folder).where('kind', '=', 'folder').execute()
  if (found.length === 0) throw notFound('Folder')
  return found
}

export function createExport(options: ArchiveOptions) {
  const takePlace = createPlaces(MAX_EXPORTS, 'downloads')

  /** @throws AppError NOT_FOUND, RATE_LIMITED while others of the same person are not read to their end */
  return async function exportArchive(actor: Actor, project: string, choice: Chosen) {
    const leave = takePlace(actor.id)
    try {
      const archive = await openArchive(options, actor, project, choice)
      archive.bytes.once('close', leave)
      return archive
    } catch (error) {
      leave()
      throw error
    }
  }
}

async function openArchive(options: ArchiveOptions, actor: Actor, project: string, choice: Chosen) {
  const { db, log } = options
  const access = await requireAccess(db, actor, project, 'project:read')
  const chosen = await findChosen(db, access.project.id, choice)
  const files = await selectFiles(db, access.project.id)
    .$if(chosen !== undefined, (query) =>
      query.where(({ or, eb }) =>
        or((chosen ?? []).flatMap(({ id, path }) => [eb('id', '=', id), isBelow(path)])),
      ),
    )
    .orderBy('path')
    .execute()
  const zip = new ZipFile()
  const bytes = new PassThrough()
  const broken = (error: unknown) => bytes.destroy(error as Error)
  zip.on('error', broken)
  void pipeline(zip.outputStream, bytes).catch(() => undefined)
  const left = new AbortController()
  bytes.once('close', () => left.abort())
  const folder = commonFolder((chosen ?? []).map(({ path }) => path))
  const above = folder && `${folder}/`
  fill(zip, options, files, above, left.signal).catch((error: unknown) => {
    // Whoever stops reading ends the work; that is no error.
    if (bytes.destroyed) return
    log.error({ err: error, project: access.project.id }, 'an archive broke off')
    broken(error)
  })
  const only = chosen?.length === 1 ? chosen[0] : undefined
  return { name: `${nameOf(only?.path ?? folder) || access.project.slug}.zip`, bytes }
}
