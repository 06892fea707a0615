// Some valid updates take Yjs minutes, quadratically in their parts, and nothing in the bytes tells which. So an
// update of many parts is first applied to a copy in a thread of its own, which can be ended.
import { Worker } from 'node:worker_threads'
import * as Y from 'yjs'

export interface TrialWork {
  state: Uint8Array
  update: Uint8Array
}

/** The thread says when it has started and when it is done. */
export type TrialStep = 'started' | 'done'

/** What an update may take while everybody else waits. */
const MAX_MS = 1_000
/** Starting a thread, and loading the state. */
const MAX_START_MS = 10_000
const MAX_MEMORY_MB = 512

/** One at a time: a flood of them must not take all processors. */
let last: Promise<unknown> = Promise.resolve()

/**
 * @param isWanted asked when its turn comes
 * @returns whether the update can be applied in reasonable time, and the milliseconds to charge for it: that a thread
 *   starts slowly is nobody's fault
 */
export function tryUpdate(document: Y.Doc, update: Uint8Array, isWanted: () => boolean) {
  const result = last.then(async () => {
    if (!isWanted()) return { isGood: true, ms: 0 }
    const start = performance.now()
    const isGood = await run({ state: Y.encodeStateAsUpdate(document), update })
    return { isGood, ms: Math.min(performance.now() - start, MAX_MS) }
  })
  last = result.catch(() => undefined)
  return result
}

function run(workerData: TrialWork): Promise<boolean> {
  const worker = new Worker(new URL('./trial.thread.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: MAX_MEMORY_MB },
  })
  return new Promise<boolean>((resolve) => {
    const end = (isGood: boolean) => {
      clearTimeout(timer)
      void worker.terminate()
      resolve(isGood)
    }
    let timer = setTimeout(end, MAX_START_MS, false)
    worker.on('message', (step: TrialStep) => {
      clearTimeout(timer)
      if (step === 'done') end(true)
      else timer = setTimeout(end, MAX_MS, false)
    })
    worker.on('error', () => end(false))
    worker.on('exit', () => end(false))
  })
}
