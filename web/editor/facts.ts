// What the bar below the text says of it: where the cursor is, how it is indented, how lines end, its language.
import { indentUnit } from '@codemirror/language'
import { EditorState, type Extension, type Text } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import type { Store } from '../store.ts'
import { detectIndentation, type Indentation } from './indentation.ts'

export interface Facts {
  /** From 1; columns as they are seen, tabs as wide as they are */
  line: number
  column: number
  /** Characters in all selections */
  selected: number
  cursors: number
  indentation: Indentation
  /** null: plain text */
  language: string | null
  lineEnds: 'LF' | 'CRLF' | 'Mixed'
}

/** Lines that are looked at for their indentation. */
const MAX_LINES = 500

export const indentationOf = (doc: Text, usual: number): Indentation =>
  detectIndentation(doc.iterLines(1, Math.min(doc.lines, MAX_LINES) + 1), {
    tabs: false,
    width: usual,
  })

export const indenting = ({ tabs, width }: Indentation): Extension => [
  indentUnit.of(tabs ? '\t' : ' '.repeat(width)),
  EditorState.tabSize.of(width),
]

function lineEndsOf(doc: Text): Facts['lineEnds'] {
  let returns = 0
  for (const line of doc.iterLines()) if (line.endsWith('\r')) returns += 1
  if (returns === 0) return 'LF'
  // The last line has no end.
  return returns >= doc.lines - 1 ? 'CRLF' : 'Mixed'
}

const positionOf = ({ doc, selection, tabSize }: EditorState) => {
  const line = doc.lineAt(selection.main.head)
  let column = 1
  for (const character of line.text.slice(0, selection.main.head - line.from)) {
    column += character === '\t' ? tabSize - ((column - 1) % tabSize) : 1
  }
  return {
    line: line.number,
    column,
    selected: selection.ranges.reduce((sum, { from, to }) => sum + to - from, 0),
    cursors: selection.ranges.length,
  }
}

export const noFacts: Facts = {
  line: 1,
  column: 1,
  selected: 0,
  cursors: 1,
  indentation: { tabs: false, width: 2 },
  language: null,
  lineEnds: 'LF',
}

export const factsOf = (state: EditorState): Facts => ({
  ...noFacts,
  ...positionOf(state),
  lineEnds: lineEndsOf(state.doc),
})

export const tellFacts = (facts: Store<Facts>): Extension =>
  EditorView.updateListener.of(({ docChanged, selectionSet, state, changes }) => {
    if (!docChanged && !selectionSet) return
    const now = facts.get()
    let endsChanged = docChanged && now.lineEnds !== 'LF'
    changes.iterChanges((_fromA, _toA, _fromB, _toB, inserted) => {
      endsChanged ||= [...inserted.iterLines()].some((line) => line.includes('\r'))
    })
    facts.set({
      ...now,
      ...positionOf(state),
      ...(endsChanged ? { lineEnds: lineEndsOf(state.doc) } : {}),
    })
  })

/** As one edit, that can be taken back. */
export function changeLineEnds(view: EditorView, to: 'LF' | 'CRLF') {
  const { doc } = view.state
  const changes = []
  for (let number = 1; number <= doc.lines; number += 1) {
    const { text, to: end } = doc.line(number)
    if (to === 'LF' && text.endsWith('\r')) changes.push({ from: end - 1, to: end })
    if (to === 'CRLF' && number < doc.lines && !text.endsWith('\r')) {
      changes.push({ from: end, insert: '\r' })
    }
  }
  view.dispatch({ changes, userEvent: 'input.lineends' })
}
