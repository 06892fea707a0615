// Live connections against the truth. News of a lost sign-in or membership closes them at once; but news can be lost,
// an expiry is no news, and what is lost while a connection comes about finds nothing to close yet.
import type { Logger } from 'pino'
import { readPermissions } from '../db/access.ts'
import type { Db } from '../db/database.ts'
import { readGuests } from '../db/guests.ts'
import type { Principal } from '../protocol/access.ts'
import type { AccessChange, Holding } from '../protocol/requests.ts'
import { readSignIns } from './accounts/authenticate.ts'

/** How soon a new connection is judged again. */
const FRESH_MS = 1_000

export interface SweepOptions {
  db: Db
  /** All that the planes of this node hold */
  holds: () => Holding[]
  closeFor: (change: AccessChange) => void
  log: Logger
  /** How often everything is judged. Default 30 s */
  intervalMs?: number | undefined
}

export function createSweep({ db, holds, closeFor, log, intervalMs = 30_000 }: SweepOptions) {
  /** Whoever proves who they are is a new object. */
  const judged = new WeakSet<Principal>()
  let nextFull = performance.now() + intervalMs
  let failing = false
  let closed = false
  let running = Promise.resolve()
  let timer = schedule()

  function schedule() {
    const start = () => {
      running = run()
    }
    return setTimeout(start, Math.min(FRESH_MS, intervalMs)).unref()
  }

  async function run() {
    const isFull = performance.now() >= nextFull
    // Before reading: a gap meanwhile asks for another one.
    if (isFull) nextFull = performance.now() + intervalMs
    try {
      await judge(isFull ? holds() : holds().filter(({ principal }) => !judged.has(principal)))
    } catch (error) {
      if (isFull) nextFull = 0
      // Without the database nobody is put out.
      if (!failing && !closed) log.warn({ err: error }, 'live connections cannot be judged now')
      failing = true
    }
    if (!closed) timer = schedule()
  }

  async function judge(held: Holding[]) {
    if (held.length === 0) return
    const principals = held.map(({ principal }) => principal)
    const projectIds = held.flatMap(({ project }) => project?.id ?? [])
    const guestIds = principals.filter(({ guest }) => guest).map(({ id }) => id)
    const [guests, signIns, permissionsOf] = await Promise.all([
      readGuests(db, distinct(guestIds)),
      readSignIns(db, distinct(principals.map(({ sessionId }) => sessionId))),
      readPermissions(db, distinct(principals.map(({ id }) => id)), distinct(projectIds)),
    ])
    failing = false
    for (const { principal, project } of held) {
      const { id: userId, sessionId, role, guest } = principal
      // A connection keeps the system role that it came with.
      const isIn = guest ? guests.has(userId) : signIns.get(sessionId) === role
      if (!isIn) closeFor({ userId, sessionId })
      else if (project && !project.fits(permissionsOf(principal, project.id)))
        closeFor({ userId, projectId: project.id })
      judged.add(principal)
    }
  }

  return {
    /** Everything is judged soon: news was lost. */
    all: () => void (nextFull = 0),
    async close() {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}

const distinct = (ids: string[]) => [...new Set(ids)]
