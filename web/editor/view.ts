// CodeMirror on a shared text, put together from its parts; what may change while it is open is told to `change`.
import { Compartment, EditorState, type Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { createStore } from '../store.ts'
import { boundEdits } from './bound.ts'
import { cursors } from './cursors.ts'
import type { OpenDocument } from './documents.ts'
import { factsOf, indentationOf, indenting, noFacts, tellFacts, type Facts } from './facts.ts'
import { guides } from './guides.ts'
import type { Indentation } from './indentation.ts'
import { loadKeymap } from './keymaps.ts'
import { findLanguage } from './languages.ts'
import { surface } from './look.ts'
import { keepPlace, placeIn } from './places.ts'
import type { Preferences } from './preferences.ts'
import { setup } from './setup.ts'
import { themeOf } from './themes.ts'
import { sharedText } from './undo.ts'
import { viewport } from './viewport.ts'

/** What may change while the text is open. */
export interface EditorLook {
  path: string
  readOnly: boolean
  /** Whether the page is dark */
  dark: boolean
  preferences: Preferences
}

export interface EditorOptions {
  parent: HTMLElement
  document: OpenDocument
  look: EditorLook
  /** Of what stands beside the text, such as comments */
  extensions: readonly Extension[]
}

const parts = {
  keys: new Compartment(),
  indentation: new Compartment(),
  theme: new Compartment(),
  size: new Compartment(),
  wrap: new Compartment(),
  guides: new Compartment(),
  access: new Compartment(),
  name: new Compartment(),
  language: new Compartment(),
}

const extensionsOf = ({ path, readOnly, dark, preferences }: EditorLook) => ({
  theme: themeOf(preferences.theme, dark),
  size: EditorView.theme({ '&': { fontSize: `${preferences.fontSize}px` } }),
  wrap: preferences.wrap ? EditorView.lineWrapping : [],
  guides: preferences.guides ? guides : [],
  access: [
    EditorState.readOnly.of(readOnly),
    // Still focusable, so that keyboards can scroll it and select.
    EditorView.contentAttributes.of({ 'aria-readonly': String(readOnly) }),
  ],
  name: EditorView.contentAttributes.of({ 'aria-label': `Editor, ${path}` }),
})

export function createEditor({ parent, document, look, extensions }: EditorOptions) {
  const doc = document.text.toString()
  const first = extensionsOf(look)
  let shown = look
  let closed = false
  const facts = createStore<Facts>(noFacts)
  const state = EditorState.create({
    doc,
    extensions: [
      parts.keys.of([]),
      sharedText(document),
      boundEdits(document),
      setup,
      surface,
      parts.indentation.of([]),
      parts.theme.of(first.theme),
      parts.size.of(first.size),
      parts.wrap.of(first.wrap),
      parts.guides.of(first.guides),
      parts.access.of(first.access),
      parts.name.of(first.name),
      parts.language.of([]),
      cursors(document),
      viewport(document),
      tellFacts(facts),
      extensions,
    ],
  })
  const indentation = indentationOf(state.doc, look.preferences.tabSize)
  facts.set({ ...factsOf(state), indentation })
  const view = new EditorView({ parent, state })

  const setIndentation = (next: Indentation) => {
    view.dispatch({ effects: parts.indentation.reconfigure(indenting(next)) })
    facts.set({ ...facts.get(), indentation: next })
  }
  async function setKeymap(name: Preferences['keymap']) {
    const keys = await loadKeymap(name)
    if (closed || shown.preferences.keymap !== name) return
    view.dispatch({ effects: parts.keys.reconfigure(keys) })
  }
  async function setLanguage({ path, preferences }: EditorLook) {
    const chosen = preferences.languages[document.fileId] ?? null
    const language = findLanguage(path, view.state.doc.line(1).text, chosen)
    facts.set({ ...facts.get(), language: language?.name ?? null })
    // Without its chunk the text is shown plain.
    const support = await language?.load().catch(() => null)
    if (closed || facts.get().language !== (language?.name ?? null)) return
    view.dispatch({ effects: parts.language.reconfigure(support ?? []) })
  }
  setIndentation(indentation)
  void setKeymap(look.preferences.keymap)
  void setLanguage(look)
  const place = placeIn(document)
  if (place) view.dispatch(place)

  return {
    view,
    facts: { get: facts.get, subscribe: facts.subscribe },
    setIndentation,
    change(next: EditorLook) {
      const before = shown
      shown = next
      const made = extensionsOf(next)
      const effects = Object.entries(made).map(([name, extension]) =>
        parts[name as keyof typeof made].reconfigure(extension),
      )
      view.dispatch({ effects })
      const { keymap, languages, tabSize } = next.preferences
      if (keymap !== before.preferences.keymap) void setKeymap(keymap)
      if (next.path !== before.path || languages !== before.preferences.languages) {
        void setLanguage(next)
      }
      if (tabSize !== before.preferences.tabSize) {
        setIndentation(indentationOf(view.state.doc, tabSize))
      }
    },
    /** Selects these lines, from 1, and shows them; beyond the end, the last one. */
    showLines(from: number, to: number) {
      const { doc } = view.state
      const line = (number: number) => doc.line(Math.min(Math.max(number, 1), doc.lines))
      const [anchor, head] = [line(from).from, line(to).to]
      view.dispatch({
        selection: { anchor, head },
        effects: EditorView.scrollIntoView(anchor, { y: 'start', yMargin: 80 }),
      })
    },
    close() {
      closed = true
      keepPlace(document, view)
      view.destroy()
    },
  }
}

export type CodeEditor = ReturnType<typeof createEditor>
