// Commented text in the editor: highlighted, with a sign beside its first line, and a button where text is selected.
import {
  RangeSet,
  StateEffect,
  StateField,
  type EditorState,
  type Extension,
} from '@codemirror/state'
import {
  Decoration,
  EditorView,
  gutter,
  GutterMarker,
  keymap,
  showTooltip,
  ViewPlugin,
  type DecorationSet,
  type Tooltip,
  type ViewUpdate,
} from '@codemirror/view'

export interface Mark {
  id: string
  /** Not empty, within the text */
  from: number
  to: number
  /** Looked at, or being written */
  strong: boolean
}

interface Options {
  onView: (view: EditorView | null) => void
  onTextChanged: () => void
  /** @param asked whether the person asked for the comment, or only put the cursor there */
  onOpen: (id: string, asked: boolean) => void
  onHover: (id: string | null) => void
  /** To comment on what is selected, or on the cursor's line */
  onCompose: () => void
  mayComment: () => boolean
}

interface Marks {
  marks: DecorationSet
  signs: RangeSet<Sign>
}

const setMarks = StateEffect.define<readonly Mark[]>()

/** The sign in the gutter, of all threads that begin in its line. */
class Sign extends GutterMarker {
  readonly id: string
  readonly count: number

  constructor(id: string, count: number) {
    super()
    this.id = id
    this.count = count
  }

  override eq(other: Sign) {
    return other.id === this.id && other.count === this.count
  }

  override toDOM() {
    const sign = document.createElement('div')
    sign.className = 'cm-commentSign'
    sign.title = this.count > 1 ? `${this.count} comments` : 'Comment'
    sign.textContent = this.count > 1 ? String(this.count) : ''
    return sign
  }
}

function draw(marks: readonly Mark[], { doc }: EditorState): Marks {
  const drawn = marks.filter(({ from, to }) => from < to && to <= doc.length)
  const byLine = Map.groupBy(drawn, ({ from }) => doc.lineAt(from).from)
  return {
    marks: Decoration.set(
      drawn.map(({ id, from, to, strong }) =>
        Decoration.mark({
          class: strong ? 'cm-comment cm-commentStrong' : 'cm-comment',
          attributes: { 'data-thread': id, role: 'mark' },
        }).range(from, to),
      ),
      true,
    ),
    signs: RangeSet.of(
      [...byLine].map(([at, [first, ...more]]) =>
        new Sign(first?.id ?? '', more.length + 1).range(at),
      ),
      true,
    ),
  }
}

const field = StateField.define<Marks>({
  create: () => ({ marks: Decoration.none, signs: RangeSet.empty }),
  update(value, { effects, state, docChanged, changes }) {
    for (const effect of effects) if (effect.is(setMarks)) return draw(effect.value, state)
    // As good as it gets until they are looked for in the shared text.
    return docChanged ? { marks: value.marks.map(changes), signs: value.signs.map(changes) } : value
  },
  provide: (own) => EditorView.decorations.from(own, ({ marks }) => marks),
})

export const showMarks = (view: EditorView, marks: readonly Mark[]) =>
  view.dispatch({ effects: setMarks.of(marks) })

const threadOf = (target: EventTarget | null) =>
  target instanceof Element
    ? (target.closest<HTMLElement>('[data-thread]')?.dataset['thread'] ?? null)
    : null

/** The innermost thread at a place. */
function threadAt(state: EditorState, at: number): string | null {
  let found: string | null = null
  let width = Infinity
  state.field(field).marks.between(at, at, (from, to, { spec }) => {
    if (to - from >= width) return
    width = to - from
    found = (spec as { attributes: Record<string, string> }).attributes['data-thread'] ?? null
  })
  return found
}

const isApple = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '')
export const commentKeys = isApple ? '⌘⌥M' : 'Ctrl+Alt+M'
export const sendKeys = isApple ? '⌘Enter' : 'Ctrl+Enter'

function makeButton(onCompose: () => void) {
  const dom = document.createElement('div')
  dom.className = 'cm-commentTooltip'
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = 'Comment'
  button.title = `Comment on the selected text (${commentKeys})`
  // The selection keeps the focus, and so stays what it is.
  button.addEventListener('mousedown', (event) => event.preventDefault())
  button.addEventListener('click', onCompose)
  dom.append(button)
  return { dom }
}

export function commentMarks(options: Options): Extension {
  const { onView, onTextChanged, onOpen, onHover, onCompose, mayComment } = options
  const create = () => makeButton(onCompose)
  let hovered: string | null = null

  const offer = ({ selection: { main } }: EditorState): Tooltip | null =>
    main.empty || !mayComment()
      ? null
      : { pos: main.head, above: main.head < main.anchor, create, arrow: false }

  const watch = ViewPlugin.fromClass(
    class {
      constructor(view: EditorView) {
        onView(view)
      }
      update({ docChanged }: ViewUpdate) {
        if (docChanged) onTextChanged()
      }
      destroy() {
        onView(null)
      }
    },
  )

  return [
    field,
    watch,
    showTooltip.compute(['selection'], offer),
    gutter({
      class: 'cm-commentGutter',
      markers: ({ state }) => state.field(field).signs,
      domEventHandlers: {
        click({ state }, { from }) {
          state.field(field).signs.between(from, from, (_from, _to, { id }) => {
            onOpen(id, true)
            return false
          })
          return true
        },
      },
    }),
    keymap.of([
      {
        key: 'Mod-Alt-m',
        preventDefault: true,
        run({ state }) {
          const { main } = state.selection
          const id = main.empty ? threadAt(state, main.head) : null
          if (id) onOpen(id, true)
          else if (mayComment()) onCompose()
          return true
        },
      },
    ]),
    EditorView.domEventHandlers({
      mousedown(_event, { dom }) {
        // The button would be in the way of who is still selecting.
        dom.dataset['selecting'] = ''
        addEventListener('mouseup', () => delete dom.dataset['selecting'], { once: true })
      },
      click({ target }, { state }) {
        const id = threadOf(target)
        if (id && state.selection.main.empty) onOpen(id, false)
      },
      mouseover({ target }) {
        const id = threadOf(target)
        if (id !== hovered) onHover((hovered = id))
      },
      mouseleave() {
        if (hovered) onHover((hovered = null))
      },
    }),
    look,
  ]
}

const look = EditorView.theme({
  '.cm-comment': {
    backgroundColor: 'color-mix(in srgb, var(--warning) 12%, transparent)',
    boxShadow: 'inset 0 -1px color-mix(in srgb, var(--warning) 45%, transparent)',
  },
  '.cm-commentStrong': {
    backgroundColor: 'color-mix(in srgb, var(--warning) 26%, transparent)',
    boxShadow: 'inset 0 -2px var(--warning)',
  },
  '.cm-commentGutter': { width: '20px' },
  '.cm-commentSign': {
    boxSizing: 'border-box',
    width: '16px',
    height: '14px',
    margin: '4px 0 0 2px',
    borderRadius: '4px 4px 4px 0',
    border: '1.5px solid var(--warning)',
    backgroundColor: 'color-mix(in srgb, var(--warning) 20%, transparent)',
    color: 'var(--warning)',
    cursor: 'pointer',
    fontFamily: 'var(--mantine-font-family)',
    fontSize: '10px',
    fontWeight: '700',
    lineHeight: '11px',
    textAlign: 'center',
  },
  '.cm-tooltip.cm-commentTooltip': { border: 'none', backgroundColor: 'transparent' },
  '&:not(.cm-focused) .cm-commentTooltip, &[data-selecting] .cm-commentTooltip': {
    display: 'none',
  },
  '.cm-commentTooltip button': {
    padding: '3px 10px',
    border: '1px solid var(--line-strong)',
    borderRadius: '6px',
    margin: '3px 0',
    backgroundColor: 'var(--surface-raised)',
    boxShadow: '0 2px 8px rgb(0 0 0 / 16%)',
    color: 'var(--accent-text)',
    cursor: 'pointer',
    fontFamily: 'var(--mantine-font-family)',
    fontSize: '12.5px',
    fontWeight: '550',
    lineHeight: '1.6',
  },
  '.cm-commentTooltip button:hover': { backgroundColor: 'var(--surface-hover)' },
})
