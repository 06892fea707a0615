// Group commit: messages wait here while one transaction writes those that came before, so that the cost of a commit
// is shared. Nothing waits longer than PATIENCE for its answer, whatever the database does.
import type { Logger } from 'pino'
import { asUnavailable, isDeadlock, type Db } from '../../db/database.ts'
import { AppError } from '../../protocol/errors.ts'
import type { ChatMessage } from '../../protocol/chat.ts'
import { writeBatch, type Batch } from './batch.ts'
import type { Draft } from './draft.ts'

export interface WriterOptions {
  db: Db
  log: Logger
  /** Tells of what was committed, before the senders have their answer */
  tell(batch: Batch): void
  /** Messages that go into one transaction */
  maxBatch?: number | undefined
}

export type Writer = ReturnType<typeof createWriter>

/** How long a send waits for its answer, in milliseconds. */
const PATIENCE = 2_000
/** What may wait … */
const MAX_WAITING = 5_000
/** … and its text, in UTF-16 code units. */
const MAX_WAITING_TEXT = 8 * 1024 * 1024
/** What goes into one transaction. */
const MAX_BATCH = 256
const MAX_BATCH_TEXT = 512 * 1024
/** Of a transaction that the database ended because of others. */
const ATTEMPTS = 4

interface Waiting {
  draft: Draft
  resolve(message: ChatMessage): void
  reject(error: unknown): void
}

export function createWriter({ db, log, tell, maxBatch = MAX_BATCH }: WriterOptions) {
  const waiting = new Set<Waiting>()
  let text = 0
  let isRunning = false

  /** @throws AppError UNAVAILABLE, with "try again": it was not sent, or the same nonce will find it */
  function send(draft: Draft): Promise<ChatMessage> {
    if (waiting.size >= MAX_WAITING || text >= MAX_WAITING_TEXT) {
      const reason = 'More messages are being sent than can be kept now; try again'
      return Promise.reject(new AppError('UNAVAILABLE', reason))
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        forget(entry)
        reject(new AppError('UNAVAILABLE', 'The message could not be kept in time; try again'))
      }, PATIENCE)
      const entry: Waiting = {
        draft,
        resolve(message) {
          clearTimeout(timer)
          resolve(message)
        },
        reject(error) {
          clearTimeout(timer)
          reject(error)
        },
      }
      waiting.add(entry)
      text += draft.message.length
      if (isRunning) return
      isRunning = true
      // What comes in the same turn goes along.
      setImmediate(() => void run())
    })
  }

  function forget(entry: Waiting) {
    if (waiting.delete(entry)) text -= entry.draft.message.length
  }

  function take(): Waiting[] {
    const batch: Waiting[] = []
    let size = 0
    for (const entry of waiting) {
      size += entry.draft.message.length
      if (batch.length === maxBatch || (size > MAX_BATCH_TEXT && batch.length > 0)) break
      batch.push(entry)
      forget(entry)
    }
    return batch
  }

  async function run() {
    // A transaction whose connection is dead ends in an error: db/watchdog.ts sees to it.
    while (waiting.size > 0) await commit(take())
    isRunning = false
  }

  async function commit(entries: readonly Waiting[]): Promise<void> {
    try {
      const batch = await write(entries.map(({ draft }) => draft))
      tell(batch)
      entries.forEach((entry, n) => {
        const outcome = batch.outcomes[n]
        if (outcome && 'message' in outcome) entry.resolve(outcome.message)
        else entry.reject(outcome?.error)
      })
    } catch (error) {
      const away = asUnavailable(error)
      if (away ?? entries.length === 1) {
        for (const entry of entries) entry.reject(away ?? error)
        return
      }
      // One of them may be what the database does not take: the others go without it.
      log.warn({ err: error, messages: entries.length }, 'messages are written one by one')
      for (const entry of entries) await commit([entry])
    }
  }

  async function write(drafts: readonly Draft[]): Promise<Batch> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await writeBatch(db, drafts)
      } catch (error) {
        if (!isDeadlock(error) || attempt === ATTEMPTS) throw error
      }
    }
  }

  return { send }
}
