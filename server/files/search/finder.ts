// Looking for a pattern, in a thread beside the one that serves people. Searches take turns, a few files at a time.
import { Worker } from 'node:worker_threads'
import type { Found, Pattern } from './find.ts'

export interface FindWork {
  pattern: Pattern
  /** Texts, or the Yjs updates that make one */
  sources: (string | Uint8Array[])[]
  limit: number
}

export interface Finding {
  /** As the sources */
  found: Found[][]
  /** Of what came as updates, the text */
  texts: (string | null)[]
  /** Milliseconds */
  took: number
}

const MAX_MEMORY_MB = 512
/** A thread that nobody needs for this long ends. */
const IDLE_MS = 60_000

export function createFinder() {
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let last: Promise<unknown> = Promise.resolve()

  function start() {
    const started = new Worker(new URL('./find.thread.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MAX_MEMORY_MB },
    })
    started.unref()
    return started
  }

  async function stop() {
    const ended = worker
    worker = undefined
    await ended?.terminate()
  }

  async function run(
    work: FindWork,
    withinMs: number,
    signal: AbortSignal,
  ): Promise<Finding | undefined> {
    signal.throwIfAborted()
    clearTimeout(idle)
    const thread = (worker ??= start())
    const { promise, resolve, reject } = Promise.withResolvers<Finding | undefined>()
    const onExit = (code: number) => reject(new Error(`the search ended with code ${code}`))
    const onAbort = () => reject(signal.reason as Error)
    const timer = setTimeout(resolve, withinMs, undefined)
    thread.once('message', resolve).once('error', reject).once('exit', onExit)
    signal.addEventListener('abort', onAbort)
    thread.postMessage(work)
    try {
      const finding = await promise
      if (!finding) await stop()
      return finding
    } catch (error) {
      await stop()
      throw error
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      thread.off('message', resolve).off('error', reject).off('exit', onExit)
      idle = setTimeout(() => void stop(), IDLE_MS).unref()
    }
  }

  return {
    /**
     * @returns undefined when it takes longer
     * @throws what the signal is aborted with
     */
    find(work: FindWork, withinMs: number, signal: AbortSignal): Promise<Finding | undefined> {
      const result = last.then(() => run(work, withinMs, signal))
      last = result.catch(() => undefined)
      return result
    },
  }
}
