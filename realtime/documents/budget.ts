// Work that a person's frames cost this process. Some valid updates take Yjs seconds, and no check before can tell
// which: so what was spent is counted. Who spends much waits between frames, so that others have their turns; who
// spent too much is refused until it has drained.
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../protocol/errors.ts'

/** Milliseconds of work at once. */
const CAPACITY = 5_000
/** Milliseconds of work per millisecond, for good. */
const DRAIN = 0.2
/** What sending an update on costs, on top of applying it. */
const PER_FRAME = 0.02
/** What reading a byte and writing it down costs an embedded database, in milliseconds. */
const PER_BYTE = 5e-5
/** Milliseconds of work in a row. */
const TURN = 1
/** Milliseconds of rest for each of work beyond a turn … */
const REST = 1
/** … so many at most: one big edit is no flood. */
const MAX_REST = 300
/** How long somebody who is refused waits to hear of it. */
const REFUSAL_MS = 1_000

export const costs = {
  /** Of letting somebody into a document */
  opening: 2,
  /** Of garbage, so that who sends it cannot come back at once without end */
  garbage: 100,
}

interface Account {
  amount: number
  at: number
  /** When all work so far has been rested for */
  restedAt: number
}

export type Budget = ReturnType<typeof createBudget>

/** Whoever works is named by a key, the person's id or that of a connection before it is known whose it is. */
export function createBudget(now = () => performance.now()) {
  const accounts = new Map<string, Account>()
  /** Bytes that wait in memory */
  const held = new Map<string, number>()

  function current(key: string): number {
    const account = accounts.get(key)
    if (!account) return 0
    const amount = account.amount - (now() - account.at) * DRAIN
    if (amount > 0) return amount
    accounts.delete(key)
    return 0
  }

  /** Books work that took from `start` to now, or that will take `ms`. */
  function book(key: string, start: number, ms: number) {
    const at = now()
    const amount = current(key) + ms
    const begun = Math.max(accounts.get(key)?.restedAt ?? 0, start)
    const restedAt = Math.min(begun + ms * (1 + REST), at + MAX_REST)
    accounts.set(key, { amount, at, restedAt })
  }

  /** @throws AppError RATE_LIMITED */
  function check(key: string) {
    if (current(key) > CAPACITY)
      throw new AppError('RATE_LIMITED', 'Your edits cost the server too much; wait half a minute')
  }

  /** Milliseconds until the next frame's turn. */
  function rest(key: string): number {
    const ms = (accounts.get(key)?.restedAt ?? 0) - now()
    return ms > TURN ? ms : 0
  }

  return {
    rest,

    /** Waits until the person may open a document. @throws AppError RATE_LIMITED, after a while */
    async turn(key: string) {
      const ms = rest(key)
      if (ms > 0) await sleep(ms)
      try {
        check(key)
      } catch (error) {
        await sleep(REFUSAL_MS)
        throw error
      }
      book(key, now(), costs.opening)
    },

    /** Counts work that goes on elsewhere, in milliseconds. */
    spend: (key: string, ms: number) => book(key, now(), ms),

    /** Counts bytes that wait in memory from now on, or less than 0 any more. @returns how many do, on all connections */
    hold(key: string, bytes: number): number {
      const total = (held.get(key) ?? 0) + bytes
      if (total > 0) held.set(key, total)
      else held.delete(key)
      return total
    },

    /** The connection is gone. */
    forget: (key: string) => accounts.delete(key),

    /** Runs the work for the person, with so many bytes that they sent. @throws AppError RATE_LIMITED */
    charge<Result>(key: string, work: () => Result, bytes = 0): Result {
      check(key)
      const start = now()
      try {
        return work()
      } finally {
        book(key, start, now() - start + PER_FRAME + bytes * PER_BYTE)
      }
    },
  }
}
