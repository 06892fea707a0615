// All choices of a fuzz or a scenario come from one seed, so that a failure can be looked at again.
export type Random = ReturnType<typeof createRandom>

/** mulberry32 */
export function createRandom(seed: number) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    /** From 0 to 1, without 1 */
    next,
    /** A whole number from 0 to `limit`, without it */
    below: (limit: number) => Math.floor(next() * limit),
    /** A whole number from `min` to `max`, both included */
    between: (min: number, max: number) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability: number) => next() < probability,
    pick<T>(items: readonly T[]): T {
      const item = items[Math.floor(next() * items.length)]
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
    /** Another stream of the same run: its numbers do not depend on who asks when. */
    fork: (n: number) => createRandom(Math.imul(seed ^ (n * 0x9e3779b1), 0x85ebca6b)),
  }
}
