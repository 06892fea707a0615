// Replacing a text as an editor would: only what differs is touched, so that cursors and other people's edits stay
// where they are.
import { simpleDiffString } from 'lib0/diff'
import { diff } from 'lib0/diff/patience'
import type * as Y from 'yjs'

export interface Change {
  /** Position in the old text */
  index: number
  remove: number
  insert: string
}

/** First lines are compared, then the words of lines that differ, then what they begin and end with. */
const pieces = [/[^\n]*\n|[^\n]+/g, /[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]+/gu]
/**
 * The search takes quadratic time; texts of more pieces are taken as different. There is one list of lines, and one of
 * words for each line that differs.
 */
const MAX_PIECES = [5_000, 500]

/** @returns changes that turn one text into the other, in the order of their places */
export function diffTexts(from: string, to: string, level = 0): Change[] {
  if (from === to) return []
  const pattern = pieces[level]
  const fromPieces = (pattern && from.match(pattern)) ?? []
  const toPieces = (pattern && to.match(pattern)) ?? []
  if (!pattern || Math.max(fromPieces.length, toPieces.length) > (MAX_PIECES[level] ?? 0)) {
    const { index, remove, insert } = simpleDiffString(from, to)
    return [{ index, remove, insert }]
  }
  const starts = [0]
  for (const piece of fromPieces) starts.push((starts.at(-1) ?? 0) + piece.length)
  return diff(fromPieces, toPieces).flatMap(({ index, remove, insert }) =>
    diffTexts(remove.join(''), insert.join(''), level + 1).map((change) => ({
      ...change,
      index: change.index + (starts[index] ?? 0),
    })),
  )
}

/** To be called within a transaction of the document. */
export function replaceContent(content: Y.Text, text: string) {
  // From the end, so that the places before it stay right.
  for (const { index, remove, insert } of diffTexts(content.toJSON(), text).reverse()) {
    content.delete(index, remove)
    content.insert(index, insert)
  }
}
