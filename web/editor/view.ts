// CodeMirror on a shared text. Undo takes back one's own edits only, so Yjs does it instead of CodeMirror's history.
import {
  defaultHighlightStyle,
  LanguageDescription,
  syntaxHighlighting,
} from '@codemirror/language'
import { languages } from '@codemirror/language-data'
import { Compartment, EditorState, Prec, type Extension } from '@codemirror/state'
import { oneDarkHighlightStyle } from '@codemirror/theme-one-dark'
import { EditorView, keymap } from '@codemirror/view'
import { basicSetup } from 'codemirror'
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next'
import * as Y from 'yjs'
import { boundEdits } from './bound.ts'
import { nameMovingCursors } from './cursors.ts'
import { surface } from './look.ts'
import type { OpenDocument } from './documents.ts'

export interface EditorOptions {
  parent: HTMLElement
  document: OpenDocument
  path: string
  dark: boolean
  readOnly: boolean
  /** Of what stands beside the text, such as comments */
  extensions: readonly Extension[]
}

const highlighting = (dark: boolean) =>
  syntaxHighlighting(dark ? oneDarkHighlightStyle : defaultHighlightStyle)
const writing = (readOnly: boolean): Extension => [
  EditorState.readOnly.of(readOnly),
  // Still focusable, so that keyboards can scroll it and select.
  EditorView.contentAttributes.of({ 'aria-readonly': String(readOnly) }),
]
const naming = (path: string) =>
  EditorView.contentAttributes.of({ 'aria-label': `Editor, ${path}` })

export function createEditor(options: EditorOptions) {
  const { parent, document, path, dark, readOnly, extensions } = options
  const { text, awareness } = document
  const colors = new Compartment()
  const access = new Compartment()
  const language = new Compartment()
  const name = new Compartment()
  const undoManager = new Y.UndoManager(text)
  let loading = 0

  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text.toString(),
      extensions: [
        // Before the basic set, whose own undo would take back what others wrote.
        Prec.highest(keymap.of(yUndoManagerKeymap)),
        yCollab(text, awareness, { undoManager }),
        boundEdits(document),
        basicSetup,
        EditorView.lineWrapping,
        surface,
        colors.of(highlighting(dark)),
        access.of(writing(readOnly)),
        name.of(naming(path)),
        language.of([]),
        extensions,
      ],
    }),
  })

  async function setLanguage(ofPath: string) {
    loading += 1
    const asked = loading
    const file = ofPath.slice(ofPath.lastIndexOf('/') + 1)
    const support = await LanguageDescription.matchFilename(languages, file)
      ?.load()
      // Without its chunk the text is shown plain.
      .catch(() => null)
    if (asked === loading) view.dispatch({ effects: language.reconfigure(support ?? []) })
  }
  void setLanguage(path)
  const stopNaming = nameMovingCursors(view.dom, awareness)

  return {
    view,
    setDark: (next: boolean) => view.dispatch({ effects: colors.reconfigure(highlighting(next)) }),
    setReadOnly: (next: boolean) => view.dispatch({ effects: access.reconfigure(writing(next)) }),
    setPath(next: string) {
      view.dispatch({ effects: name.reconfigure(naming(next)) })
      void setLanguage(next)
    },
    /** Selects these lines, from 1, and shows them; beyond the end, the last one. */
    showLines(first: number, last: number) {
      const { doc } = view.state
      const line = (number: number) => doc.line(Math.min(Math.max(number, 1), doc.lines))
      const [anchor, head] = [line(first).from, line(last).to]
      view.dispatch({
        selection: { anchor, head },
        effects: EditorView.scrollIntoView(anchor, { y: 'start', yMargin: 80 }),
      })
    },
    close() {
      loading += 1
      stopNaming()
      undoManager.destroy()
      view.destroy()
    },
  }
}
