// Undo of one's own edits only, by Yjs. What can be taken back belongs to the document, so that it outlives the view.
import { EditorSelection, Facet, Prec, type Extension } from '@codemirror/state'
import { EditorView, keymap, ViewPlugin, type Command, type ViewUpdate } from '@codemirror/view'
import { ySync, ySyncAnnotation, ySyncFacet } from 'y-codemirror.next'
import * as Y from 'yjs'
import type { OpenDocument } from './documents.ts'

interface Held {
  anchor: Y.RelativePosition
  head: Y.RelativePosition
}

const documentOf = Facet.define<OpenDocument, OpenDocument | null>({
  combine: (values) => values[0] ?? null,
})

const SELECTION = 'selection'

class Selections {
  /** Where the selection was before the edit that is being made */
  before: Held | null = null
  readonly #view: EditorView
  readonly #document: OpenDocument

  constructor(view: EditorView) {
    const document = view.state.facet(documentOf)
    if (!document) throw new Error('The view shows no document')
    this.#view = view
    this.#document = document
    document.undoManager.on('stack-item-added', this.#keep)
    document.undoManager.on('stack-item-popped', this.#bringBack)
  }

  hold({ anchor, head }: { anchor: number; head: number }) {
    const { text } = this.#document
    const held = (index: number) => Y.createRelativePositionFromTypeIndex(text, index)
    this.before = { anchor: held(anchor), head: held(head) }
  }

  /** Comes before the text is changed: see the order of the extensions. */
  update(update: ViewUpdate) {
    const own = !update.transactions[0]?.annotation(ySyncAnnotation)
    if (update.docChanged && own) this.hold(update.startState.selection.main)
  }

  readonly #keep = ({ stackItem }: { stackItem: { meta: Map<unknown, unknown> } }) => {
    if (this.before && !stackItem.meta.has(SELECTION)) stackItem.meta.set(SELECTION, this.before)
  }

  readonly #bringBack = ({ stackItem }: { stackItem: { meta: Map<unknown, unknown> } }) => {
    const held = stackItem.meta.get(SELECTION) as Held | undefined
    const { doc } = this.#document.text
    if (!held || !doc) return
    const anchor = Y.createAbsolutePositionFromRelativePosition(held.anchor, doc)
    const head = Y.createAbsolutePositionFromRelativePosition(held.head, doc)
    if (!anchor || !head) return
    const selection = EditorSelection.single(anchor.index, head.index)
    this.#view.dispatch({ selection, scrollIntoView: true })
  }

  destroy() {
    this.#document.undoManager.off('stack-item-added', this.#keep)
    this.#document.undoManager.off('stack-item-popped', this.#bringBack)
  }
}

const selections = ViewPlugin.fromClass(Selections)

const run =
  (kind: 'undo' | 'redo'): Command =>
  (view) => {
    const document = view.state.facet(documentOf)
    if (!document || view.state.readOnly) return false
    view.plugin(selections)?.hold(view.state.selection.main)
    document.undoManager[kind]()
    return true
  }

export const undo = run('undo')
export const redo = run('redo')

/** What comes now is taken back on its own, however fast it follows. */
export function separateEdits(view: EditorView) {
  view.state.facet(documentOf)?.undoManager.stopCapturing()
}

/** The text of the document in the view, and undo. */
export const sharedText = (document: OpenDocument): Extension => [
  documentOf.of(document),
  selections,
  ySyncFacet.of(document.sync),
  ySync,
  Prec.high(
    keymap.of([
      { key: 'Mod-z', run: undo, preventDefault: true },
      { key: 'Mod-y', mac: 'Mod-Shift-z', run: redo, preventDefault: true },
      { key: 'Mod-Shift-z', run: redo, preventDefault: true },
    ]),
  ),
  EditorView.domEventHandlers({
    beforeinput({ inputType }, view) {
      if (inputType === 'historyUndo') return undo(view)
      return inputType === 'historyRedo' && redo(view)
    },
  }),
]
