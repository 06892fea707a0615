// Work that takes long, away from the thread that serves people.
import { Worker } from 'node:worker_threads'

const MAX_MEMORY_MB = 1_024

/** @returns what the thread of this file posts, which is one message */
export function runThread<Result>(file: URL, workerData: unknown): Promise<Result> {
  const worker = new Worker(file, {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: MAX_MEMORY_MB },
  })
  return new Promise<Result>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the thread ended with code ${code}`)))
  })
}
