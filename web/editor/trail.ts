// Which file to go to next, behind the followed person. Pure but for the clock.

/** Who comes to where one was just now, more than once, follows in turn: going after them would never end. */
const SWAP = { withinMs: 4_000, times: 2 }

interface Step {
  /** Whom one follows */
  leader: string
  /** What they have open, in any order, in all their tabs */
  files: readonly string[]
  /** What one has open oneself */
  current: string | undefined
}

export function createTrail(now: () => number = Date.now) {
  let known: { leader: string; files: readonly string[] } | null = null
  let left = { file: '', at: -Infinity }
  let swaps = 0
  return {
    /** @returns the file to go to, null to stay, `swapped` when they follow in turn */
    next({ leader, files, current }: Step): string | null {
      const begins = known?.leader !== leader
      const before = begins ? [] : (known?.files ?? [])
      known = { leader, files }
      if (begins) left = { file: '', at: -Infinity }
      const next = files.find((file) => !before.includes(file))
      if (!next || (current && (next === current || (begins && files.includes(current)))))
        return null
      swaps = next === left.file && now() - left.at < SWAP.withinMs ? swaps + 1 : 0
      if (swaps === SWAP.times) return 'swapped'
      left = { file: current ?? '', at: now() }
      return next
    },
    end() {
      known = null
    },
  }
}
