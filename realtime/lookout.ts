// When to look into the database for what news between nodes may have lost: seldom when all is well, each second while
// we, or somebody who could have told us, are cut off.
import type { Bus } from '../protocol/bus.ts'

export interface LookoutOptions {
  bus: Bus
  /** Milliseconds between two looks when all is well */
  calm: number
  look(): Promise<void>
  /** Told once, until a look succeeds again */
  onError(error: unknown): void
}

export type Lookout = ReturnType<typeof createLookout>

const TICK = 1_000
/** Others hear news again a little later than we do. */
const RESTLESS = 5_000
/** A node that nobody hears may be alive, and have lost Redis alone: it commits, and cannot say so. */
const MISSING = 60_000

export function createLookout({ bus, calm, look, onError }: LookoutOptions) {
  let isLooking = false
  let isFailing = false
  let closed = false
  let nextLook = performance.now() + calm
  let restlessUntil = 0
  /** Until when we care, by node */
  const missing = new Map<string, number>()

  const isDoubtful = (now: number) => {
    for (const [node, until] of missing)
      if (now > until || bus.peers().includes(node)) missing.delete(node)
    return missing.size > 0 || !bus.connected()
  }

  function watch() {
    const now = performance.now()
    if (isDoubtful(now)) restlessUntil = now + RESTLESS
    if (isLooking || (now >= restlessUntil && now < nextLook)) return
    nextLook = now + calm
    isLooking = true
    look()
      .then(() => void (isFailing = false))
      .catch((error: unknown) => {
        restlessUntil = performance.now() + RESTLESS
        if (!isFailing && !closed) onError(error)
        isFailing = true
      })
      .finally(() => (isLooking = false))
  }
  const timer = setInterval(watch, TICK).unref()
  const stop = bus.onPeerGone((node) => missing.set(node, performance.now() + MISSING))

  return {
    /** News was lost: look now, and for a while. */
    hurry() {
      restlessUntil = performance.now() + RESTLESS
      watch()
    },
    close() {
      closed = true
      clearInterval(timer)
      stop()
    },
  }
}
