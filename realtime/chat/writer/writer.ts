// Group commit: messages wait here while one transaction writes those that came before, so that the cost of a commit
// is shared. Nothing waits longer than PATIENCE for its answer, whatever the database does.
import type { Logger } from 'pino'
import { asUnavailable, isDeadlock, type Db } from '../../../db/database.ts'
import { AppError } from '../../../protocol/errors.ts'
import type { ChatMessage } from '../../../protocol/chat.ts'
import { writeBatch, type Batch } from './batch.ts'
import { fingerprintOf, type Draft } from './draft.ts'

export interface WriterOptions {
  db: Db
  log: Logger
  /** Tells of what was committed, before the senders have their answer */
  tell(batch: Batch): void
  /** Messages that go into one transaction */
  maxBatch?: number | undefined
}

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
  key: string
  draft: Draft
  outcome: PromiseWithResolvers<ChatMessage>
}

const tooLate = () =>
  new AppError('UNAVAILABLE', 'The message could not be kept in time; try again')

/** The same for a draft and its repetition. */
const keyOf = (draft: Draft) => {
  const { sender, project, channelId, nonce } = draft
  return JSON.stringify([sender.id, project, channelId, nonce, fingerprintOf(draft)])
}

export function createWriter({ db, log, tell, maxBatch = MAX_BATCH }: WriterOptions) {
  const waiting = new Set<Waiting>()
  /** Those that wait, and those in a transaction: over a slow line a repetition finds its own answer on the way */
  const open = new Map<string, Waiting>()
  let text = 0
  let isRunning = false

  /** @throws AppError UNAVAILABLE, with "try again": it was not sent, or the same nonce will find it */
  async function send(draft: Draft): Promise<ChatMessage> {
    const key = keyOf(draft)
    const entry = open.get(key) ?? enqueue(key, draft)
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      if (forget(entry)) settle(entry, { error: tooLate() })
      else late.reject(tooLate())
    }, PATIENCE)
    try {
      return await Promise.race([entry.outcome.promise, late.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  function enqueue(key: string, draft: Draft): Waiting {
    if (waiting.size >= MAX_WAITING || text >= MAX_WAITING_TEXT) {
      const reason = 'More messages are being sent than can be kept now; try again'
      throw new AppError('UNAVAILABLE', reason)
    }
    const entry: Waiting = { key, draft, outcome: Promise.withResolvers() }
    // Everybody who asked may have given up.
    entry.outcome.promise.catch(() => undefined)
    open.set(key, entry)
    waiting.add(entry)
    text += draft.message.length
    if (!isRunning) {
      isRunning = true
      // What comes in the same turn goes along.
      setImmediate(() => void run())
    }
    return entry
  }

  function settle(
    { key, outcome }: Waiting,
    result: { message: ChatMessage } | { error: unknown },
  ) {
    open.delete(key)
    if ('message' in result) outcome.resolve(result.message)
    else outcome.reject(result.error)
  }

  /** @returns whether it was still waiting */
  function forget(entry: Waiting): boolean {
    const isForgotten = waiting.delete(entry)
    if (isForgotten) text -= entry.draft.message.length
    return isForgotten
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
        settle(entry, batch.outcomes[n] ?? { error: new Error('Nothing was decided') })
      })
    } catch (error) {
      const away = asUnavailable(error)
      if (away ?? entries.length === 1) {
        for (const entry of entries) settle(entry, { error: away ?? error })
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
