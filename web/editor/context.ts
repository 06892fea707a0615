// What is open, for the panels beside the text and the buttons above it.
import { createContext, useContext } from 'react'
import type { EditorView } from '@codemirror/view'
import { useSearchParams } from 'wouter'
import type { OpenDocument } from './documents.ts'

export interface OpenEditor {
  fileId: string
  path: string
  /** `text` is its Y.Text, `awareness` who is in it */
  document: OpenDocument
  /** null until the text is there; another one for another file */
  view: EditorView | null
  readOnly: boolean
}

export const EditorContext = createContext<OpenEditor | null>(null)

export function useEditor(): OpenEditor {
  const editor = useContext(EditorContext)
  if (!editor) throw new Error('No file is open')
  return editor
}

/** Which panel is open beside the text, as the address says: `?panel=preview`. */
export function usePanel() {
  const [params, setParams] = useSearchParams()
  const panel = params.get('panel')
  const setPanel = (next: string | null) =>
    setParams(
      (current) => {
        const changed = new URLSearchParams(current)
        // A thread is of the comments: with it in the address, they are open.
        if (next !== 'comments') changed.delete('thread')
        if (next === null) changed.delete('panel')
        else changed.set('panel', next)
        return changed
      },
      { replace: true },
    )
  return [panel, setPanel] as const
}
