// How a text is indented, as its first lines show. Pure.

export interface Indentation {
  tabs: boolean
  /** Columns of a step */
  width: number
}

const MAX_WIDTH = 8

/** @param lines the first few hundred are enough */
export function detectIndentation(lines: Iterable<string>, usual: Indentation): Indentation {
  let tabs = 0
  let spaces = 0
  let before = 0
  /** How often the indentation grew by so many spaces */
  const steps = Array.from({ length: MAX_WIDTH + 1 }, () => 0)
  for (const line of lines) {
    const [space = ''] = /^[ \t]*/.exec(line) ?? []
    // Empty lines say nothing, nor does the star that goes on a comment.
    if (space.length === line.length || line[space.length] === '*') continue
    if (space.startsWith('\t')) tabs += 1
    else if (space) spaces += 1
    const step = space.length - before
    before = space.length
    if (!space.includes('\t') && step > 0 && step <= MAX_WIDTH) steps[step] = (steps[step] ?? 0) + 1
  }
  if (tabs > spaces) return { tabs: true, width: usual.width }
  const most = Math.max(...steps.slice(1))
  // One space is rather an alignment.
  const width = most === 0 ? 0 : steps.lastIndexOf(most)
  return width > 1 ? { tabs: false, width } : usual
}
