// Looking for a pattern in paths and texts, in a thread beside the one that serves people. Searches take turns, a few
// files at a time.
import { Worker } from 'node:worker_threads'
import type { Found, Pattern, Problem } from './find.ts'

export interface SiftWork {
  /** What translateGlobs() returns */
  include: string
  paths: string[]
}

export interface Sifted {
  /** As the paths */
  kept: boolean[]
  /** Milliseconds */
  took: number
}

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

/** Instead of a finding, of a bad pattern */
export interface BadPattern {
  problem: Problem
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

  async function run<Answer>(
    work: SiftWork | FindWork,
    withinMs: number,
    signal: AbortSignal,
  ): Promise<Answer | undefined> {
    signal.throwIfAborted()
    clearTimeout(idle)
    const thread = (worker ??= start())
    const { promise, resolve, reject } = Promise.withResolvers<Answer | undefined>()
    const onExit = (code: number) => reject(new Error(`the search ended with code ${code}`))
    const onAbort = () => reject(signal.reason as Error)
    const timer = setTimeout(resolve, withinMs, undefined)
    thread.once('message', resolve).once('error', reject).once('exit', onExit)
    signal.addEventListener('abort', onAbort)
    thread.postMessage(work)
    try {
      const answer = await promise
      if (!answer) await stop()
      return answer
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

  function take<Answer>(work: SiftWork | FindWork, withinMs: number, signal: AbortSignal) {
    const result = last.then(() => run<Answer>(work, withinMs, signal))
    last = result.catch(() => undefined)
    return result
  }

  /** Both return undefined when it takes longer, and throw what the signal is aborted with. */
  return {
    sift: (work: SiftWork, withinMs: number, signal: AbortSignal) =>
      take<Sifted>(work, withinMs, signal),
    find: (work: FindWork, withinMs: number, signal: AbortSignal) =>
      take<Finding | BadPattern>(work, withinMs, signal),
  }
}
