// Where one was in each text of this tab, so that coming back to it loses no place. Others may have written meanwhile.
import type { TransactionSpec } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import * as Y from 'yjs'
import type { OpenDocument } from './documents.ts'

interface Kept {
  anchor: Y.RelativePosition
  head: Y.RelativePosition
  top: Y.RelativePosition
}

const places = new WeakMap<OpenDocument, Kept>()

/** The first line that is seen whole. */
export function topOf(view: EditorView): number {
  const { scrollTop } = view.scrollDOM
  const block = view.lineBlockAtHeight(Math.max(0, scrollTop - view.documentPadding.top))
  const hidden = scrollTop - view.documentPadding.top > block.top + block.height / 2
  return hidden ? Math.min(block.to + 1, view.state.doc.length) : block.from
}

export function keepPlace(document: OpenDocument, view: EditorView) {
  const { anchor, head } = view.state.selection.main
  const kept = (index: number) => Y.createRelativePositionFromTypeIndex(document.text, index)
  places.set(document, { anchor: kept(anchor), head: kept(head), top: kept(topOf(view)) })
}

/** null: was not here yet */
export function placeIn(document: OpenDocument): TransactionSpec | null {
  const place = places.get(document)
  const { doc } = document.text
  if (!place || !doc) return null
  const indexOf = (position: Y.RelativePosition) =>
    Y.createAbsolutePositionFromRelativePosition(position, doc)?.index ?? 0
  return {
    selection: { anchor: indexOf(place.anchor), head: indexOf(place.head) },
    effects: EditorView.scrollIntoView(indexOf(place.top), { y: 'start', yMargin: 0 }),
  }
}
