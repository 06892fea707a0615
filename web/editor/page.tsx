// An open file: its name, who else is in it, whether it is saved, and the text.
import { useEffect, useMemo, useState } from 'react'
import { EmptyState, Skeleton } from '@mantine/core'
import { FileX } from 'lucide-react'
import { useUser } from '../accounts/gate.tsx'
import { useCommenting } from '../comments/bound.ts'
import { FilePreview } from '../files/preview.tsx'
import { useFiles } from '../files/queries.ts'
import page from '../files/page.module.css'
import { useCan, useOpenProject } from '../room/context.tsx'
import { useStore } from '../store.ts'
import { useTitle } from '../title.ts'
import { DocumentAlerts } from './alerts.tsx'
import { CodeView } from './code.tsx'
import { EditorContext } from './context.ts'
import { findDocument, type OpenDocument } from './documents.ts'
import { PanelButtons, PanelSlot } from './panels.tsx'
import { HistoryButton } from '../history/button.tsx'
import { FilePeople } from './people.tsx'
import { preferencesOf } from './preferences.ts'
import { EditorSettings } from './settings.tsx'
import { ShortcutsButton } from './shortcuts.tsx'
import { SaveStatus } from './status.tsx'
import { TabStrip } from './strip.tsx'
import type { CodeEditor } from './view.ts'
import classes from './editor.module.css'

export function FilePage({ fileId }: { fileId: string }) {
  const { project } = useOpenProject()
  const { data: files } = useFiles(project.slug)
  const file = files?.find(({ id }) => id === fileId)
  useTitle(file ? `${file.path} · ${project.name}` : project.name)
  if (!files) return <EditorSkeleton />
  return (
    <div className={page.page}>
      <TabStrip current={fileId} files={files} />
      {file?.kind === 'binary' ? (
        <FilePreview file={file} />
      ) : file?.kind === 'text' ? (
        <OpenFile fileId={fileId} path={file.path} />
      ) : (
        <EmptyState
          m="auto"
          icon={<FileX />}
          title="This file is gone"
          description="Somebody deleted it, or it never was here. Choose another one from the files."
        />
      )}
    </div>
  )
}

/** Held for as long as the page shows it. */
function useDocument(fileId: string, path: string) {
  const user = useUser()
  const [document, setDocument] = useState<OpenDocument | null>(null)
  useEffect(() => {
    const found = findDocument(fileId, user)
    found.enter()
    setDocument(found)
    return () => found.leave()
    // oxlint-disable-next-line react/exhaustive-deps -- a changed profile is no reason to leave the file
  }, [fileId, user.id])
  useEffect(() => {
    if (document?.fileId === fileId) document.setPath(path)
  }, [document, fileId, path])
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
  const preferences = preferencesOf(useUser().id)
  const { keymap } = useStore(preferences)
  const [editor, setEditor] = useState<CodeEditor | null>(null)
  const view = editor?.view ?? null
  const open = useMemo(
    () => ({ fileId, path, document, view, readOnly }),
    [fileId, path, document, view, readOnly],
  )
  const slash = path.lastIndexOf('/') + 1
  useEffect(() => document.retry(), [document, mayWrite])
  useCommenting(document)
  return (
    <EditorContext value={open}>
      <div className={page.page}>
        <header className={page.head}>
          <h1 className={page.path} title={path}>
            <span className={page.folder}>{path.slice(0, slash)}</span>
            {path.slice(slash)}
          </h1>
          <FilePeople people={state.people} document={document} view={view} />
          <SaveStatus state={state} readOnly={readOnly} />
          <div className={classes.buttons}>
            <PanelButtons path={path} />
            <HistoryButton fileId={fileId} />
            <EditorSettings store={preferences} />
            <ShortcutsButton keymap={keymap} readOnly={readOnly} />
          </div>
        </header>
        <DocumentAlerts document={document} state={state} path={path} />
        {state.loaded ? (
          <div className={classes.body}>
            <CodeView onEditor={setEditor} />
            <PanelSlot path={path} />
          </div>
        ) : (
          state.state !== 'refused' && <EditorSkeleton />
        )}
      </div>
    </EditorContext>
  )
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
