// Work that takes long, away from the thread that serves people.
import { Worker } from 'node:worker_threads'

const MAX_MEMORY_MB = 1_024

/**
 * @param signal ends the thread
 * @returns what the thread of this file posts, which is one message
 * @throws what the signal is aborted with
 */
export async function runThread<Result>(
  file: URL,
  workerData: unknown,
  signal?: AbortSignal,
): Promise<Result> {
  signal?.throwIfAborted()
  const worker = new Worker(file, {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: MAX_MEMORY_MB },
  })
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  const onAbort = () => reject(signal?.reason as Error)
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', (code) => reject(new Error(`the thread ended with code ${code}`)))
  signal?.addEventListener('abort', onAbort)
  try {
    return await promise
  } finally {
    signal?.removeEventListener('abort', onAbort)
    await worker.terminate()
  }
}
