// Uploads below the tree: how far they are, what did not work and why, and the question where something is already.
import { useState } from 'react'
import { ActionIcon, Button, Checkbox, Group, Modal, Progress, Stack, Text } from '@mantine/core'
import { CircleAlert, CircleCheck, FileUp, RotateCcw, X } from 'lucide-react'
import { useOpenProject } from '../room/context.tsx'
import { useStore } from '../store.ts'
import { folderOf, isFolder } from './tree.ts'
import { knownFiles } from './queries.ts'
import { uploadName, uploadsOf, type Choice, type Upload } from './uploads.ts'
import classes from './tray.module.css'

/** Of those that are on their way */
const SHOWN = 6

export function UploadTray() {
  const { project } = useOpenProject()
  const uploads = uploadsOf(project.slug)
  const all = useStore(uploads)
  const failed = all.filter(({ state }) => state === 'failed')
  const sending = all.filter(({ state }) => state === 'sending')
  const asking = all.filter(({ state }) => state === 'asking')
  const waiting = all.filter(({ state }) => state === 'waiting')
  const told = all.filter(({ state, message }) => state === 'done' && message)
  const open = sending.length + waiting.length + asking.length
  const done = all.filter(({ state }) => state === 'done').length
  const counted = all.filter(({ state }) => state !== 'skipped').length
  const part = all.reduce((sum, { progress }) => sum + progress, 0) / Math.max(counted, 1)
  if (counted === 0) return null
  const summary =
    open > 0
      ? `Uploading, ${done} of ${counted} done`
      : failed.length > 0
        ? `${failed.length} of ${counted} not uploaded`
        : `${done} uploaded`
  return (
    <section className={classes.tray} aria-label="Uploads">
      <div className={classes.head}>
        <span role="status" className={classes.summary}>
          {summary}
        </span>
        {open > 0 ? (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => uploads.cancel()}>
            Cancel
          </Button>
        ) : (
          <ActionIcon size="sm" aria-label="Close uploads" onClick={() => uploads.clear()}>
            <X size={14} />
          </ActionIcon>
        )}
      </div>
      {open > 0 && <Progress value={part * 100} size={3} aria-label="Uploaded" />}
      <ul className={classes.list}>
        {[...failed, ...told, ...sending].slice(0, SHOWN + failed.length).map((upload) => (
          <UploadRow key={upload.key} upload={upload} onRetry={() => uploads.retry(upload)} />
        ))}
      </ul>
      {asking[0] && (
        <Conflict
          key={asking[0].key}
          upload={asking[0]}
          others={asking.length - 1 + waiting.length}
          onAnswer={(choice, forAll) => asking[0] && uploads.answer(asking[0], choice, forAll)}
        />
      )}
    </section>
  )
}

function UploadRow({ upload, onRetry }: { upload: Upload; onRetry: () => void }) {
  const { state, message, path, progress } = upload
  const Icon = state === 'failed' ? CircleAlert : state === 'done' ? CircleCheck : FileUp
  return (
    <li className={classes.upload} data-state={state}>
      <Icon size={14} aria-hidden />
      <span className={classes.names}>
        <span className={classes.name} title={path}>
          {uploadName(upload)}
        </span>
        {message && <span className={classes.message}>{message}</span>}
      </span>
      {state === 'sending' && <span className={classes.part}>{Math.round(progress * 100)} %</span>}
      {state === 'failed' && (
        <ActionIcon size="sm" aria-label={`Try ${path} again`} onClick={onRetry}>
          <RotateCcw size={13} />
        </ActionIcon>
      )}
    </li>
  )
}

interface ConflictProps {
  upload: Upload
  /** That may be asked about, too */
  others: number
  onAnswer: (choice: Choice, forAll: boolean) => void
}

function Conflict({ upload, others, onAnswer }: ConflictProps) {
  const { project } = useOpenProject()
  const [forAll, setForAll] = useState(false)
  const there = knownFiles(project.slug).find(({ path }) => path === upload.path)
  const folder = there !== undefined && isFolder(there)
  const where = folderOf(upload.path) || 'the project'
  return (
    <Modal opened onClose={() => onAnswer('skip', forAll)} title="It is there already" size="sm">
      <Stack gap="sm">
        <Text size="sm">
          There is a {folder ? 'folder' : 'file'} <strong>{uploadName(upload)}</strong> in {where}{' '}
          already.
          {!folder &&
            ' Replacing it changes the text for everybody who has it open; its history stays.'}
        </Text>
        {others > 0 && (
          <Checkbox
            label="Do the same for all that are there already"
            checked={forAll}
            onChange={(event) => setForAll(event.currentTarget.checked)}
          />
        )}
        <Group justify="flex-end" gap="xs" mt="xs">
          <Button variant="default" onClick={() => onAnswer('skip', forAll)}>
            Skip
          </Button>
          <Button variant="default" onClick={() => onAnswer('both', forAll)} data-autofocus>
            Keep both
          </Button>
          {!folder && <Button onClick={() => onAnswer('replace', forAll)}>Replace</Button>}
        </Group>
      </Stack>
    </Modal>
  )
}
