// One document that is in memory: what of the journal is in it, how big it is, and who hears of its changes.
import type { Document } from '@hocuspocus/server'
import type { Logger } from 'pino'
import * as Y from 'yjs'
import type { Db } from '../../db/database.ts'
import { notFound } from '../../protocol/errors.ts'
import { CONTENT } from '../../protocol/names.ts'
import type { Journal } from './journal.ts'
import type { News } from './news.ts'
import { readDocument, updatesOf } from './snapshot.ts'
import { createVoices } from './voices.ts'

/** Origin of what a person changes by way of this node: to be journaled. Hocuspocus' own storing is not used. */
export class OwnEdit {
  readonly source = 'local'
  readonly skipStoreHooks = true
  readonly userId: string | null
  constructor(userId: string | null) {
    this.userId = userId
  }
}
/** Origin of what is in the journal already. */
export const JOURNALED = { source: 'redis' } as const

export interface LiveOptions {
  db: Db
  log: Logger
  journal: Journal
  /** Bytes of encoded state beyond which the document takes nothing more */
  maxSize: number
  tell: (news: News) => void
  /** Its file was deleted */
  onMissing: (fileId: string) => void
}

export type LiveDocument = Awaited<ReturnType<typeof loadLive>>

const countTypes = (document: Y.Doc) => {
  let count = 0
  for (const structs of document.store.clients.values())
    for (const struct of structs)
      if (struct instanceof Y.Item && struct.content instanceof Y.ContentType) count++
  return count
}

/**
 * Fills a new document from the database and keeps it in step with the journal from then on.
 * @throws AppError NOT_FOUND when there is no such file
 */
export async function loadLive(document: Document, fileId: string, options: LiveOptions) {
  const { db, log, journal, maxSize, tell, onMissing } = options
  /** Every journal row up to here is in the document */
  let seq = 0
  let snapshotSeq = 0
  let versionSeq = 0
  /** An upper estimate of the encoded state */
  let size = 0
  /** Highest seq that is known to exist */
  let newestSeq = 0
  let catching: Promise<void> | undefined
  let deleted = false

  async function read(): Promise<boolean> {
    const stored = await readDocument(db, fileId, seq)
    if (!stored) return false
    document.transact(() => {
      for (const update of updatesOf(stored)) Y.applyUpdate(document, update, JOURNALED)
    }, JOURNALED)
    seq = Math.max(seq, stored.seq)
    snapshotSeq = stored.snapshotSeq
    versionSeq = stored.versionSeq
    return true
  }

  async function catchUp() {
    // Whoever asks while a reading is under way may know of rows that it does not see, so it looks again.
    for (let last = -1; last < newestSeq && seq < newestSeq && !document.isDestroyed;) {
      last = newestSeq
      if (!(await read())) return onMissing(fileId)
    }
  }

  /** Reads the rows up to `seq` from the journal. */
  function missing(upTo: number) {
    newestSeq = Math.max(newestSeq, upTo)
    catching ??= catchUp()
      .catch((error: unknown) => log.warn({ err: error, fileId }, 'missing updates not read yet'))
      .finally(() => (catching = undefined))
  }

  function advance(firstSeq: number, count: number) {
    const lastSeq = firstSeq + count - 1
    if (firstSeq > seq + 1) missing(lastSeq)
    else seq = Math.max(seq, lastSeq)
  }

  if (!(await read())) throw notFound('File')
  // Makes it a text before any client can say otherwise.
  document.getText(CONTENT)
  size = Y.encodeStateAsUpdate(document).byteLength
  let types = countTypes(document)

  document.on('update', (update: Uint8Array, origin: unknown) => {
    size += update.byteLength
    if (origin instanceof OwnEdit && !deleted) journal.append(fileId, update, origin.userId)
  })
  return {
    fileId,
    document,
    voices: createVoices({ document, fileId, tell }),
    missing,
    /** Resolves when the rows up to `seq` were read, or could not be. */
    async caughtUp(upTo: number) {
      missing(upTo)
      await catching
    },
    seq: () => seq,
    /** Whether what was read last is in a version */
    isInVersion: () => versionSeq >= seq,
    rowsSinceSnapshot: () => seq - snapshotSeq,
    compacted: (upTo: number) => (snapshotSeq = Math.max(snapshotSeq, upTo)),
    /** Rows that this node wrote, from its own document */
    committed: (firstSeq: number, count: number) => advance(firstSeq, count),
    /** Rows that another node wrote */
    takeRows(firstSeq: number, updates: Uint8Array[]) {
      if (firstSeq <= seq + 1)
        document.transact(() => {
          for (const update of updates) Y.applyUpdate(document, update, JOURNALED)
        }, JOURNALED)
      advance(firstSeq, updates.length)
    },
    /** Bytes, an upper estimate */
    size: () => size,
    isFull() {
      if (size > maxSize) size = Y.encodeStateAsUpdate(document).byteLength
      return size > maxSize
    },
    /** Counts nested types; deleting them is recursive, so there may not be any number of them. */
    addTypes: (count: number) => (types += count),
    types: () => types,
    /** Nothing is journaled from now on */
    markDeleted: () => (deleted = true),
    isDeleted: () => deleted,
  }
}
