// Waits between attempts: longer each time, and shorter when there is news.

const FIRST = 300
const LONGEST = 5_000

export interface Patience {
  /** Half to whole of the time, so that the people of a call do not come back in the same moment */
  wait(attempt: number): Promise<void>
  /** Ends the waiting now. */
  nudge(): void
}

export function createPatience(): Patience {
  let wake: (() => void) | undefined
  return {
    wait(attempt) {
      const longest = Math.min(FIRST * 2 ** attempt, LONGEST)
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, longest * (0.5 + Math.random() / 2))
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    },
    nudge() {
      wake?.()
      wake = undefined
    },
  }
}
