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
/** The search takes quadratic time; texts of more pieces are taken as different. */
const MAX_PIECES = 5_000
/** Pairs of words, in all places that differ together: beyond, those are taken as different. */
const MAX_PAIRS = MAX_PIECES ** 2

/** @returns changes that turn one text into the other, in the order of their places */
export function diffTexts(
  from: string,
  to: string,
  level = 0,
  room = { pairs: MAX_PAIRS },
): Change[] {
  if (from === to) return []
  const pattern = pieces[level]
  const fromPieces = (pattern && from.match(pattern)) ?? []
  const toPieces = (pattern && to.match(pattern)) ?? []
  const pairs = level === 0 ? 0 : fromPieces.length * toPieces.length
  const most = Math.max(fromPieces.length, toPieces.length)
  if (!pattern || most > MAX_PIECES || pairs > room.pairs) {
    const { index, remove, insert } = simpleDiffString(from, to)
    return [{ index, remove, insert }]
  }
  room.pairs -= pairs
  const starts = [0]
  for (const piece of fromPieces) starts.push((starts.at(-1) ?? 0) + piece.length)
  return diff(fromPieces, toPieces).flatMap(({ index, remove, insert }) =>
    diffTexts(remove.join(''), insert.join(''), level + 1, room).map((change) => ({
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
