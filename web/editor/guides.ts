// Lines that lead from a block's beginning to its end, drawn as the background of the lines that are seen.
import { getIndentUnit } from '@codemirror/language'
import { countColumn, RangeSetBuilder, type EditorState, type Extension } from '@codemirror/state'
import {
  Decoration,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate,
} from '@codemirror/view'

/** More columns are not drawn. */
const MAX_COLUMNS = 80
/** Empty lines are as deep as the next line with text, looked for this far. */
const MAX_EMPTY = 20

const marks = new Map<string, Decoration>()
function markOf(columns: number, unit: number) {
  const key = `${columns}/${unit}`
  const mark =
    marks.get(key) ??
    Decoration.line({
      class: 'cm-guides',
      attributes: { style: `--guides:${columns};--unit:${unit}` },
    })
  marks.set(key, mark)
  return mark
}

function depthOf(state: EditorState, number: number) {
  const last = Math.min(state.doc.lines, number + MAX_EMPTY)
  for (let at = number; at <= last; at += 1) {
    const { text } = state.doc.line(at)
    const space = /^[ \t]*/.exec(text)?.[0].length ?? 0
    if (space < text.length) return Math.min(countColumn(text, state.tabSize, space), MAX_COLUMNS)
  }
  return 0
}

function build({ state, visibleRanges }: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>()
  const unit = Math.max(getIndentUnit(state), 2)
  for (const { from, to } of visibleRanges) {
    for (let position = from; position <= to;) {
      const line = state.doc.lineAt(position)
      const columns = depthOf(state, line.number)
      if (columns >= unit) builder.add(line.from, line.from, markOf(columns, unit))
      position = line.to + 1
    }
  }
  return builder.finish()
}

class Guides {
  decorations: DecorationSet
  constructor(view: EditorView) {
    this.decorations = build(view)
  }
  update({ docChanged, viewportChanged, startState, state, view }: ViewUpdate) {
    const unitChanged = getIndentUnit(startState) !== getIndentUnit(state)
    if (docChanged || viewportChanged || unitChanged) this.decorations = build(view)
  }
}

export const guides: Extension = ViewPlugin.fromClass(Guides, {
  decorations: ({ decorations }) => decorations,
})
