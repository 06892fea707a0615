// The row in which a new file or folder is named, where it will stand.
import { useEffect, useRef } from 'react'
import { useLocation } from 'wouter'
import type { ProjectFile } from '../../server/files/schema.ts'
import { useOpenProject } from '../room/context.tsx'
import { filePath } from './actions.tsx'
import { changeExplorer, openFolders, type Naming } from './explorer.ts'
import { Chevron, FileIcon } from './icon.tsx'
import { NameField } from './naming.tsx'
import { createFile } from './queries.ts'
import { joinPath } from './tree.ts'
import classes from './tree.module.css'

interface Props {
  naming: Extract<Naming, { kind: 'create' }>
  /** undefined: the top */
  parent: ProjectFile | undefined
  depth: number
  top: number
  isTaken: (path: string) => boolean
  onEnd: (byKey: boolean) => void
  onOpen: () => void
}

export function NewRow({ naming, parent, depth, top, isTaken, onEnd, onOpen }: Props) {
  const { project } = useOpenProject()
  const { slug } = project
  const [, navigate] = useLocation()
  const row = useRef<HTMLDivElement>(null)
  const { what } = naming
  const folder = parent?.path ?? ''
  useEffect(() => {
    row.current?.scrollIntoView({ block: 'nearest' })
  }, [top])
  const create = async (name: string) => {
    const file = await createFile(slug, { path: joinPath(folder, name), kind: what })
    onEnd(what === 'folder')
    changeExplorer(slug, { focused: file.id, chosen: new Set([file.id]) })
    if (what === 'folder') {
      if (file.parentId !== null) openFolders(slug, [file.parentId])
      return
    }
    navigate(filePath(slug, file.id))
    onOpen()
  }
  return (
    <div
      ref={row}
      className={classes.row}
      data-naming
      style={{ top, '--depth': depth } as React.CSSProperties}
    >
      <Chevron shown={what === 'folder'} open={false} />
      <FileIcon name="" kind={what} />
      <NameField
        label={what === 'folder' ? 'Folder path' : 'File path'}
        before=""
        folder={folder}
        placeholder={what === 'folder' ? 'folder' : depth === 0 ? 'src/main.ts' : 'main.ts'}
        isTaken={isTaken}
        onSubmit={create}
        onCancel={onEnd}
      />
    </div>
  )
}
