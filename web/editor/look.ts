// How the editor looks: the page's own surfaces, so that light and dark follow the theme by themselves.
import { EditorView } from '@codemirror/view'

export const surface = EditorView.theme({
  '&': {
    height: '100%',
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    fontSize: '13.5px',
  },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    lineHeight: '1.6',
    overflow: 'auto',
  },
  // Room for the name above a cursor in the first line.
  '.cm-content': { padding: '18px 0 40vh', caretColor: 'var(--accent)' },
  '.cm-gutters': {
    backgroundColor: 'var(--surface)',
    color: 'var(--text-faint)',
    border: 'none',
    paddingLeft: '6px',
  },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in srgb, var(--text) 5%, transparent)',
  },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    { backgroundColor: 'color-mix(in srgb, var(--accent) 28%, transparent)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 22%, transparent)',
    color: 'inherit',
  },
  '.cm-panels, .cm-tooltip': {
    backgroundColor: 'var(--surface-raised)',
    color: 'var(--text)',
    borderColor: 'var(--line)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--surface-selected)',
    color: 'var(--text)',
  },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--surface-hover)',
    borderColor: 'var(--line)',
    color: 'var(--text-dim)',
  },
  '.cm-ySelectionInfo': {
    top: '-1.25em',
    padding: '1px 5px',
    borderRadius: '4px 4px 4px 0',
    fontFamily: 'var(--mantine-font-family)',
    fontSize: '11px',
    fontWeight: '550',
    lineHeight: '1.3',
    opacity: '0',
    pointerEvents: 'none',
    transition: 'opacity 200ms',
  },
  '&.cm-peopleMove .cm-ySelectionInfo': { opacity: '1' },
  '.cm-ySelectionCaretDot': { display: 'none' },
})
