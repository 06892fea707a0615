// The append-only journal of documents. Updates of all files gather while those before them are written, and go into
// one statement; whoever waits for "saved" hears of it after the commit and never before.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Db } from '../../db/database.ts'

/** Everything below is bounded so that a database that is away does not take the process with it. */
const MAX_BATCH_BYTES = 1024 * 1024
const MAX_BATCH_ROWS = 2_000
const MAX_BACKLOG_BYTES = 64 * 1024 * 1024
const MAX_RETRY_MS = 5_000

interface Entry {
  fileId: string
  /** null: the file is gone, nothing needs to be written any more */
  update: Uint8Array | null
  /** Who sent it */
  userId: string | null
  listeners: ((durable: boolean) => void)[]
}

export interface JournalOptions {
  db: Db
  log: Logger
  /** Rows `firstSeq`, `firstSeq` + 1, … of a file are durable now */
  onCommitted: (fileId: string, firstSeq: number, updates: Uint8Array[]) => void
  /** The file was deleted: its updates have no place to go */
  onMissing: (fileId: string) => void
}

/** An update, and who sent it; null: nobody knows. */
export interface Edit {
  update: Uint8Array
  userId: string | null
}

/**
 * One statement, and so one transaction, whatever the number of updates: round trips are what a commit costs. The
 * function locks heads in one order, so that two nodes never wait for each other.
 * @returns the first seq of each file; a file that is gone is not in it
 */
export async function appendUpdates(
  db: Db,
  edits: Map<string, Edit[]>,
): Promise<Map<string, number>> {
  const files = [...edits].map(([fileId, { length }]) => ({ file_id: fileId, count: length }))
  // All bytes are one parameter, which is sent as they are; from 1, as substring() counts.
  let start = 1
  const rows = [...edits].flatMap(([fileId, list]) =>
    list.map(({ update, userId }, index) => {
      const size = update.byteLength
      start += size
      return { file_id: fileId, place: index + 1, start: start - size, size, user_id: userId }
    }),
  )
  const bytes = Buffer.concat([...edits.values()].flat().map(({ update }) => update))
  const { rows: heads } = await sql<{ headFileId: string; firstSeq: number }>`
    select * from append_updates(${JSON.stringify(files)}::jsonb, ${JSON.stringify(rows)}::jsonb, ${bytes}::bytea)`.execute(
    db,
  )
  return new Map(heads.map(({ headFileId, firstSeq }) => [headFileId, firstSeq]))
}

function groupByFile(batch: Entry[]): Map<string, Edit[]> {
  const edits = new Map<string, Edit[]>()
  for (const { fileId, update, userId } of batch) {
    if (!update) continue
    const list = edits.get(fileId)
    if (list) list.push({ update, userId })
    else edits.set(fileId, [{ update, userId }])
  }
  return edits
}

export type Journal = ReturnType<typeof createJournal>

export function createJournal({ db, log, onCommitted, onMissing }: JournalOptions) {
  /** Oldest first; entries stay until their commit */
  let queue: Entry[] = []
  const newest = new Map<string, Entry>()
  let backlogBytes = 0
  let running: Promise<void> | undefined
  const stop = new AbortController()

  function settle(entries: Entry[], durable: boolean) {
    for (const entry of entries) {
      backlogBytes -= entry.update?.byteLength ?? 0
      if (newest.get(entry.fileId) === entry) newest.delete(entry.fileId)
    }
    for (const { listeners } of entries) for (const listener of listeners) listener(durable)
  }

  function takeBatch(): Entry[] {
    let bytes = 0
    const end = queue.findIndex((entry, index) => {
      bytes += entry.update?.byteLength ?? 0
      return index > 0 && (bytes > MAX_BATCH_BYTES || index >= MAX_BATCH_ROWS)
    })
    return end < 0 ? [...queue] : queue.slice(0, end)
  }

  async function writeBatch() {
    const batch = takeBatch()
    const edits = groupByFile(batch)
    const firstSeqs: Map<string, number> =
      edits.size > 0 ? await appendUpdates(db, edits) : new Map()
    queue = queue.slice(batch.length)
    settle(
      batch.filter((entry) => firstSeqs.has(entry.fileId)),
      true,
    )
    settle(
      batch.filter((entry) => !firstSeqs.has(entry.fileId)),
      false,
    )
    for (const [fileId, list] of edits) {
      const firstSeq = firstSeqs.get(fileId)
      if (firstSeq === undefined) onMissing(fileId)
      else {
        const updates = list.map(({ update }) => update)
        onCommitted(fileId, firstSeq, updates)
      }
    }
  }

  async function run() {
    for (let failures = 0; queue.length > 0 && !stop.signal.aborted;) {
      try {
        await writeBatch()
        failures = 0
      } catch (error) {
        log.warn(
          { err: error, waiting: queue.length },
          'document updates are not saved yet; trying again',
        )
        const delay = Math.min(MAX_RETRY_MS, 50 * 2 ** failures++)
        await sleep(delay, undefined, { signal: stop.signal }).catch(() => undefined)
      }
    }
    running = undefined
  }

  return {
    append(fileId: string, update: Uint8Array, userId: string | null) {
      const entry: Entry = { fileId, update, userId, listeners: [] }
      queue.push(entry)
      newest.set(fileId, entry)
      backlogBytes += update.byteLength
      running ??= run()
    },

    /** Calls back once everything appended so far is durable (at once, if it is), or with false if it never will be. */
    whenDurable(fileId: string, listener: (durable: boolean) => void) {
      const entry = newest.get(fileId)
      if (!entry) listener(true)
      // Closed: nobody writes it any more.
      else if (stop.signal.aborted) listener(false)
      else entry.listeners.push(listener)
    },

    /** Drops what waits for a file that was deleted. */
    forget(fileId: string) {
      const entries = queue.filter((entry) => entry.fileId === fileId)
      settle(entries, false)
      for (const entry of entries) Object.assign(entry, { update: null, listeners: [] })
    },

    /** Whether so much waits for the database that nothing more should be taken. */
    isFull: () => backlogBytes > MAX_BACKLOG_BYTES,
    backlogBytes: () => backlogBytes,

    /** Writes what waits, for so long at most; then gives up and says what is lost. */
    async close(timeoutMs: number) {
      // A query may hang as long as the database likes, so do not wait for the loop alone.
      await Promise.race([
        running,
        sleep(timeoutMs, undefined, { signal: stop.signal, ref: false }),
      ])
      stop.abort()
      if (queue.length > 0)
        log.error({ updates: queue.length, bytes: backlogBytes }, 'document updates were not saved')
      settle(queue, false)
      queue = []
    },
  }
}
