// What every text gets: CodeMirror's usual set, without its history (see undo.ts), with words to complete from.
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completeAnyWord,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, indentWithTab } from '@codemirror/commands'
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { EditorState, type Extension } from '@codemirror/state'
import {
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  rectangularSelection,
} from '@codemirror/view'

const isColumn = ({ altKey, shiftKey, button }: MouseEvent) =>
  (altKey && shiftKey && button === 0) || button === 1

const phrases = EditorState.phrases.of({
  next: 'Next',
  previous: 'Previous',
  all: 'All',
  'match case': 'Match case',
  regexp: 'Regular expression',
  'by word': 'Whole words',
  replace: 'Replace',
  'replace all': 'Replace all',
})

export const setup: Extension = [
  phrases,
  // The shared text counts every character, also those of Windows' line ends.
  EditorState.lineSeparator.of('\n'),
  EditorView.clipboardInputFilter.of((text) => text.replaceAll(/\r\n?/g, '\n')),
  lineNumbers(),
  highlightActiveLineGutter(),
  highlightSpecialChars({
    render: (code, description, placeholder) => {
      const sign = document.createElement('span')
      if (code === 13) return sign
      sign.textContent = placeholder
      sign.className = 'cm-specialChar'
      sign.title = description ?? ''
      return sign
    },
  }),
  foldGutter(),
  drawSelection(),
  dropCursor(),
  EditorState.allowMultipleSelections.of(true),
  indentOnInput(),
  bracketMatching(),
  closeBrackets(),
  autocompletion(),
  EditorState.languageData.of(() => [{ autocomplete: completeAnyWord }]),
  EditorView.clickAddsSelectionRange.of(
    ({ altKey, ctrlKey, metaKey, shiftKey }) => (altKey && !shiftKey) || ctrlKey || metaKey,
  ),
  rectangularSelection({ eventFilter: isColumn }),
  highlightActiveLine(),
  highlightSelectionMatches(),
  search({ top: true }),
  keymap.of([
    ...closeBracketsKeymap,
    ...defaultKeymap,
    ...searchKeymap,
    ...foldKeymap,
    ...completionKeymap,
    indentWithTab,
  ]),
]
