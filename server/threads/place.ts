// Where threads stand in the text as it is now, and where a new one would.
import type * as Y from 'yjs'
import { createAnchor, locateAnchors, type Anchor, type Range } from '../../protocol/anchor.ts'
import { AppError } from '../../protocol/errors.ts'
import { MAX_QUOTE } from '../../protocol/limits.ts'
import type { CodeThread, NewThread, PlacedThread } from './schema.ts'

/** What the realtime plane does for us. */
export interface Texts {
  /** @param options `stored`: as it is in the database, not on this node */
  readContent<Result>(
    fileId: string,
    use: (content: Y.Text) => Result,
    options?: { stored?: boolean },
  ): Promise<Result>
}

export interface Spot {
  anchor: Anchor
  quote: string
}

/** PostgreSQL stores no U+0000, nor half of a surrogate pair. */
const quoteOf = (text: string, { from, to }: Range) =>
  text
    .slice(from, Math.min(to, from + MAX_QUOTE))
    .replaceAll('\u0000', '\uFFFD')
    .toWellFormed()

/** Where each line begins. */
function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** @returns undefined where the text has too few lines, or nothing in them */
function rangeOfLines(text: string, { first, last }: { first: number; last: number }) {
  const starts = lineStarts(text)
  const from = starts[first - 1]
  if (from === undefined || last > starts.length) return undefined
  const next = starts[last]
  const to = next === undefined ? text.length : next - 1
  return from < to ? { from, to } : undefined
}

function findSpot(
  content: Y.Text,
  { anchor, lines }: Pick<NewThread, 'anchor' | 'lines'>,
): Spot | 'unknown' | 'deleted' {
  const text = content.toJSON()
  if (anchor) {
    const [place = 'unknown'] = locateAnchors(content, [anchor])
    return typeof place === 'string' ? place : { anchor, quote: quoteOf(text, place) }
  }
  const range = lines && rangeOfLines(text, lines)
  return range ? { anchor: createAnchor(content, range), quote: quoteOf(text, range) } : 'unknown'
}

/**
 * The anchor of a thread-to-be, of text that there is.
 * @throws AppError VALIDATION_ERROR, UNPROCESSABLE, NOT_FOUND
 */
export async function requireSpot(
  { readContent }: Texts,
  fileId: string,
  where: Pick<NewThread, 'anchor' | 'lines'>,
): Promise<Spot> {
  const find = (content: Y.Text) => findSpot(content, where)
  let spot = await readContent(fileId, find)
  // Saved by another node a moment ago, it may be on the way to this one.
  if (spot === 'unknown') spot = await readContent(fileId, find, { stored: true })
  if (typeof spot !== 'string') return spot
  if (spot === 'deleted')
    throw new AppError('UNPROCESSABLE', 'The text that this is about was deleted meanwhile')
  throw new AppError(
    'VALIDATION_ERROR',
    where.anchor
      ? 'anchor: is not of text that is saved in this file'
      : 'lines: the file has no such lines, or nothing is in them',
  )
}

/** The threads, which are of one file, with the lines where they are now. */
export async function placeThreads(
  { readContent }: Texts,
  fileId: string,
  threads: readonly CodeThread[],
): Promise<PlacedThread[]> {
  if (threads.length === 0) return []
  const lines = await readContent(fileId, (content) => {
    const starts = lineStarts(content.toJSON())
    // The last line that does not begin after the place.
    const lineOf = (index: number) => {
      let [low, high] = [0, starts.length]
      while (high - low > 1) {
        const middle = (low + high) >> 1
        if (starts[middle]! <= index) low = middle
        else high = middle
      }
      return low + 1
    }
    const places = locateAnchors(
      content,
      threads.map(({ anchor }) => anchor),
    )
    return places.map((place) =>
      typeof place === 'string' ? null : { first: lineOf(place.from), last: lineOf(place.to - 1) },
    )
  })
  return threads.map((thread, index) => ({ ...thread, lines: lines[index] ?? null }))
}
