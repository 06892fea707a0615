// The middle of the room while no file is open.
import { Button, EmptyState } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { FileCode, FilePlus } from 'lucide-react'
import { PathDialog } from '../files/dialogs.tsx'
import { useFiles } from '../files/queries.ts'
import { useCan, useOpenProject } from './context.tsx'

export function CodeStart({ onBrowse }: { onBrowse: (() => void) | null }) {
  const { project } = useOpenProject()
  const { data: files } = useFiles(project.slug)
  const can = useCan()
  const [creating, { open, close }] = useDisclosure(false)
  if (!files) return null
  const mayWrite = can('file:write')
  const empty = files.length === 0
  return (
    <>
      <EmptyState
        m="auto"
        p="lg"
        icon={empty ? <FilePlus /> : <FileCode />}
        title={empty ? 'No files yet' : 'Open a file to start'}
        description={
          empty
            ? mayWrite
              ? 'Create the first one. Everybody in the room can write in it at the same time.'
              : 'As soon as somebody creates a file, it appears here.'
            : 'Everybody who has a file open sees the others’ cursors as they write.'
        }
      >
        {empty && mayWrite && <Button onClick={open}>New file</Button>}
        {!empty && onBrowse && (
          <Button variant="default" onClick={onBrowse}>
            Show files
          </Button>
        )}
      </EmptyState>
      {creating && <PathDialog onClose={close} />}
    </>
  )
}
