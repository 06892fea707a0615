// What stands above the text when a person has to know or to choose: edits that the server will not take, and limits
// before they are reached.
import { useState } from 'react'
import { Alert, Button, Group } from '@mantine/core'
import { useLocation } from 'wouter'
import type { FileWithContent } from '../../server/files/schema.ts'
import { api } from '../api.ts'
import { Confirm } from '../confirm.tsx'
import { putFile } from '../files/queries.ts'
import { nameOf } from '../files/tree.ts'
import { notify, notifyError } from '../notice.ts'
import { useCan, useOpenProject } from '../room/context.tsx'
import { sizeText } from '../size.ts'
import type { OpenDocument } from './documents.ts'
import { count, type Fill } from './limits.ts'
import type { DocumentState } from './state.ts'

interface Props {
  document: OpenDocument
  state: DocumentState
  path: string
}

export function DocumentAlerts({ document, state, path }: Props) {
  if (state.state === 'refused')
    return (
      <Alert color="red" radius={0} role="alert">
        {state.refusal?.message}
        {state.unsaved && (
          <>
            {` Your last changes (${sizeText(state.pending)}) are not on the server`}
            {state.kept ? '; they are kept in this browser.' : ', only in this tab.'}
            <Rescue document={document} path={path} />
          </>
        )}
      </Alert>
    )
  return state.fill && <LimitAlert fill={state.fill} document={document} path={path} />
}

/** Takes the text along, or gives the changes up. */
export function Rescue({ document, path }: Pick<Props, 'document' | 'path'>) {
  const [asking, setAsking] = useState(false)
  const copyText = () =>
    navigator.clipboard.writeText(document.text.toJSON()).then(
      () => notify('The text is in the clipboard'),
      () => notify('The browser does not allow it here; download the text instead'),
    )
  return (
    <Group gap="xs" mt="xs">
      <Button size="compact-sm" variant="default" onClick={() => void copyText()}>
        Copy text
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => download(path, document.text.toJSON())}
      >
        Download
      </Button>
      <Button size="compact-sm" color="red" variant="light" onClick={() => setAsking(true)}>
        Discard my changes
      </Button>
      <Confirm
        opened={asking}
        title={`Discard your changes to ${nameOf(path)}?`}
        action="Discard them"
        onConfirm={() => discard(document)}
        onClose={() => setAsking(false)}
      >
        They are nowhere else. Copy or download the text first if you may want it.
      </Confirm>
    </Group>
  )
}

async function discard(document: OpenDocument) {
  await document.discard().catch(notifyError)
  // The editor holds the text that was given up; a new page has what the server has.
  if (document.isShown()) location.reload()
}

function download(path: string, text: string) {
  const link = globalThis.document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  link.download = nameOf(path)
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000)
}

function describe({ kind, used, max, full }: Fill): string {
  switch (kind) {
    case 'text':
      return `${count(used)} of ${count(max)} characters. ${full ? 'Nothing can be added; deleting works.' : 'At the limit nothing can be added.'}`
    case 'state':
      return `With its history this file takes ${sizeText(used)} of ${sizeText(max)}. ${full ? 'Nothing can be added; deleting works.' : 'At the limit nothing can be added.'}`
    case 'pending':
      return `${sizeText(used)} of at most ${sizeText(max)} wait for the server. ${full ? 'Nothing can be added until it is back.' : 'At the limit nothing can be added until it is back.'}`
  }
}

function LimitAlert({ fill, document, path }: Omit<Props, 'state'> & { fill: Fill }) {
  const mayWrite = useCan()('file:write')
  // Of the state, a character of text takes a byte or three; the rest is what was written and deleted.
  const history = fill.kind === 'state' && document.text.length < fill.max / 2
  return (
    <Alert
      color={fill.full ? 'red' : 'yellow'}
      radius={0}
      py="xs"
      role={fill.full ? 'alert' : 'status'}
      title={fill.full ? 'This file is full' : 'This file is almost full'}
    >
      {describe(fill)}
      {history && ' Most of it is history, not text: a fresh copy begins without it.'}
      {history && mayWrite && <FreshCopy document={document} path={path} />}
    </Alert>
  )
}

/** `src/a.ts` → `src/a (fresh copy).ts` */
const freshPath = (path: string) => path.replace(/(\.[^./]+)?$/, ' (fresh copy)$1')

/** The same text as a new file, without what was written and deleted before; the old one stays. */
function FreshCopy({ document, path }: Omit<Props, 'state'>) {
  const { project } = useOpenProject()
  const [, go] = useLocation()
  const [busy, setBusy] = useState(false)
  const make = async () => {
    setBusy(true)
    try {
      const { content: _content, ...file } = await api.post<FileWithContent>(
        `/projects/${encodeURIComponent(project.slug)}/files`,
        { path: freshPath(path), content: document.text.toJSON() },
      )
      putFile(project.slug, file)
      go(`/p/${project.slug}/files/${file.id}`)
    } catch (error) {
      notifyError(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Group mt="xs">
      <Button size="compact-sm" variant="default" loading={busy} onClick={() => void make()}>
        Make a fresh copy
      </Button>
    </Group>
  )
}
