// mediasoup refuses nonsense with errors of its own; clients get AppErrors in words.
import { NotFoundError, WorkerClosedError } from 'mediasoup/errors'
import { AppError } from '../protocol/errors.ts'

/** The request concerns a call that this socket is not in: the client should join again. */
export const notInCall = () =>
  new AppError('NOT_FOUND', 'You are not in this call; join it first', { joined: false })

/** Guests begin no call; they come when somebody is in it. */
export const nobodyThere = () =>
  new AppError('UNAVAILABLE', 'Nobody is in the call now; wait until somebody is', {
    joined: false,
  })

/** Whether the worker died under the work. */
const mediaGone = (error: unknown) =>
  error instanceof WorkerClosedError
    ? new AppError('UNAVAILABLE', 'The media of this call is gone; join again', { joined: false })
    : undefined

/** Runs what only the worker's death may spoil; other errors are ours. */
export async function withWorker<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw mediaGone(error) ?? error
  }
}

/**
 * Runs what the client's parameters may spoil.
 * @throws AppError VALIDATION_ERROR, NOT_FOUND, or UNAVAILABLE when the worker died meanwhile
 */
export async function refusing<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError) throw error
    const gone = mediaGone(error)
    if (gone) throw gone
    // The worker appends the name of its method in brackets.
    const message = (error as Error).message.replace(/ \[method:[^\]]*\]$/, '')
    const code = error instanceof NotFoundError ? 'NOT_FOUND' : 'VALIDATION_ERROR'
    throw new AppError(code, `${what}: ${message}`)
  }
}
