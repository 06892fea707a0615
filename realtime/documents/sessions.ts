// When a version is due: a session of work ends when nobody edited for a while, when the document leaves memory, and
// where people never stop, every now and then.
import type { Logger } from 'pino'

export interface SessionTimes {
  /** Without an edit for so long, it is over; milliseconds */
  idleMs: number
  /** Longer ones are cut */
  maxMs: number
  /** How often that is looked at */
  lookMs: number
}

const defaults: SessionTimes = { idleMs: 5 * 60_000, maxMs: 15 * 60_000, lookMs: 15_000 }

export interface SessionOptions {
  log: Logger
  times?: SessionTimes | undefined
  /** Makes a version of the file, unless there is one of what it is now */
  record: (fileId: string) => Promise<unknown>
}

export function createSessions({ log, record, times = defaults }: SessionOptions) {
  const sessions = new Map<string, { since: number; last: number }>()
  /** One after the other: versions are in no hurry, and people who edit are */
  const due = new Set<string>()
  let running: Promise<void> | undefined
  let closed = false

  async function run() {
    for (const fileId of due) {
      due.delete(fileId)
      if (closed) break
      await record(fileId).catch((error: unknown) => {
        log.warn({ err: error, fileId }, 'a version was not made; trying again later')
        edited(fileId)
      })
    }
    running = undefined
  }

  function edited(fileId: string) {
    const now = Date.now()
    const session = sessions.get(fileId)
    if (session) session.last = now
    else sessions.set(fileId, { since: now, last: now })
  }

  function end(fileId: string) {
    sessions.delete(fileId)
    if (closed) return
    due.add(fileId)
    running ??= run()
  }

  function look() {
    const now = Date.now()
    for (const [fileId, { since, last }] of sessions)
      if (now - last >= times.idleMs || now - since >= times.maxMs) end(fileId)
  }
  const timer = setInterval(look, times.lookMs).unref()

  return {
    edited,
    /** A version of what is now is due. */
    end,
    isOpen: (fileId: string) => sessions.has(fileId),
    forget: (fileId: string) => void sessions.delete(fileId),
    /** What is not made now is made when the document is loaded the next time. */
    async close() {
      closed = true
      clearInterval(timer)
      await running
    },
  }
}
