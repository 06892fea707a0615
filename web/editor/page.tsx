// An open file: its name, who else is in it, whether it is saved, and the text.
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Extension } from '@codemirror/state'
import type { EditorView } from '@codemirror/view'
import { EmptyState, Skeleton, useComputedColorScheme } from '@mantine/core'
import { FileX } from 'lucide-react'
import { useSearch } from 'wouter'
import { useUser } from '../accounts/gate.tsx'
import { useCommenting } from '../comments/bound.ts'
import { commentingOf } from '../comments/commenting.ts'
import { useFiles } from '../files/queries.ts'
import { AvatarRow } from '../people/avatar.tsx'
import { useCan, useOpenProject } from '../room/context.tsx'
import { useStore } from '../store.ts'
import { useTitle } from '../title.ts'
import { DocumentAlerts } from './alerts.tsx'
import { EditorContext } from './context.ts'
import { findDocument, type OpenDocument } from './documents.ts'
import { PanelButtons, PanelSlot } from './panels.tsx'
import { HistoryButton } from '../history/button.tsx'
import { SaveStatus } from './status.tsx'
import { createEditor } from './view.ts'
import classes from './editor.module.css'

export function FilePage({ fileId }: { fileId: string }) {
  const { project } = useOpenProject()
  const { data: files } = useFiles(project.slug)
  const file = files?.find(({ id }) => id === fileId)
  useTitle(file ? `${file.path} · ${project.name}` : project.name)
  if (!files) return <EditorSkeleton />
  if (!file) {
    return (
      <EmptyState
        m="auto"
        icon={<FileX />}
        title="This file is gone"
        description="Somebody deleted it, or it never was here. Choose another one on the left."
      />
    )
  }
  return <OpenFile fileId={fileId} path={file.path} />
}

/** Held for as long as the page shows it. */
function useDocument(fileId: string, path: string) {
  const user = useUser()
  const [document, setDocument] = useState<OpenDocument | null>(null)
  useEffect(() => {
    const found = findDocument(fileId, user)
    found.enter(path)
    setDocument(found)
    return () => found.leave()
    // A changed profile or path is no reason to leave the file.
    // oxlint-disable-next-line react/exhaustive-deps -- see above
  }, [fileId, user.id])
  return document
}

function OpenFile({ fileId, path }: { fileId: string; path: string }) {
  const document = useDocument(fileId, path)
  return document ? <Editor fileId={fileId} document={document} path={path} /> : <EditorSkeleton />
}

interface EditorProps {
  fileId: string
  document: OpenDocument
  path: string
}

function Editor({ fileId, document, path }: EditorProps) {
  const state = useStore(document)
  const mayWrite = useCan()('file:write')
  const readOnly = state.readOnly || !mayWrite || state.state === 'refused'
  const [view, setView] = useState<EditorView | null>(null)
  const open = useMemo(
    () => ({ fileId, path, document, view, readOnly }),
    [fileId, path, document, view, readOnly],
  )
  const slash = path.lastIndexOf('/') + 1
  useEffect(() => document.retry(), [document, mayWrite])
  useCommenting(document)
  return (
    <EditorContext value={open}>
      <div className={classes.page}>
        <header className={classes.head}>
          <h1 className={classes.path} title={path}>
            <span className={classes.folder}>{path.slice(0, slash)}</span>
            {path.slice(slash)}
          </h1>
          <AvatarRow
            size={22}
            users={state.people.map(({ id, name }) => ({
              id,
              username: name,
              displayName: name,
              avatar: '',
            }))}
          />
          <SaveStatus state={state} readOnly={readOnly} />
          <div className={classes.buttons}>
            <PanelButtons path={path} />
            <HistoryButton fileId={fileId} />
          </div>
        </header>
        <DocumentAlerts document={document} state={state} path={path} />
        {state.loaded ? (
          <div className={classes.body}>
            <CodeView document={document} path={path} readOnly={readOnly} onView={setView} />
            <PanelSlot path={path} />
          </div>
        ) : (
          state.state !== 'refused' && <EditorSkeleton />
        )}
      </div>
    </EditorContext>
  )
}

/** What stands beside the text adds its own here; called once for each open text. */
const extensionsFor = (document: OpenDocument): Extension[] => [commentingOf(document).extension]

interface CodeProps {
  document: OpenDocument
  path: string
  readOnly: boolean
  onView: (view: EditorView | null) => void
}

function CodeView({ document, path, readOnly, onView }: CodeProps) {
  const parent = useRef<HTMLDivElement>(null)
  const editor = useRef<ReturnType<typeof createEditor>>(null)
  const dark = useComputedColorScheme('light') === 'dark'
  // The view is made once per document; what changes afterwards is told to it below.
  const first = useRef({ path, readOnly, dark })
  useEffect(() => {
    if (!parent.current) return
    const made = createEditor({
      parent: parent.current,
      document,
      extensions: extensionsFor(document),
      ...first.current,
    })
    editor.current = made
    onView(made.view)
    return () => {
      onView(null)
      made.close()
    }
  }, [document, onView])
  useEffect(() => {
    first.current = { path, readOnly, dark }
  }, [path, readOnly, dark])
  useEffect(() => editor.current?.setPath(path), [path])
  useEffect(() => editor.current?.setReadOnly(readOnly), [readOnly])
  useEffect(() => editor.current?.setDark(dark), [dark])
  const lines = useLines()
  useEffect(() => {
    const [first, last] = lines.split('-').map(Number)
    if (first) editor.current?.showLines(first, last || first)
  }, [document, lines])
  return <div ref={parent} className={classes.code} />
}

/** `?lines=10-20` or `#L10-20`: where a link points */
function useLines() {
  const search = useSearch()
  const asked = new URLSearchParams(search).get('lines') ?? location.hash.replace('#L', '')
  return /^\d{1,6}(-L?\d{1,6})?$/.test(asked) ? asked.replace('L', '') : ''
}

function EditorSkeleton() {
  return (
    <div className={classes.skeleton} role="status" aria-label="Opening file">
      {[40, 62, 55, 30, 70, 48].map((width) => (
        <Skeleton key={width} height={11} width={`${width}%`} />
      ))}
    </div>
  )
}
