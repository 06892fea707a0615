// Waits between attempts to join: longer each time, and shorter when there is news.

const FIRST = 300
const LONGEST = 5_000
/** A success that ends sooner was none, milliseconds. */
const LASTING = 1_000

export interface Patience {
  /**
   * Before an attempt. Not before the first one; then half to whole of the time, so that the people of a call do not
   * come back in the same moment.
   */
  wait(): Promise<void>
  succeeded(): void
  /** The next attempt is a first one. */
  forget(): void
  /** Ends the waiting now. */
  nudge(): void
}

export function createPatience(): Patience {
  let wake: (() => void) | undefined
  let attempts = 0
  let succeededAt = Infinity
  return {
    async wait() {
      if (performance.now() - succeededAt >= LASTING) attempts = 0
      succeededAt = Infinity
      const longest = Math.min(FIRST * 2 ** (attempts - 1), LONGEST)
      attempts += 1
      if (attempts === 1) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, longest * (0.5 + Math.random() / 2))
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    },
    succeeded() {
      succeededAt = performance.now()
    },
    forget() {
      attempts = 0
    },
    nudge() {
      wake?.()
      wake = undefined
    },
  }
}
