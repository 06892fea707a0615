// How the editor looks: the page's own surfaces, so that light and dark follow the theme by themselves.
import type { Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'

const button = {
  backgroundImage: 'none',
  backgroundColor: 'var(--surface)',
  border: '1px solid var(--line-strong)',
  borderRadius: '5px',
  color: 'var(--text)',
  cursor: 'pointer',
  fontSize: '12.5px',
  padding: '3px 9px',
}
/** A person's colour, lighter where the text is. */
const person = 'var(--person)'
const personOnDark = 'color-mix(in srgb, var(--person) 70%, white)'

const page = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--text)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    lineHeight: '1.6',
    overflow: 'auto',
  },
  '.cm-content': { padding: '8px 0 40vh', caretColor: 'var(--accent)' },
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
  '.cm-selectionMatch': { backgroundColor: 'color-mix(in srgb, var(--accent) 16%, transparent)' },
  '.cm-searchMatch': { backgroundColor: 'color-mix(in srgb, #e8a900 40%, transparent)' },
  '.cm-searchMatch-selected': { backgroundColor: 'color-mix(in srgb, #e8a900 75%, transparent)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 22%, transparent)',
    color: 'inherit',
  },
  '.cm-guides': {
    backgroundImage:
      'repeating-linear-gradient(to right, var(--line) 0 1px, transparent 1px calc(var(--unit) * 1ch))',
    backgroundPosition: '6px 0',
    backgroundRepeat: 'no-repeat',
    backgroundSize: 'calc(var(--guides) * 1ch) 100%',
  },
  '.cm-panels, .cm-tooltip': {
    backgroundColor: 'var(--surface-raised)',
    color: 'var(--text)',
    borderColor: 'var(--line)',
  },
  '.cm-panels.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panels.cm-panels-bottom': { borderTop: '1px solid var(--line)' },
  '.cm-panel': { fontFamily: 'var(--mantine-font-family)', fontSize: '13px' },
  '.cm-panel.cm-search, .cm-panel.cm-gotoLine, .cm-panel.cm-dialog': {
    padding: '8px 34px 8px 12px',
  },
  '.cm-vim-panel, .cm-emacs-panel': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    fontSize: '12.5px',
    padding: '2px 12px',
  },
  '.cm-panel .cm-button, .cm-panel button.cm-button': button,
  '.cm-panel .cm-button:hover': { backgroundColor: 'var(--surface-hover)' },
  '.cm-panel .cm-textfield': {
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--line-strong)',
    borderRadius: '5px',
    color: 'var(--text)',
    fontSize: '13px',
    padding: '3px 8px',
  },
  '.cm-panel.cm-search label': { fontSize: '12.5px', color: 'var(--text-dim)' },
  '.cm-panel.cm-search [name=close], .cm-panel .cm-dialog-close': {
    color: 'var(--text-dim)',
    cursor: 'pointer',
    fontSize: '18px',
    padding: '2px 8px',
    top: '6px',
    right: '6px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete': {
    borderRadius: '6px',
    boxShadow: '0 4px 16px rgb(0 0 0 / 16%)',
    overflow: 'hidden',
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
})

/** Only a base theme knows whether the text is dark. */
const people = EditorView.baseTheme({
  '.cm-ySelection': { backgroundColor: `color-mix(in srgb, ${person} 25%, transparent)` },
  '&dark .cm-ySelection': {
    backgroundColor: `color-mix(in srgb, ${personOnDark} 32%, transparent)`,
  },
  '.cm-ySelectionCaret': {
    position: 'relative',
    borderLeft: `2px solid ${person}`,
    margin: '0 -1px',
  },
  '&dark .cm-ySelectionCaret': { borderLeftColor: personOnDark },
  '.cm-ySelectionCaret[data-dimmed=true]': { opacity: '0.5' },
  // What is left of the name while nothing moves, and where to point to see it.
  '.cm-ySelectionCaret::before': {
    content: '""',
    position: 'absolute',
    top: '-3px',
    left: '-5px',
    width: '8px',
    height: '8px',
    borderRadius: '50%',
    backgroundColor: person,
  },
  '&dark .cm-ySelectionCaret::before': { backgroundColor: personOnDark },
  '.cm-ySelectionInfo': {
    position: 'absolute',
    zIndex: '101',
    bottom: '100%',
    left: '-2px',
    padding: '1px 5px',
    borderRadius: '4px 4px 4px 0',
    backgroundColor: person,
    color: 'white',
    fontFamily: 'var(--mantine-font-family)',
    fontSize: '11px',
    fontWeight: '550',
    lineHeight: '1.3',
    opacity: '0',
    pointerEvents: 'none',
    transition: 'opacity 200ms',
    userSelect: 'none',
    whiteSpace: 'nowrap',
  },
  '.cm-ySelectionCaret[data-below=true] .cm-ySelectionInfo': {
    top: '100%',
    bottom: 'auto',
    borderRadius: '0 4px 4px 4px',
  },
  '.cm-ySelectionCaret[data-moving=true] .cm-ySelectionInfo, .cm-ySelectionCaret:hover .cm-ySelectionInfo':
    { opacity: '1' },
})

export const surface: Extension = [page, people]
