// "Move to…": for the keyboard and for phones, and where the way is too long to drag.
import { useState } from 'react'
import { Autocomplete } from '@mantine/core'
import { FormDialog } from '../dialog.tsx'
import { AppError } from '../../protocol/errors.ts'
import { useOpenProject } from '../room/context.tsx'
import { mayMove, moveFiles } from './actions.tsx'
import { openFolders } from './explorer.ts'
import { knownFiles } from './queries.ts'
import { isFolder, nameOf, outermost } from './tree.ts'

const TOP = '/ (top of the project)'

export function MoveDialog({ ids, onClose }: { ids: ReadonlySet<string>; onClose: () => void }) {
  const { project } = useOpenProject()
  const { slug } = project
  const [to, setTo] = useState('')
  const all = new Map(knownFiles(slug).map((file) => [file.id, file]))
  const moving = outermost(all, ids)
  const movable = (id: string | null) => moving.some((file) => mayMove(all, file, id))
  const folders = [...all.values()].filter((file) => isFolder(file) && movable(file.id))
  const options = [...(movable(null) ? [TOP] : []), ...folders.map(({ path }) => path).toSorted()]
  const what = moving.length === 1 && moving[0] ? nameOf(moving[0].path) : `${moving.length} files`
  return (
    <FormDialog
      title={`Move ${what}`}
      action="Move"
      ready={to.trim() !== ''}
      onClose={onClose}
      onSubmit={async () => {
        const wanted = to.trim().replace(/\/+$/, '')
        const folder = folders.find(({ path }) => path === wanted)
        const isTop = to === TOP || wanted === ''
        if (!folder && !isTop) {
          throw new AppError(
            'NOT_FOUND',
            `There is no folder ${wanted} to move ${what} to. Choose one of the list, or make it first.`,
          )
        }
        if (folder) openFolders(slug, [folder.id])
        await moveFiles(slug, ids, folder?.id ?? null)
      }}
    >
      <Autocomplete
        label="Folder"
        description="Type some letters of its path"
        placeholder="src/components"
        data={options}
        limit={50}
        maxDropdownHeight={240}
        data-autofocus
        spellCheck={false}
        autoCapitalize="none"
        value={to}
        onChange={setTo}
        onOptionSubmit={setTo}
      />
    </FormDialog>
  )
}
