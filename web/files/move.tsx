// "Move to…": for the keyboard and for phones, and where the way is too long to drag.
import { useState } from 'react'
import { Combobox, TextInput, useCombobox } from '@mantine/core'
import { FormDialog } from '../dialog.tsx'
import { AppError } from '../../protocol/errors.ts'
import { useOpenProject } from '../room/context.tsx'
import { mayMove, moveFiles } from './actions.tsx'
import { openFolders } from './explorer.ts'
import { knownFiles } from './queries.ts'
import { isFolder, nameOf, outermost } from './tree.ts'
import classes from './move.module.css'

const TOP = '/ (top of the project)'
/** More are found by typing. */
const SHOWN = 50

export function MoveDialog({ ids, onClose }: { ids: ReadonlySet<string>; onClose: () => void }) {
  const { project } = useOpenProject()
  const { slug } = project
  const [to, setTo] = useState('')
  const all = new Map(knownFiles(slug).map((file) => [file.id, file]))
  const moving = outermost(all, ids)
  const movable = (id: string | null) => moving.some((file) => mayMove(all, file, id))
  const folders = [...all.values()].filter((file) => isFolder(file) && movable(file.id))
  const options = [...(movable(null) ? [TOP] : []), ...folders.map(({ path }) => path).toSorted()]
  const typed = options.includes(to) ? '' : to.trim().toLowerCase()
  const found = options.filter((path) => path.toLowerCase().includes(typed)).slice(0, SHOWN)
  const combobox = useCombobox({ opened: true })
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
      <Combobox
        store={combobox}
        onOptionSubmit={(path) => {
          setTo(path)
          // Enter moves it there then.
          combobox.resetSelectedOption()
        }}
      >
        <Combobox.EventsTarget>
          <TextInput
            label="Folder"
            description="Choose one, or type some letters of its path"
            data-autofocus
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            value={to}
            onChange={(event) => {
              setTo(event.currentTarget.value)
              combobox.resetSelectedOption()
            }}
          />
        </Combobox.EventsTarget>
        <Combobox.Options className={classes.folders} aria-label="Folders">
          {found.map((path) => (
            <Combobox.Option key={path} value={path} active={path === to}>
              {path}
            </Combobox.Option>
          ))}
          {found.length === 0 && <Combobox.Empty>No such folder</Combobox.Empty>}
        </Combobox.Options>
      </Combobox>
    </FormDialog>
  )
}
