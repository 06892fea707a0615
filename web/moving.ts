// A connection that leaves a stopping node for another one: requests that were begun are let finish, new ones wait
// until it is there, so that nobody notices.

/** How long the move waits for answers, milliseconds. */
const PATIENCE = 2_000

interface Options {
  /** Closes the connection and opens another one */
  reconnect(): void
}

export function createMoving({ reconnect }: Options) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let expected = false
  let arrival: { promise: Promise<void>; resolve: () => void } | undefined
  const begun = new Set<Promise<unknown>>()

  const hold = () => (arrival ??= Promise.withResolvers<void>())
  const leave = async () => {
    hold()
    await withTimeout(Promise.allSettled(begun), PATIENCE)
    // The server was faster.
    if (expected) reconnect()
  }

  return {
    /** The node stops: leaves it after a random part of this time, so that not all do at once. */
    announced(withinMs: number) {
      if (expected) return
      expected = true
      timer = setTimeout(() => void leave(), Math.random() * withinMs)
    },
    /** The connection is gone. @returns whether that is part of a move */
    left() {
      clearTimeout(timer)
      if (expected) hold()
      expected = false
      return arrival !== undefined
    },
    arrived() {
      clearTimeout(timer)
      expected = false
      arrival?.resolve()
      arrival = undefined
    },
    /** Waits while it moves, but not longer than this. */
    async passage(milliseconds: number) {
      if (arrival) await withTimeout(arrival.promise, milliseconds)
    },
    /** The move does not begin before this is answered. */
    track<Answer>(answer: Promise<Answer>): Promise<Answer> {
      begun.add(answer)
      const done = () => begun.delete(answer)
      answer.then(done, done)
      return answer
    },
    close() {
      clearTimeout(timer)
      expected = false
    },
  }
}

async function withTimeout(promise: Promise<unknown>, milliseconds: number) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)))
  await Promise.race([promise, late])
  clearTimeout(timer)
}
