// The others in the text: where they are, what they select, and their names while they move. What they say of
// themselves is tamed before (awareness.ts); positions are theirs, so that each is tried.
import { RangeSet, StateEffect, type Extension, type Range } from '@codemirror/state'
import {
  Decoration,
  EditorView,
  ViewPlugin,
  WidgetType,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view'
import type { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { personColor, projectColors } from '../people/color.ts'
import type { OpenDocument } from './documents.ts'

/** Names are shown for as long after a move, so that they do not lie on the text for longer than they help. */
const SHOWN_FOR = 2_500
/** Lines of one selection that are coloured; more are as good as all. */
const MAX_LINES = 2_000

const awarenessChanged = StateEffect.define<null>()
/** Ids of people who are away. */
export const dimPeople = StateEffect.define<ReadonlySet<string>>()

interface Caret {
  id: string
  name: string
  color: string
  moving: boolean
  dimmed: boolean
  /** In the first line there is no room above */
  below: boolean
}

class CaretWidget extends WidgetType {
  readonly caret: Caret
  constructor(caret: Caret) {
    super()
    this.caret = caret
  }
  override eq({ caret }: CaretWidget) {
    return (Object.keys(caret) as (keyof Caret)[]).every((key) => caret[key] === this.caret[key])
  }
  toDOM() {
    const caret = document.createElement('span')
    caret.className = 'cm-ySelectionCaret'
    caret.ariaHidden = 'true'
    const name = document.createElement('span')
    name.className = 'cm-ySelectionInfo'
    caret.append('\u2060', name, '\u2060')
    this.updateDOM(caret)
    return caret
  }
  /** The same element goes on, so that nothing flickers. */
  override updateDOM(dom: HTMLElement) {
    const { id, name, color, moving, dimmed, below } = this.caret
    dom.style.setProperty('--person', color)
    Object.assign(dom.dataset, { person: id, moving, dimmed, below })
    const label = dom.querySelector('.cm-ySelectionInfo')
    if (label) label.textContent = name
    return true
  }
  override ignoreEvent() {
    return true
  }
}

/** Where somebody is in this text; null where they said nothing that can be understood. */
export function indexOf(position: unknown, text: Y.Text): number | null {
  if (typeof position !== 'object' || position === null || !text.doc) return null
  try {
    const relative = Y.createRelativePositionFromJSON(position)
    const found = Y.createAbsolutePositionFromRelativePosition(relative, text.doc)
    return found?.type === text ? found.index : null
  } catch {
    return null
  }
}

const fieldOf = (state: Record<string, unknown>, name: string) =>
  (state[name] ?? {}) as Record<string, unknown>

function markSelection(view: EditorView, from: number, to: number, color: string) {
  const { doc } = view.state
  const attributes = { style: `--person:${color}` }
  const ranges: Range<Decoration>[] = []
  const end = Math.min(to, doc.line(Math.min(doc.lines, doc.lineAt(from).number + MAX_LINES)).to)
  if (end > from) {
    ranges.push(Decoration.mark({ attributes, class: 'cm-ySelection' }).range(from, end))
  }
  return ranges
}

class Cursors {
  decorations: DecorationSet = RangeSet.empty
  #dimmed: ReadonlySet<string> = new Set()
  readonly #view: EditorView
  readonly #awareness: Awareness
  readonly #text: Y.Text
  /** By client: their last move, and the position they moved to */
  readonly #moves = new Map<number, { at: number; to: string }>()
  readonly #stopColors: () => void
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(view: EditorView, awareness: Awareness, text: Y.Text) {
    this.#view = view
    this.#awareness = awareness
    this.#text = text
    awareness.on('change', this.#listen)
    this.#stopColors = projectColors.subscribe(this.#redraw)
    this.decorations = this.#build()
  }

  readonly #listen = ({ added, updated, removed }: Record<string, number[]>) => {
    const clients = [...(added ?? []), ...(updated ?? []), ...(removed ?? [])]
    if (clients.every((id) => id === this.#awareness.clientID)) return
    for (const client of removed ?? []) this.#moves.delete(client)
    this.#redraw()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#redraw, SHOWN_FOR + 50)
  }

  readonly #redraw = () => this.#view.dispatch({ effects: awarenessChanged.of(null) })

  update({ docChanged, transactions, selectionSet, focusChanged, view }: ViewUpdate) {
    if (docChanged || selectionSet || focusChanged) this.#share(view)
    const effects = transactions.flatMap((transaction) => transaction.effects)
    for (const effect of effects) if (effect.is(dimPeople)) this.#dimmed = effect.value
    const changed = effects.some((effect) => effect.is(awarenessChanged) || effect.is(dimPeople))
    if (docChanged || changed) this.decorations = this.#build()
  }

  /** The text knows the edit already: it comes before this in the order of the extensions. */
  #share(view: EditorView) {
    const local = this.#awareness.getLocalState()
    if (!local || !view.hasFocus) return
    const { anchor, head } = view.state.selection.main
    const cursor = {
      anchor: Y.createRelativePositionFromTypeIndex(this.#text, anchor),
      head: Y.createRelativePositionFromTypeIndex(this.#text, head),
    }
    if (JSON.stringify(cursor) === JSON.stringify(local['cursor'])) return
    this.#awareness.setLocalStateField('cursor', cursor)
  }

  #build(): DecorationSet {
    const ranges: Range<Decoration>[] = []
    const { doc } = this.#view.state
    for (const [client, state] of this.#awareness.getStates()) {
      if (client === this.#awareness.clientID) continue
      const { anchor, head } = fieldOf(state, 'cursor')
      const [from, to] = [indexOf(anchor, this.#text), indexOf(head, this.#text)]
      if (from === null || to === null || Math.max(from, to) > doc.length) continue
      const { id, name } = fieldOf(state, 'user') as Record<string, string>
      if (id === undefined || name === undefined) continue
      const color = personColor(id)
      const caret: Caret = {
        id,
        name,
        color,
        moving: this.#isMoving(client, JSON.stringify([anchor, head])),
        dimmed: this.#dimmed.has(id),
        below: doc.lineAt(to).number === 1,
      }
      ranges.push(...markSelection(this.#view, Math.min(from, to), Math.max(from, to), color))
      const widget = new CaretWidget(caret)
      ranges.push(Decoration.widget({ widget, side: to > from ? -1 : 1 }).range(to))
    }
    return Decoration.set(ranges, true)
  }

  #isMoving(client: number, to: string) {
    const before = this.#moves.get(client)
    const at = before?.to === to ? before.at : Date.now()
    this.#moves.set(client, { at, to })
    return Date.now() - at < SHOWN_FOR
  }

  destroy() {
    clearTimeout(this.#timer)
    this.#stopColors()
    this.#awareness.off('change', this.#listen)
  }
}

/** After the shared text. */
export const cursors = ({ awareness, text }: OpenDocument): Extension =>
  ViewPlugin.define((view) => new Cursors(view, awareness, text), {
    decorations: ({ decorations }) => decorations,
  })

export function goToPerson(view: EditorView, { awareness, text }: OpenDocument, id: string) {
  for (const state of awareness.getStates().values()) {
    if (fieldOf(state, 'user')['id'] !== id) continue
    const head = indexOf(fieldOf(state, 'cursor')['head'], text)
    if (head === null || head > view.state.doc.length) continue
    return view.dispatch({ effects: EditorView.scrollIntoView(head, { y: 'center' }) })
  }
}
