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
/** Milliseconds of rest from which on it is taken: timers know no less. */
const MIN_REST = 1
/** One big edit is no flood. */
const MAX_REST = 1_000
/** Milliseconds of rest for each of work: so many times as much as others do somebody worked lately, within these. */
const REST = { least: 1, most: 30 }
/** What is lately: after so many milliseconds, work counts for a third. */
const LATELY = 1_000
/** Milliseconds of work lately that nobody is held against. */
const ALLOWED = 20
/** Who worked within so many milliseconds is there. */
const PRESENT_MS = 500
/** Milliseconds of work that are forgotten. */
const NOTHING = 0.1
/** How often it is looked what others do, in milliseconds. */
const SURVEY_MS = 100
/** How long somebody who is refused waits to hear of it. */
const REFUSAL_MS = 1_000

/** In milliseconds. */
export const costs = {
  /** Of letting somebody into a document */
  opening: 2,
  /** Of a byte: twice what an embedded database takes to write and read it, since big ones hold it up in one piece */
  byte: 1e-4,
  /** Of a byte that is read again when a document is opened */
  loadedByte: 2.5e-5,
  /** Of garbage, so that who sends it cannot come back at once without end */
  garbage: 100,
}

interface Account {
  /** Work that was not drained yet, in milliseconds */
  amount: number
  /** Work lately */
  recent: number
  /** When both were so */
  at: number
  workedAt: number
  /** Work lately that is among that of all who are there */
  counted: number
  /** When all work so far has been rested for */
  restedAt: number
}

export type Budget = ReturnType<typeof createBudget>

/** Whoever works is named by a key, the person's id or that of a connection before it is known whose it is. */
export function createBudget(now = () => performance.now()) {
  const accounts = new Map<string, Account>()
  const strangers = new Set<string>()
  /** The people who are there, and what they worked lately, together */
  let present = { count: 0, recent: 0 }
  let surveyedAt = -Infinity
  /** Bytes that wait in memory */
  const held = new Map<string, number>()

  /** Adds work, to what is left of that before. */
  function add(account: Account, ms: number) {
    const passed = now() - account.at
    account.amount = Math.max(0, account.amount - passed * DRAIN) + ms
    account.recent = account.recent * Math.exp(-passed / LATELY) + ms
    account.at += passed
  }

  function accountOf(key: string): Account {
    const known = accounts.get(key)
    if (known) return known
    const at = now()
    const zero = { amount: 0, recent: 0, counted: 0, restedAt: 0 }
    const account = { ...zero, at, workedAt: at }
    accounts.set(key, account)
    return account
  }

  /** Books work that took from `start` to now, or that will take `ms`. */
  function book(key: string, start: number, ms: number, { isHeldAgainst = true } = {}) {
    const account = accountOf(key)
    add(account, ms)
    if (!isHeldAgainst) account.recent -= ms
    account.workedAt = now()
    if (now() - surveyedAt > SURVEY_MS) survey()
    const begun = Math.max(account.restedAt, start)
    const rest = ms * (isHeldAgainst ? restOf(account) : REST.least)
    account.restedAt = Math.min(begun + ms + rest, now() + MAX_REST)
  }

  function survey() {
    surveyedAt = now()
    present = { count: 0, recent: 0 }
    for (const [key, account] of accounts) {
      add(account, 0)
      const isPresent = !strangers.has(key) && now() - account.workedAt < PRESENT_MS
      account.counted = isPresent ? account.recent : 0
      present.count += Number(isPresent)
      present.recent += account.counted
      if (!isPresent && account.amount + account.recent < NOTHING) accounts.delete(key)
    }
  }

  /** Milliseconds for each of work */
  function restOf({ recent, counted }: Account): number {
    const others = present.count - Number(counted > 0)
    if (others < 1) return REST.least
    const usual = Math.max(NOTHING, present.recent - counted) / others
    return Math.min(REST.most, Math.max(REST.least, (recent - ALLOWED) / usual))
  }

  /** @throws AppError RATE_LIMITED */
  function check(key: string) {
    const account = accounts.get(key)
    if (!account) return
    add(account, 0)
    if (account.amount > CAPACITY)
      throw new AppError('RATE_LIMITED', 'Your edits cost the server too much; wait half a minute')
  }

  /** Milliseconds until the next frame's turn. */
  function rest(key: string): number {
    const ms = (accounts.get(key)?.restedAt ?? 0) - now()
    return ms > MIN_REST ? ms : 0
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

    /** Counts bytes that were read for the person, who rests as long as that took, whatever others do. */
    load: (key: string, bytes: number) =>
      book(key, now(), bytes * costs.loadedByte, { isHeldAgainst: false }),

    /** Counts bytes that wait in memory from now on, or less than 0 any more. @returns how many do, on all connections */
    hold(key: string, bytes: number): number {
      const total = (held.get(key) ?? 0) + bytes
      if (total > 0) held.set(key, total)
      else held.delete(key)
      return total
    },

    /** A connection of which nobody knows whose it is: it pays, and does not count among the people who are there. */
    meet: (key: string) => void strangers.add(key),

    /** The connection is gone. */
    forget(key: string) {
      accounts.delete(key)
      strangers.delete(key)
    },

    /** Runs the work for the person, with so many bytes that they sent. @throws AppError RATE_LIMITED */
    charge<Result>(key: string, work: () => Result, bytes = 0): Result {
      check(key)
      const start = now()
      try {
        return work()
      } finally {
        book(key, start, now() - start + PER_FRAME + bytes * costs.byte)
      }
    },
  }
}
