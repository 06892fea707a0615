// Big texts are compared in a thread, one pair at a time, so that nobody else waits for it.
import type { Content } from '../../realtime/documents/packing.ts'
import { runThread } from '../../realtime/thread.ts'
import { compareContents, type Comparison } from './diff.ts'

export interface CompareWork {
  from: Content
  to: Content
  /** Equal lines around each change */
  context: number
}

/** Of both texts together, UTF-16 code units: from here on a thread is worth its start. */
const BIG = 128 * 1024

let last: Promise<unknown> = Promise.resolve()

/** @throws what the signal is aborted with */
export async function compare(work: CompareWork, signal?: AbortSignal): Promise<Comparison> {
  const { from, to, context } = work
  if (from.text.length + to.text.length < BIG) return compareContents(from, to, context)
  const file = new URL('./diff.thread.ts', import.meta.url)
  const result = last.then(() => runThread<Comparison>(file, work, signal))
  last = result.catch(() => undefined)
  return result
}
