// The documents that are in memory here: loading, news from other nodes, compaction, leaving.
import type { Document } from '@hocuspocus/server'
import type { Logger } from 'pino'
import type { Db } from '../../db/database.ts'
import type { Bus } from '../../protocol/bus.ts'
import { notFound } from '../../protocol/errors.ts'
import { createLookout } from '../lookout.ts'
import { readAwareness } from './guard.ts'
import { createJournal } from './journal.ts'
import { loadLive, type LiveDocument } from './live.ts'
import { decodeNews, encodeNews, NEWS_TOPIC, type News } from './news.ts'
import { createSessions, type SessionTimes } from './sessions.ts'
import { compactDocument } from './snapshot.ts'
import { recordVersion, type Recorded, type VersionWish } from './versions.ts'

/** Rows since the snapshot beyond which a document is compacted while people work on it. */
const COMPACT_ROWS = 500
/** A piece of news that was lost without anybody noticing is found after this long. */
const LOOK_MS = 30_000

export interface RegistryOptions {
  db: Db
  bus: Bus
  log: Logger
  maxSize: number
  /** When versions are made */
  sessionTimes?: SessionTimes | undefined
  /** A file was deleted, here or on another node: its connections have to go */
  onDeleted: (fileId: string) => void
  /** This node made a version of what people did */
  onVersion?: ((fileId: string, versionId: string) => Promise<void>) | undefined
}

export type Registry = ReturnType<typeof createRegistry>

export function createRegistry(options: RegistryOptions) {
  const { db, bus, log, sessionTimes, onDeleted, onVersion } = options
  const live = new Map<string, LiveDocument>()
  /** Files being loaded → newest seq that was heard of meanwhile */
  const loading = new Map<string, number>()
  const compacting = new Map<string, Promise<void>>()
  let closed = false
  const tell = (news: News) => bus.publish(NEWS_TOPIC, encodeNews(news))

  const sessions = createSessions({
    log,
    times: sessionTimes,
    async record(fileId) {
      const recorded = await recordVersion(db, fileId, { reason: 'session' })
      if (recorded?.isNew) await onVersion?.(fileId, recorded.id)
    },
  })

  const journal = createJournal({
    db,
    log,
    onCommitted,
    onMissing: (fileId) => dropDeleted(fileId),
  })

  function onCommitted(fileId: string, firstSeq: number, updates: Uint8Array[]) {
    tell({ kind: 'rows', fileId, firstSeq, updates })
    sessions.edited(fileId)
    const document = live.get(fileId)
    document?.committed(firstSeq, updates.length)
    if (document && document.rowsSinceSnapshot() > COMPACT_ROWS) compact(fileId, COMPACT_ROWS)
  }

  /** Resolves when nothing of the file waits for the database any more. */
  const flushed = (fileId: string) =>
    new Promise<void>((resolve) => journal.whenDurable(fileId, () => resolve()))

  function dropDeleted(fileId: string) {
    live.get(fileId)?.markDeleted()
    sessions.forget(fileId)
    journal.forget(fileId)
    onDeleted(fileId)
  }

  function compact(fileId: string, minRows: number) {
    if (closed || compacting.has(fileId)) return
    const work = compactDocument(db, fileId, minRows)
      .then((seq) => live.get(fileId)?.compacted(seq))
      .catch((error: unknown) => log.warn({ err: error, fileId }, 'a document was not compacted'))
      .then(() => void compacting.delete(fileId))
    compacting.set(fileId, work)
  }

  function takeNews(news: News, from: string) {
    const document = live.get(news.fileId)
    switch (news.kind) {
      case 'rows': {
        const heard = loading.get(news.fileId)
        const newest = news.firstSeq + news.updates.length - 1
        if (heard !== undefined) loading.set(news.fileId, Math.max(heard, newest))
        document?.takeRows(news.firstSeq, news.updates)
        if (document) sessions.edited(news.fileId)
        return
      }
      case 'awareness':
        return document?.voices.hear(readAwareness(news.update), news.speakers, from)
      case 'who':
        return document?.voices.tellAll()
      case 'deleted':
        return dropDeleted(news.fileId)
    }
  }

  async function isTrashed(fileId: string): Promise<boolean> {
    const file = await db
      .selectFrom('files')
      .select('deletedAt')
      .where('id', '=', fileId)
      .executeTakeFirst()
    return file?.deletedAt !== null
  }

  /** Compares what is here with the journal, whatever the bus may have lost. */
  async function look() {
    const fileIds = [...live.keys()]
    if (fileIds.length === 0) return
    const heads = await db
      .selectFrom('documents')
      .innerJoin('files', 'files.id', 'documents.fileId')
      .select(['fileId', 'lastSeq'])
      .where('fileId', 'in', fileIds)
      .where('files.deletedAt', 'is', null)
      .execute()
    const seqs = new Map(heads.map((head) => [head.fileId, head.lastSeq]))
    for (const fileId of fileIds) {
      const seq = seqs.get(fileId)
      const document = live.get(fileId)
      if (seq === undefined) dropDeleted(fileId)
      else if (document && seq > document.seq()) document.missing(seq)
    }
  }
  const lookout = createLookout({
    bus,
    calm: LOOK_MS,
    look,
    onError: (error) => log.warn({ err: error }, 'the journal was not compared'),
  })

  const unsubscribe = [
    bus.subscribe(NEWS_TOPIC, (data, from) => {
      try {
        takeNews(decodeNews(data), from)
      } catch (error) {
        log.error({ err: error }, 'news of a document failed')
      }
    }),
    bus.onGap(() => {
      lookout.hurry()
      for (const [fileId, document] of live) {
        tell({ kind: 'who', fileId })
        document.voices.tellAll()
        document.voices.doubt()
      }
    }),
    bus.onPeerGone((nodeId) => live.forEach(({ voices }) => voices.nodeGone(nodeId))),
  ]

  return {
    journal,
    get: (fileId: string) => live.get(fileId),

    /** @throws AppError NOT_FOUND */
    async load(document: Document, fileId: string): Promise<LiveDocument> {
      loading.set(fileId, 0)
      try {
        const onMissing = dropDeleted
        const loaded = await loadLive(document, fileId, { ...options, journal, tell, onMissing })
        live.set(fileId, loaded)
        document.on('destroy', () => unload(loaded))
        // From here on it is told; it may have gone into the trash while it was loaded.
        if (loaded.isDeleted() || (await isTrashed(fileId))) throw notFound('File')
        const heard = loading.get(fileId) ?? 0
        if (heard > loaded.seq()) loaded.missing(heard)
        // Those who edited before came to no end: their node was killed, or the file is new.
        if (!loaded.isInVersion()) sessions.end(fileId)
        tell({ kind: 'who', fileId })
        return loaded
      } finally {
        loading.delete(fileId)
      }
    },

    flushed,

    /** A row that was appended past the journal's queue, which nobody has yet. */
    wrote(fileId: string, seq: number, update: Uint8Array) {
      live.get(fileId)?.takeRows(seq, [update])
      onCommitted(fileId, seq, [update])
    },

    /**
     * Makes a version of the file as it is now, unless there is one.
     * @throws AppError NOT_FOUND
     */
    async keepVersion(fileId: string, wish: VersionWish): Promise<Recorded> {
      await flushed(fileId)
      const recorded = await recordVersion(db, fileId, wish)
      if (!recorded) throw notFound('File')
      return recorded
    },

    /** The file is gone: on this node and all others nothing of it is written or served any more. */
    delete(fileId: string) {
      tell({ kind: 'deleted', fileId })
      dropDeleted(fileId)
    },

    size: () => live.size,

    /** Leaves the documents as they are: loading them again does not need a snapshot. */
    async close() {
      closed = true
      for (const end of unsubscribe) end()
      lookout.close()
      await Promise.all([...compacting.values(), sessions.close()])
    },
  }

  function unload(document: LiveDocument) {
    const { fileId } = document
    if (live.get(fileId) === document) live.delete(fileId)
    const isChanged = document.rowsSinceSnapshot() > 0 || sessions.isOpen(fileId)
    // That makes a snapshot, too.
    if (isChanged && !document.isDeleted()) sessions.end(fileId)
  }
}
