// What can be done with the files under the pointer, or with the project where it is on none.
import { useState } from 'react'
import { Menu, Portal } from '@mantine/core'
import {
  Copy,
  Download,
  FilePlus,
  FileUp,
  FolderInput,
  FolderPlus,
  Pencil,
  SquareArrowOutUpRight,
  Trash2,
} from 'lucide-react'
import { useLocation } from 'wouter'
import type { ProjectFile } from '../../server/files/schema.ts'
import { useOpenProject } from '../room/context.tsx'
import { copyPath, deleteFiles, downloadFile, downloadFiles, filePath } from './actions.tsx'
import { beginCreating, changeExplorer } from './explorer.ts'
import { MoveDialog } from './move.tsx'
import { chooseFiles } from './choosing.ts'
import { isFolder } from './tree.ts'
import classes from './tree.module.css'

export interface MenuPlace {
  x: number
  y: number
  ids: ReadonlySet<string>
  /** The one that was pointed at; null: none */
  main: ProjectFile | null
}

interface Props {
  place: MenuPlace | null
  mayWrite: boolean
  onOpen: () => void
  onClose: () => void
}

export function FileMenu({ place, mayWrite, onOpen, onClose }: Props) {
  const [moving, setMoving] = useState<ReadonlySet<string> | null>(null)
  return (
    <>
      {place && (
        <Portal>
          <Menu
            opened
            position="bottom-start"
            width={220}
            onChange={(opened) => !opened && onClose()}
          >
            <Menu.Target>
              <span className={classes.menuAnchor} style={{ left: place.x, top: place.y }} />
            </Menu.Target>
            <Menu.Dropdown>
              <Items place={place} mayWrite={mayWrite} onOpen={onOpen} onMove={setMoving} />
            </Menu.Dropdown>
          </Menu>
        </Portal>
      )}
      {moving && <MoveDialog ids={moving} onClose={() => setMoving(null)} />}
    </>
  )
}

interface ItemsProps {
  place: MenuPlace
  mayWrite: boolean
  onOpen: () => void
  onMove: (ids: ReadonlySet<string>) => void
}

function Items({ place: { ids, main }, mayWrite, onOpen, onMove }: ItemsProps) {
  const { project } = useOpenProject()
  const { slug } = project
  const [, navigate] = useLocation()
  if (ids.size > 1) {
    return (
      <>
        <Menu.Label>{ids.size} chosen</Menu.Label>
        {mayWrite && (
          <Menu.Item leftSection={<FolderInput size={15} />} onClick={() => onMove(ids)}>
            Move to…
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<Download size={15} />}
          onClick={() => void downloadFiles(slug, ids)}
        >
          Download
        </Menu.Item>
        {mayWrite && <DeleteItem onClick={() => void deleteFiles(slug, ids)} />}
      </>
    )
  }
  const folder = main === null || isFolder(main)
  const parentId = main === null ? null : folder ? main.id : main.parentId
  return (
    <>
      {main && !folder && (
        <Menu.Item
          leftSection={<SquareArrowOutUpRight size={15} />}
          onClick={() => {
            navigate(filePath(slug, main.id))
            onOpen()
          }}
        >
          Open
        </Menu.Item>
      )}
      {mayWrite && folder && (
        <>
          <Menu.Item
            leftSection={<FilePlus size={15} />}
            onClick={() => beginCreating(slug, 'text', parentId)}
          >
            New file{main && ' here'}
          </Menu.Item>
          <Menu.Item
            leftSection={<FolderPlus size={15} />}
            onClick={() => beginCreating(slug, 'folder', parentId)}
          >
            New folder{main && ' here'}
          </Menu.Item>
          <Menu.Item
            leftSection={<FileUp size={15} />}
            onClick={() => chooseFiles(slug, 'files', main?.path ?? '')}
          >
            Upload files{main && ' here'}
          </Menu.Item>
          {main && <Menu.Divider />}
        </>
      )}
      {mayWrite && main && (
        <>
          <Menu.Item
            leftSection={<Pencil size={15} />}
            rightSection={<kbd className={classes.key}>F2</kbd>}
            onClick={() => changeExplorer(slug, { naming: { kind: 'rename', id: main.id } })}
          >
            Rename
          </Menu.Item>
          <Menu.Item
            leftSection={<FolderInput size={15} />}
            onClick={() => onMove(new Set([main.id]))}
          >
            Move to…
          </Menu.Item>
        </>
      )}
      {main && (
        <Menu.Item leftSection={<Copy size={15} />} onClick={() => copyPath(main.path)}>
          Copy path
        </Menu.Item>
      )}
      <Menu.Item
        leftSection={<Download size={15} />}
        onClick={() => void downloadFile(slug, main ?? undefined)}
      >
        {main === null ? 'Download project' : folder ? 'Download as zip' : 'Download'}
      </Menu.Item>
      {mayWrite && main && <DeleteItem onClick={() => void deleteFiles(slug, ids)} />}
    </>
  )
}

function DeleteItem({ onClick }: { onClick: () => void }) {
  return (
    <>
      <Menu.Divider />
      <Menu.Item
        color="red"
        leftSection={<Trash2 size={15} />}
        rightSection={<kbd className={classes.key}>Del</kbd>}
        onClick={onClick}
      >
        Delete
      </Menu.Item>
    </>
  )
}
