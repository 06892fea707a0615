// How well what was typed fits a path, and which letters of it: as in quick open of editors. Pure.

export interface Fit {
  score: number
  /** Of the letters that fit, in UTF-16 */
  positions: readonly number[]
}

const isStart = (text: string, index: number) => {
  if (index === 0) return true
  const [before, letter] = [text[index - 1] ?? '', text[index] ?? '']
  return /[/._\-\s]/.test(before) || (/[a-z\d]/.test(before) && /[A-Z]/.test(letter))
}

/** Letters in order, with others between them; null where they are not. */
export function fuzzyFit(asked: string, path: string): Fit | null {
  const wanted = asked.toLowerCase().replaceAll(/\s+/g, '')
  const text = path.toLowerCase()
  if (wanted === '') return { score: 0, positions: [] }
  let at = -1
  for (const letter of wanted) {
    at = text.indexOf(letter, at + 1)
    if (at === -1) return null
  }
  const [rows, columns] = [wanted.length, text.length]
  const nameAt = path.lastIndexOf('/') + 1
  // best[row][column]: the first `row + 1` letters, the last of them at `column`
  let previous: Float64Array | null = null
  const origin: Int32Array[] = []
  for (let row = 0; row < rows; row += 1) {
    const best: Float64Array = new Float64Array(columns).fill(-Infinity)
    const from = new Int32Array(columns).fill(-1)
    let reach = -Infinity
    let reachFrom = -1
    for (let column = row; column < columns; column += 1) {
      const before = previous?.[column - 1] ?? -Infinity
      // A gap costs the same whatever its length.
      if (previous && column >= 2 && (previous[column - 2] ?? -Infinity) - 3 > reach) {
        reach = (previous[column - 2] ?? -Infinity) - 3
        reachFrom = column - 2
      }
      if (wanted[row] !== text[column]) continue
      const worth = 1 + (isStart(path, column) ? 6 : 0) + (column >= nameAt ? 4 : 0)
      if (!previous) best[column] = worth - (column > nameAt ? 1 : 0)
      else if (before + 5 >= reach) {
        best[column] = before + 5 + worth
        from[column] = column - 1
      } else {
        best[column] = reach + worth
        from[column] = reachFrom
      }
    }
    origin.push(from)
    previous = best
  }
  let end = 0
  for (let column = 1; column < columns; column += 1) {
    if ((previous?.[column] ?? -Infinity) > (previous?.[end] ?? -Infinity)) end = column
  }
  const score = previous?.[end] ?? -Infinity
  if (score === -Infinity) return null
  const positions: number[] = []
  for (let row = rows - 1, column = end; row >= 0; row -= 1) {
    positions.unshift(column)
    column = origin[row]?.[column] ?? -1
  }
  // Of two that fit alike, the shorter one was meant.
  return { score: score - columns / 100, positions }
}

/** `src/main.ts:12` asks for a line, too. */
export function readAsked(typed: string): { name: string; line: number | null } {
  const [, name = '', line] = /^(.*?)(?::(\d{0,6}))?$/.exec(typed.trim()) ?? []
  return { name, line: line ? Number(line) : null }
}

export interface Suggestion<Item> {
  item: Item
  positions: readonly number[]
}

/** Best first; of those that fit alike, and where nothing is asked, the recent ones first. */
export function suggest<Item extends { id: string; path: string }>(
  items: readonly Item[],
  asked: string,
  recent: readonly string[],
  limit: number,
): Suggestion<Item>[] {
  const { name } = readAsked(asked)
  const rank = new Map(recent.map((id, index) => [id, recent.length - index]))
  return items
    .flatMap((item) => {
      const fit = fuzzyFit(name, item.path)
      const bonus = name ? (rank.has(item.id) ? 2 : 0) : (rank.get(item.id) ?? 0)
      return fit ? { item, positions: fit.positions, score: fit.score + bonus } : []
    })
    .sort((a, b) => b.score - a.score || (a.item.path < b.item.path ? -1 : 1))
    .slice(0, limit)
    .map(({ item, positions }) => ({ item, positions }))
}
