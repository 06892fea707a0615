// Two texts side by side: by lines, within lines that differ by words, with who wrote each part.
import type { Run } from '../../realtime/documents/ledger.ts'
import type { Content } from '../../realtime/documents/packing.ts'
import { diffTexts } from '../../realtime/documents/text.ts'
import { diffLines, splitLines, type LineChange } from './lines.ts'
import type { DiffHunk, DiffLine, DiffPart, FileDiff } from './schema.ts'

/** What is told at most. */
const MAX_LINES = 20_000
/** Longer changes are not compared by words: nobody could read what that says. */
const MAX_WORDS_LENGTH = 5_000
const MAX_WORDS_CHANGES = 500

interface Range {
  start: number
  end: number
}

/** One text, of which lines are asked for in their order. */
function sideOf({ text, runs }: Content) {
  const lines = splitLines(text)
  let run = 0
  let runEnd = runs[0]?.length ?? 0
  const starts = [0]
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length)

  /** @param changed ranges of the text, in their order */
  function partsOf(line: number, changed: readonly Range[]): DiffPart[] {
    const start = starts[line] ?? 0
    const end = start + (lines[line] ?? '').replace(/\r?\n$/, '').length
    const parts: DiffPart[] = []
    for (let at = start; at < end;) {
      while (runEnd <= at && run < runs.length) runEnd += runs[++run]?.length ?? 0
      const inside = changed.find((range) => range.end > at)
      const isChanged = inside !== undefined && inside.start <= at
      const border = isChanged ? inside.end : (inside?.start ?? end)
      const until = Math.min(end, border, runEnd > at ? runEnd : end)
      const { userId = null }: Partial<Run> = runs[run] ?? {}
      parts.push({ text: text.slice(at, until), userId, changed: isChanged })
      at = until
    }
    return parts
  }

  return { text, lines, starts, partsOf }
}
type Side = ReturnType<typeof sideOf>

/** Which parts of lines that became others differ; all of them where lines only went or came. */
function changedRanges(from: Side, to: Side, change: LineChange): [Range[], Range[]] {
  const startOf = (side: Side, line: number) => side.starts[line] ?? side.text.length
  const old = { start: startOf(from, change.from), end: startOf(from, change.fromEnd) }
  const now = { start: startOf(to, change.to), end: startOf(to, change.toEnd) }
  const length = Math.max(old.end - old.start, now.end - now.start)
  if (change.from === change.fromEnd || change.to === change.toEnd || length > MAX_WORDS_LENGTH)
    return [[], []]
  const removed: Range[] = []
  const added: Range[] = []
  let moved = now.start - old.start
  const words = diffTexts(from.text.slice(old.start, old.end), to.text.slice(now.start, now.end), 1)
  for (const { index, remove, insert } of words) {
    const start = old.start + index
    if (remove > 0) removed.push({ start, end: start + remove })
    if (insert !== '') added.push({ start: start + moved, end: start + moved + insert.length })
    moved += insert.length - remove
  }
  return [removed, added]
}

export type Comparison = Pick<FileDiff, 'hunks' | 'added' | 'removed' | 'cut'>

export function compareContents(
  fromContent: Content,
  toContent: Content,
  context: number,
): Comparison {
  const [from, to] = [sideOf(fromContent), sideOf(toContent)]
  const changes = diffLines(from.lines, to.lines)
  const hunks: DiffHunk[] = []
  let told = 0
  const add = (hunk: DiffHunk, line: DiffLine) => {
    if (told++ < MAX_LINES) hunk.lines.push(line)
  }
  const addSame = (hunk: DiffHunk, start: number, end: number, shift: number) => {
    for (let line = start; line < end && told < MAX_LINES; line++)
      add(hunk, { kind: 'same', from: line - shift + 1, to: line + 1, parts: to.partsOf(line, []) })
  }
  for (const [index, change] of changes.entries()) {
    const before = changes[index - 1]
    const shift = change.to - change.from
    const previousEnd = before?.toEnd ?? 0
    const gap = change.to - previousEnd
    let hunk = hunks.at(-1)
    // Where one line is left out, what stands in its place takes as much room.
    if (!hunk || gap > 2 * context + 1) {
      if (hunk && before)
        addSame(
          hunk,
          previousEnd,
          previousEnd + Math.min(gap, context),
          before.toEnd - before.fromEnd,
        )
      const start = gap === context + 1 && !before ? 0 : change.to - Math.min(gap, context)
      hunk = { fromLine: start - shift, toLine: start, lines: [] }
      hunks.push(hunk)
      addSame(hunk, start, change.to, shift)
    } else addSame(hunk, previousEnd, change.to, shift)
    const [removed, added] = index < MAX_WORDS_CHANGES ? changedRanges(from, to, change) : [[], []]
    for (let line = change.from; line < change.fromEnd && told < MAX_LINES; line++)
      add(hunk, { kind: 'removed', from: line + 1, to: null, parts: from.partsOf(line, removed) })
    for (let line = change.to; line < change.toEnd && told < MAX_LINES; line++)
      add(hunk, { kind: 'added', from: null, to: line + 1, parts: to.partsOf(line, added) })
  }
  const [last, lastHunk] = [changes.at(-1), hunks.at(-1)]
  if (last && lastHunk) {
    const end = Math.min(to.lines.length, last.toEnd + context)
    addSame(lastHunk, last.toEnd, end, last.toEnd - last.fromEnd)
  }
  return {
    hunks: hunks.filter(({ lines }) => lines.length > 0),
    added: changes.reduce((sum, change) => sum + change.toEnd - change.to, 0),
    removed: changes.reduce((sum, change) => sum + change.fromEnd - change.from, 0),
    cut: told >= MAX_LINES,
  }
}
