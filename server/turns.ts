// Long work under way, by who asked: a little of each person, each only as long as somebody waits for its answer.
import { AppError } from '../protocol/errors.ts'

/** Of one person at the same time, on a node. */
const MAX_RUNNING = 3

/** @param what the work is called, for people */
export function createTurns(what: string) {
  const running = new Set<{ userId: string; stop: AbortController }>()

  /**
   * @param asked aborts when the asker is gone
   * @param work is ended by its signal, also when newer work of the same person takes its place
   */
  return async function take<Result>(
    userId: string,
    asked: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const own = [...running].filter((turn) => turn.userId === userId)
    const oldest = own.length < MAX_RUNNING ? undefined : own[0]
    if (oldest) {
      running.delete(oldest)
      const reason = `This ${what} ended: only the last ${MAX_RUNNING} of a person run`
      oldest.stop.abort(new AppError('RATE_LIMITED', reason))
    }
    const turn = { userId, stop: new AbortController() }
    // Also while it waits behind that of others.
    const { promise: ended, reject } = Promise.withResolvers<never>()
    turn.stop.signal.addEventListener('abort', () => reject(turn.stop.signal.reason as AppError))
    const leave = () => turn.stop.abort(new AppError('UNAVAILABLE', 'Whoever asked is gone'))
    running.add(turn)
    asked.addEventListener('abort', leave)
    if (asked.aborted) leave()
    try {
      return await Promise.race([work(turn.stop.signal), ended])
    } finally {
      asked.removeEventListener('abort', leave)
      running.delete(turn)
    }
  }
}
