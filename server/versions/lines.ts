// Which lines differ: Myers' greedy algorithm (An O(ND) Difference Algorithm, 1986), with a bound on D.

/** Lines that differ, at most; texts that differ in more are taken as different from the first to the last of them. */
const MAX_DIFFERENCES = 2_000

/** Lines `from`…`fromEnd` of the old text became `to`…`toEnd` of the new one. */
export interface LineChange {
  from: number
  fromEnd: number
  to: number
  toEnd: number
}

export const splitLines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+/g) ?? []

/** Numbers are compared faster than lines. */
function intern(...lists: string[][]): number[][] {
  const numbers = new Map<string, number>()
  return lists.map((list) =>
    list.map((line) => {
      const known = numbers.get(line)
      if (known !== undefined) return known
      numbers.set(line, numbers.size)
      return numbers.size - 1
    }),
  )
}

export function diffLines(fromLines: string[], toLines: string[]): LineChange[] {
  const [from = [], to = []] = intern(fromLines, toLines)
  let start = 0
  while (start < from.length && start < to.length && from[start] === to[start]) start++
  let [fromEnd, toEnd] = [from.length, to.length]
  while (fromEnd > start && toEnd > start && from[fromEnd - 1] === to[toEnd - 1]) {
    fromEnd--
    toEnd--
  }
  if (fromEnd === start && toEnd === start) return []
  const changes = search(from.slice(start, fromEnd), to.slice(start, toEnd))
  return (changes ?? [{ from: 0, fromEnd: fromEnd - start, to: 0, toEnd: toEnd - start }]).map(
    (change) => ({
      from: change.from + start,
      fromEnd: change.fromEnd + start,
      to: change.to + start,
      toEnd: change.toEnd + start,
    }),
  )
}

/** @returns undefined when too much differs */
function search(from: number[], to: number[]): LineChange[] | undefined {
  const max = Math.min(from.length + to.length, MAX_DIFFERENCES)
  /** Diagonal + max → how far the old text was read on it */
  const reached = new Int32Array(2 * max + 2)
  const trace: Int32Array[] = []
  for (let d = 0; d <= max; d++) {
    trace.push(reached.slice(max - d, max + d + 1))
    for (let k = -d; k <= d; k += 2) {
      const below = reached[max + k + 1] ?? 0
      const beside = reached[max + k - 1] ?? 0
      const isDown = k === -d || (k !== d && beside < below)
      let x = isDown ? below : beside + 1
      while (x < from.length && x - k < to.length && from[x] === to[x - k]) x++
      reached[max + k] = x
      if (x >= from.length && x - k >= to.length) return walkBack(trace, from.length, to.length)
    }
  }
  return undefined
}

function walkBack(trace: Int32Array[], fromLength: number, toLength: number): LineChange[] {
  const changes: LineChange[] = []
  let [x, y] = [fromLength, toLength]
  for (let d = trace.length - 1; d > 0; d--) {
    const k = x - y
    const before = (diagonal: number) => trace[d]?.[diagonal + d] ?? 0
    const isDown = k === -d || (k !== d && before(k - 1) < before(k + 1))
    const fromX = before(isDown ? k + 1 : k - 1)
    const fromY = fromX - (isDown ? k + 1 : k - 1)
    const [nextX, nextY] = isDown ? [fromX, fromY + 1] : [fromX + 1, fromY]
    const last = changes.at(-1)
    if (last && last.from === nextX && last.to === nextY) {
      last.from = fromX
      last.to = fromY
    } else changes.push({ from: fromX, fromEnd: nextX, to: fromY, toEnd: nextY })
    ;[x, y] = [fromX, fromY]
  }
  return changes.reverse()
}
