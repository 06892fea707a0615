// The text and the bar below it, as this person likes them.
import { useEffect, useMemo, useRef, useState } from 'react'
import { useComputedColorScheme } from '@mantine/core'
import type { Extension } from '@codemirror/state'
import { useSearch } from 'wouter'
import { useUser } from '../accounts/gate.tsx'
import { commentingOf } from '../comments/commenting.ts'
import { useRoomState } from '../room/context.tsx'
import { useStore } from '../store.ts'
import { EditorBar } from './bar.tsx'
import { useEditor } from './context.ts'
import { dimPeople } from './cursors.ts'
import type { OpenDocument } from './documents.ts'
import { preferencesOf } from './preferences.ts'
import { createEditor, type CodeEditor } from './view.ts'
import classes from './editor.module.css'

/** What stands beside the text adds its own here; called once for each open text. */
const extensionsFor = (document: OpenDocument): Extension[] => [commentingOf(document).extension]

export function CodeView({ onEditor }: { onEditor: (editor: CodeEditor | null) => void }) {
  const { document, path, readOnly } = useEditor()
  const store = preferencesOf(useUser().id)
  const preferences = useStore(store)
  const dark = useComputedColorScheme('light') === 'dark'
  const parent = useRef<HTMLDivElement>(null)
  const [editor, setEditor] = useState<CodeEditor | null>(null)
  const look = useMemo(
    () => ({ path, readOnly, dark, preferences }),
    [path, readOnly, dark, preferences],
  )
  // The view is made once per document; what changes afterwards is told to it below.
  const first = useRef(look)
  useEffect(() => {
    if (!parent.current) return
    const made = createEditor({
      parent: parent.current,
      document,
      look: first.current,
      extensions: extensionsFor(document),
    })
    setEditor(made)
    onEditor(made)
    return () => {
      setEditor(null)
      onEditor(null)
      made.close()
    }
  }, [document, onEditor])
  useEffect(() => {
    if (first.current !== look) editor?.change(look)
    first.current = look
  }, [editor, look])
  useAskedLines(editor)
  useDimming(editor)
  return (
    <div className={classes.column}>
      <div ref={parent} className={classes.code} />
      {editor && (
        <EditorBar
          editor={editor}
          readOnly={readOnly}
          chosenLanguage={preferences.languages[document.fileId] ?? null}
          onLanguage={(language) => store.chooseLanguage(document.fileId, language)}
        />
      )}
    </div>
  )
}

/** `?lines=10-20` or `#L10-20`: where a link points */
function useAskedLines(editor: CodeEditor | null) {
  const search = useSearch()
  const asked = new URLSearchParams(search).get('lines') ?? location.hash.replace('#L', '')
  const lines = /^\d{1,6}(-L?\d{1,6})?$/.test(asked) ? asked.replace('L', '') : ''
  useEffect(() => {
    const [first, last] = lines.split('-').map(Number)
    if (!first || !editor) return
    const show = () => editor.showLines(first, last || first)
    const here = location.href
    // The same link once more changes no address.
    const showAgain = () => location.href === here && show()
    show()
    addEventListener('pushState', showAgain)
    return () => removeEventListener('pushState', showAgain)
  }, [editor, lines])
}

/** People who are away. */
function useDimming(editor: CodeEditor | null) {
  const { present } = useRoomState()
  const away = present.filter(({ status }) => status === 'away').map(({ id }) => id)
  const key = away.join(' ')
  useEffect(() => {
    editor?.view.dispatch({ effects: dimPeople.of(new Set(key.split(' '))) })
  }, [editor, key])
}
