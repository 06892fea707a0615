// What was deleted, who did it and when; back with it, or for good.
import { useState } from 'react'
import { ActionIcon, Button, EmptyState, Loader, Modal, Tooltip } from '@mantine/core'
import { Trash2, Undo2 } from 'lucide-react'
import type { TrashedFile } from '../../server/files/schema.ts'
import { Confirm } from '../confirm.tsx'
import { Failure } from '../failure.tsx'
import { notify, notifyError } from '../notice.ts'
import { useCan, useOpenProject } from '../room/context.tsx'
import { Ago, momentName } from '../time.tsx'
import { FileIcon } from './icon.tsx'
import { purgeTrash, restoreFile, useTrash } from './queries.ts'
import { folderOf, nameOf } from './tree.ts'
import classes from './trash.module.css'

/** `true`: all of it */
type Asked = TrashedFile | true

export function TrashDialog({ onClose }: { onClose: () => void }) {
  const { project } = useOpenProject()
  const { slug } = project
  const { data: trash, error, refetch } = useTrash(slug)
  const can = useCan()
  const manages = can('project:write')
  const [asked, setAsked] = useState<Asked | null>(null)
  const restore = (file: TrashedFile) =>
    void restoreFile(slug, file.id).then(
      ({ path }) => notify(`${path} is back`),
      (failure: unknown) => notifyError(failure, `${nameOf(file.path)} was not restored`),
    )
  return (
    <Modal opened onClose={onClose} title="Trash" size="lg">
      <p className={classes.hint}>
        What is deleted stays here for 30 days; a folder comes back with all that was in it.
      </p>
      {!trash && error && <Failure error={error} onRetry={() => void refetch()} />}
      {!trash && !error && <Loader size="sm" m="xl" aria-label="Loading" />}
      {trash?.count === 0 && <EmptyState p="lg" icon={<Trash2 />} title="The trash is empty" />}
      {trash && trash.count > 0 && (
        <>
          <ul className={classes.list} aria-label="Trash">
            {trash.newest.map((file) => (
              <li key={file.id} className={classes.entry}>
                <FileIcon name={nameOf(file.path)} kind={file.kind} />
                <span className={classes.names}>
                  <span className={classes.path}>
                    {folderOf(file.path) && (
                      <span className={classes.folder}>{folderOf(file.path)}/</span>
                    )}
                    {nameOf(file.path)}
                  </span>
                  <span className={classes.when}>
                    <Deleted file={file} />
                  </span>
                </span>
                {can('file:write') && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    leftSection={<Undo2 size={14} />}
                    aria-label={`Restore ${file.path}`}
                    onClick={() => restore(file)}
                  >
                    Restore
                  </Button>
                )}
                {manages && (
                  <Tooltip label="Delete for good">
                    <ActionIcon
                      color="red"
                      aria-label={`Delete ${file.path} for good`}
                      onClick={() => setAsked(file)}
                    >
                      <Trash2 size={15} />
                    </ActionIcon>
                  </Tooltip>
                )}
              </li>
            ))}
          </ul>
          {trash.count > trash.newest.length && (
            <p className={classes.hint}>
              {`These are the newest ${trash.newest.length} of ${trash.count}; what was deleted before shows up when they are gone.`}
            </p>
          )}
          {manages && (
            <Button
              mt="md"
              size="compact-sm"
              color="gray"
              variant="subtle"
              c="dimmed"
              fw={450}
              onClick={() => setAsked(true)}
            >
              Empty the trash…
            </Button>
          )}
        </>
      )}
      {asked && (
        <Confirm
          opened
          title={asked === true ? 'Empty the trash' : 'Delete for good'}
          action={asked === true ? 'Empty the trash' : 'Delete for good'}
          onClose={() => setAsked(null)}
          onConfirm={() => purgeTrash(slug, asked === true ? undefined : asked.id)}
        >
          {asked === true ? 'All that is in the trash' : asked.path} will be gone for everybody,
          with its history. This cannot be undone.
        </Confirm>
      )}
    </Modal>
  )
}

function Deleted({ file: { deletedBy, deletedAt, kind, count } }: { file: TrashedFile }) {
  return (
    <>
      Deleted by {deletedBy?.displayName ?? 'somebody who left'} <Ago at={deletedAt} />,{' '}
      {momentName(deletedAt)}
      {kind === 'folder' && count > 1 && `, with ${count - 1} in it`}
    </>
  )
}
