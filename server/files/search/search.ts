// Search in all texts of a project: by path, within bounds of time, matches and bytes.
import { requireAccess, type Actor } from '../../../db/access.ts'
import type { Db } from '../../../db/database.ts'
import { AppError } from '../../../protocol/errors.ts'
import { createTurns } from '../../turns.ts'
import type { Pattern, Problem } from './find.ts'
import { createFinder } from './finder.ts'
import { translateGlobs } from './glob.ts'
import type { FileMatch, FileMatches, FileSearch } from './schema.ts'
import { createTexts, type TextHead } from './texts.ts'

const MAX_MATCHES = 1_000
/** In the thread; waiting for others' searches does not count. */
const MAX_MS = 5_000
/** Files, and bytes of their snapshots, that are read and searched in one go. */
const BATCH_FILES = 50
const BATCH_BYTES = 2 * 1024 * 1024

const badPattern = ({ message, position }: Problem) =>
  new AppError('VALIDATION_ERROR', `q: ${message}`, [{ path: 'q', message, position }])

interface TextFile extends TextHead {
  path: string
  /** Of its snapshot */
  bytes: number | null
}

function* batches(files: TextFile[]) {
  let batch: TextFile[] = []
  let bytes = 0
  for (const file of files) {
    batch.push(file)
    bytes += file.bytes ?? 0
    if (batch.length < BATCH_FILES && bytes < BATCH_BYTES) continue
    yield batch
    batch = []
    bytes = 0
  }
  // Also of none the thread says whether the pattern is a good one.
  if (batch.length > 0 || files.length === 0) yield batch
}

export function createSearch(db: Db) {
  const finder = createFinder()
  const texts = createTexts(db)
  const takeTurn = createTurns('search')

  const listTexts = (projectId: string) =>
    db
      .selectFrom('files')
      .innerJoin('documents', 'documents.fileId', 'files.id')
      .select(({ fn }) => [
        'files.id',
        'files.path',
        'documents.lastSeq as seq',
        fn<number | null>('octet_length', ['documents.snapshot']).as('bytes'),
      ])
      .where('projectId', '=', projectId)
      .where('deletedAt', 'is', null)
      .orderBy('path')
      .execute()

  async function searchTexts(
    files: TextFile[],
    include: string | undefined,
    pattern: Pattern,
    signal: AbortSignal,
  ): Promise<FileMatches> {
    let left = MAX_MS
    let included = files
    if (include !== undefined) {
      const paths = files.map(({ path }) => path)
      const sifted = await finder.sift({ include, paths }, left, signal)
      if (!sifted) return { matches: [], truncated: true }
      left -= sifted.took
      included = files.filter((_, index) => sifted.kept[index])
    }
    const matches: FileMatch[] = []
    for (const batch of batches(included)) {
      const sources = await texts.read(batch)
      const there = batch.filter(({ id }) => sources.has(id))
      const read = there.map(({ id }) => sources.get(id) ?? '')
      const finding = await finder.find(
        {
          pattern,
          sources: read.map((source) => (typeof source === 'string' ? source : source.updates)),
          // One more than are answered says that there are more.
          limit: MAX_MATCHES + 1 - matches.length,
        },
        left,
        signal,
      )
      if (!finding) return { matches, truncated: true }
      if ('problem' in finding) throw badPattern(finding.problem)
      left -= finding.took
      for (const [index, { id, path }] of there.entries()) {
        const source = read[index]
        const text = finding.texts[index]
        if (typeof source === 'object' && typeof text === 'string') texts.keep(id, source.seq, text)
        for (const found of finding.found[index] ?? []) matches.push({ fileId: id, path, ...found })
      }
      if (matches.length > MAX_MATCHES)
        return { matches: matches.slice(0, MAX_MATCHES), truncated: true }
    }
    return { matches, truncated: false }
  }

  return async function searchFiles(
    actor: Actor,
    project: string,
    { include, ...pattern }: FileSearch,
    asked: AbortSignal,
  ): Promise<FileMatches> {
    const access = await requireAccess(db, actor, project, 'project:read')
    const globs = include === undefined ? undefined : translateGlobs(include)
    const files = await listTexts(access.project.id)
    return takeTurn(actor.id, asked, (signal) => searchTexts(files, globs, pattern, signal))
  }
}
