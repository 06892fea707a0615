// Whether the nodes that own the calls of our sockets are there. Those who are in a call whose node was killed should
// join again sooner than their browsers notice that nothing comes.
import type { Bus } from '../../protocol/bus.ts'

const ASK_EVERY = 1_000
/** A node whose process is gone is known to be at once; this is for one whose power went. */
const ANSWER_WITHIN = 3_000

interface OwnersOptions {
  bus: Bus
  owners(): Iterable<string>
  /** When it only was slow, joining again leads to it again. */
  onGone(owner: string): void
}

/** @returns a function that ends it */
export function watchOwners({ bus, owners, onGone }: OwnersOptions): () => void {
  const asked = new Set<string>()
  bus.respond('call owner', () => Promise.resolve(true))
  const ask = async (owner: string) => {
    asked.add(owner)
    try {
      await bus.request(owner, 'call owner', null, ANSWER_WITHIN)
    } catch {
      // While we are cut off ourselves, nothing can be said of others.
      if (bus.connected()) onGone(owner)
    } finally {
      asked.delete(owner)
    }
  }
  const timer = setInterval(() => {
    for (const owner of owners()) if (owner !== bus.nodeId && !asked.has(owner)) void ask(owner)
  }, ASK_EVERY)
  timer.unref()
  return () => clearInterval(timer)
}
