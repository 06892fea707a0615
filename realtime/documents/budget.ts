// Work that a person's frames cost this process. Some valid updates take Yjs seconds, and no check before can tell
// which: so what was spent is counted, and who spent too much waits until it has drained.
import { AppError } from '../../protocol/errors.ts'

/** Milliseconds of work at once. */
const CAPACITY = 5_000
/** Milliseconds of work per millisecond, for good. */
const DRAIN = 0.2
/** What sending an update on costs, on top of applying it. */
const PER_FRAME = 0.05

export type Budget = ReturnType<typeof createBudget>

export function createBudget(now = () => performance.now()) {
  const spent = new Map<string, { amount: number; at: number }>()

  function current(userId: string): number {
    const entry = spent.get(userId)
    if (!entry) return 0
    const amount = entry.amount - (now() - entry.at) * DRAIN
    if (amount > 0) return amount
    spent.delete(userId)
    return 0
  }

  /** @throws AppError RATE_LIMITED */
  function check(userId: string) {
    if (current(userId) > CAPACITY)
      throw new AppError('RATE_LIMITED', 'Your edits cost the server too much; wait half a minute')
  }

  return {
    check,
    /** Runs the work for the person. */
    charge<Result>(userId: string, work: () => Result): Result {
      check(userId)
      const start = now()
      try {
        return work()
      } finally {
        const end = now()
        spent.set(userId, { amount: current(userId) + end - start + PER_FRAME, at: end })
      }
    },
  }
}
