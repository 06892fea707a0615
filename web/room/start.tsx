// The middle of the room while no file is open.
import { Button, EmptyState } from '@mantine/core'
import { FileCode, FilePlus } from 'lucide-react'
import { beginCreating } from '../files/explorer.ts'
import { useFiles } from '../files/queries.ts'
import { useCan, useOpenProject } from './context.tsx'

interface Props {
  phone: boolean
  /** Shows the files, where they are not beside this */
  onBrowse: () => void
  onQuickOpen: () => void
}

export function CodeStart({ phone, onBrowse, onQuickOpen }: Props) {
  const { project } = useOpenProject()
  const { data: files } = useFiles(project.slug)
  const can = useCan()
  if (!files) return null
  const mayWrite = can('file:write')
  const empty = files.length === 0
  const create = () => {
    onBrowse()
    beginCreating(project.slug, 'text', null)
  }
  return (
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
      {empty && mayWrite && <Button onClick={create}>New file</Button>}
      {!empty && (
        <Button variant="default" onClick={phone ? onBrowse : onQuickOpen}>
          {phone ? 'Show files' : 'Go to file'}
        </Button>
      )}
    </EmptyState>
  )
}
