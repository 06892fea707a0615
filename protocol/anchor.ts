// Where a comment on code stands: two Yjs relative positions, at the first and the last character of the commented
// text. Server and browser find the range in the document the same way.
import * as Y from 'yjs'

/** Encoded relative positions, base64; `start` with assoc 0, `end` with assoc -1. */
export interface Anchor {
  start: string
  end: string
}

/** UTF-16 offsets, `to` exclusive. */
export interface Range {
  from: number
  to: number
}

/**
 * `deleted`: nothing of the commented text is left. `unknown`: this document has no such text, or not yet.
 */
export type Place = Range | 'deleted' | 'unknown'

/** Two numbers of up to eight bytes each, and two small ones. */
const MAX_POSITION_BYTES = 20

const toBase64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes))

/** @returns undefined where the text is not a relative position at a character, or has the other side's assoc */
export function parsePosition(text: string, side: keyof Anchor): Y.ID | undefined {
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
    if (bytes.length > MAX_POSITION_BYTES) return undefined
    const position = Y.decodeRelativePosition(bytes)
    // What is written in another way than Yjs does holds something that Yjs would not read.
    if (toBase64(Y.encodeRelativePosition(position)) !== text) return undefined
    if (position.assoc !== (side === 'start' ? 0 : -1)) return undefined
    return position.item ?? undefined
  } catch {
    return undefined
  }
}

/** @param range not empty, within the text */
export function createAnchor(content: Y.Text, { from, to }: Range): Anchor {
  const encode = (index: number, assoc: number) =>
    toBase64(Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(content, index, assoc)))
  return { start: encode(from, 0), end: encode(to, -1) }
}

interface Point {
  item: Y.Item
  offset: number
}

/** @param followUndone whether to go on at the text with which this very document undid a deletion */
function findPoint(content: Y.Text, id: Y.ID, followUndone: boolean): Point | undefined {
  const { store } = content.doc ?? {}
  if (!store || Y.getState(store, id.client) <= id.clock) return undefined
  const item: unknown = Y.getItem(store, id)
  if (!(item instanceof Y.Item) || item.parent !== content) return undefined
  const offset = id.clock - item.id.clock
  if (!followUndone || !item.redone) return { item, offset }
  const { client, clock } = item.redone
  return findPoint(content, Y.createID(client, clock + offset), true)
}

/**
 * Goes through the text once, however many anchors there are.
 * @param followUndone undoing a deletion makes new text; only the document where it was undone knows whose place it
 *   takes. With this, anchors are found there, too.
 */
export function locateAnchors(
  content: Y.Text,
  anchors: readonly Anchor[],
  { followUndone = false } = {},
): Place[] {
  const points = anchors.map(({ start, end }) =>
    [parsePosition(start, 'start'), parsePosition(end, 'end')].map(
      (id) => id && findPoint(content, id, followUndone),
    ),
  )
  const wanted = new Set(points.flat().flatMap((point) => point?.item ?? []))
  const indexes = new Map<Y.Item, number>()
  let index = 0
  for (let item = content._start; item && indexes.size < wanted.size; item = item.right) {
    if (wanted.has(item)) indexes.set(item, index)
    if (!item.deleted && item.countable) index += item.length
  }
  /** @param width 1: after the character */
  const indexOf = ({ item, offset }: Point, width: number) =>
    (indexes.get(item) ?? 0) + (item.deleted || !item.countable ? 0 : offset + width)
  return points.map(([start, end]) => {
    if (!start || !end) return 'unknown'
    const range = { from: indexOf(start, 0), to: indexOf(end, 1) }
    return range.from < range.to ? range : 'deleted'
  })
}
