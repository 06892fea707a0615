// Edits of this person that the server will not take, in files that are not open: because the file was deleted, closed
// to them or is full. They stay in this browser until somebody says what becomes of them.
import { useEffect } from 'react'
import { Alert } from '@mantine/core'
import { useUser } from '../accounts/gate.tsx'
import { useStore } from '../store.ts'
import { Rescue } from './alerts.tsx'
import { documentChanges, openDocuments, resumeDocuments } from './documents.ts'
import classes from './editor.module.css'

/** Between looks whether a deleted file is back, milliseconds. */
const LOOK_AGAIN = 15_000

export function UnsavedEdits() {
  const user = useUser()
  useStore(documentChanges)
  useEffect(() => {
    void resumeDocuments(user)
    // oxlint-disable-next-line react/exhaustive-deps -- a changed profile changes nothing here
  }, [user.id])
  useEffect(() => {
    const timer = setInterval(() => {
      for (const document of openDocuments())
        if (!document.isShown() && document.get().refusal?.code === 'NOT_FOUND') document.retry()
    }, LOOK_AGAIN)
    return () => clearInterval(timer)
  }, [])
  const refused = openDocuments().filter((document) => {
    const { state, unsaved } = document.get()
    return state === 'refused' && unsaved && !document.isShown()
  })
  const alerts = refused.map((document) => {
    const path = document.path() ?? 'a file'
    const { refusal, kept } = document.get()
    return (
      <Alert
        key={document.fileId}
        color="red"
        role="alert"
        title={`Your last changes to ${path} are not saved`}
      >
        {refusal?.message} Your changes are {kept ? 'kept in this browser' : 'in this tab only'}
        {refusal?.code === 'NOT_FOUND' && ', and are saved if the file is restored'}.
        <Rescue document={document} path={path} />
      </Alert>
    )
  })
  return alerts.length > 0 && <div className={classes.unsaved}>{alerts}</div>
}
