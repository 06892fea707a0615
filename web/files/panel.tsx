// The file tree. Arrow keys walk it, as in every tree.
import { useMemo, useState, type KeyboardEvent } from 'react'
import { ActionIcon, Button, EmptyState, Menu, Skeleton, Tooltip } from '@mantine/core'
import {
  ChevronRight,
  Ellipsis,
  FilePlus,
  FileText,
  Folder,
  FolderOpen,
  Pencil,
  Trash2,
} from 'lucide-react'
import { useLocation, useRoute } from 'wouter'
import type { ProjectFile } from '../../server/files/schema.ts'
import { Failure } from '../failure.tsx'
import { useCan, useOpenProject } from '../room/context.tsx'
import { DeleteFile, PathDialog } from './dialogs.tsx'
import { useFiles } from './queries.ts'
import { buildTree, visibleRows, type TreeRow } from './tree.ts'
import classes from './files.module.css'

type Dialog = { kind: 'create'; folder: string } | { kind: 'rename' | 'delete'; file: ProjectFile }

export function FilesPanel({ onOpen }: { onOpen: () => void }) {
  const { project } = useOpenProject()
  const { data: files, error, refetch } = useFiles(project.slug)
  const mayWrite = useCan()('file:write')
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const close = () => setDialog(null)
  return (
    <div className={classes.panel}>
      <div className={classes.head}>
        <h2 className={classes.title}>Files</h2>
        {mayWrite && (
          <Tooltip label="New file">
            <ActionIcon
              aria-label="New file"
              onClick={() => setDialog({ kind: 'create', folder: '' })}
            >
              <FilePlus size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      {!files && error && <Failure error={error} onRetry={() => void refetch()} />}
      {!files && !error && <TreeSkeleton />}
      {files?.length === 0 && (
        <EmptyState size="xs" p="md" title="No files yet">
          {mayWrite && (
            <Button
              size="xs"
              variant="default"
              onClick={() => setDialog({ kind: 'create', folder: '' })}
            >
              Create a file
            </Button>
          )}
        </EmptyState>
      )}
      {files && files.length > 0 && (
        <Tree files={files} mayWrite={mayWrite} onOpen={onOpen} onDialog={setDialog} />
      )}
      {dialog?.kind === 'create' && (
        <PathDialog folder={dialog.folder} onClose={close} onDone={onOpen} />
      )}
      {dialog?.kind === 'rename' && <PathDialog file={dialog.file} onClose={close} />}
      {dialog?.kind === 'delete' && <DeleteFile file={dialog.file} onClose={close} />}
    </div>
  )
}

interface TreeProps {
  files: readonly ProjectFile[]
  mayWrite: boolean
  onOpen: () => void
  onDialog: (dialog: Dialog) => void
}

function Tree({ files, mayWrite, onOpen, onDialog }: TreeProps) {
  const { project } = useOpenProject()
  const [, navigate] = useLocation()
  const [, route] = useRoute('/p/:slug/files/:fileId')
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const [focused, setFocused] = useState<string | null>(null)
  const tree = useMemo(() => buildTree(files), [files])
  const rows = visibleRows(tree, closed)
  const selected = (row: TreeRow) => row.node.kind === 'file' && row.node.file.id === route?.fileId
  const entry = rows.find(({ node }) => node.path === focused) ?? rows.find(selected) ?? rows[0]

  const toggle = (path: string, open = closed.has(path)) => {
    const next = new Set(closed)
    if (open) next.delete(path)
    else next.add(path)
    setClosed(next)
  }
  const activate = ({ node }: TreeRow) => {
    if (node.kind === 'folder') return toggle(node.path)
    navigate(`/p/${project.slug}/files/${node.file.id}`)
    onOpen()
  }
  const move = (event: KeyboardEvent<HTMLElement>, index: number) => {
    const row = rows[index]
    if (!row || event.target !== event.currentTarget) return
    const items = event.currentTarget.parentElement?.children
    const focus = (to: number) => (items?.[to] as HTMLElement | undefined)?.focus()
    const { node } = row
    const act: Record<string, () => void> = {
      ArrowDown: () => focus(index + 1),
      ArrowUp: () => focus(index - 1),
      Home: () => focus(0),
      End: () => focus(rows.length - 1),
      ArrowRight: () => node.kind === 'folder' && toggle(node.path, true),
      ArrowLeft: () => {
        if (node.kind === 'folder' && !closed.has(node.path)) return toggle(node.path, false)
        const parent = rows.findLastIndex((other, at) => at < index && other.depth < row.depth)
        focus(parent)
      },
      Enter: () => activate(row),
      ' ': () => activate(row),
      F2: () => mayWrite && node.kind === 'file' && onDialog({ kind: 'rename', file: node.file }),
      Delete: () =>
        mayWrite && node.kind === 'file' && onDialog({ kind: 'delete', file: node.file }),
    }
    const handle = act[event.key]
    if (!handle) return
    event.preventDefault()
    handle()
  }

  return (
    <div role="tree" aria-label="Files" className={classes.tree}>
      {rows.map((row, index) => {
        const { node, depth } = row
        const open = node.kind === 'folder' && !closed.has(node.path)
        return (
          <div
            key={`${node.kind} ${node.path}`}
            role="treeitem"
            aria-level={depth + 1}
            aria-label={node.name}
            aria-selected={selected(row)}
            {...(node.kind === 'folder' ? { 'aria-expanded': open } : {})}
            tabIndex={row === entry ? 0 : -1}
            className={classes.row}
            style={{ paddingLeft: 8 + depth * 14 }}
            title={node.path}
            onClick={() => activate(row)}
            onFocus={() => setFocused(node.path)}
            onKeyDown={(event) => move(event, index)}
          >
            <RowIcon kind={node.kind} open={open} />
            <span className={classes.name}>{node.name}</span>
            {mayWrite && <RowMenu row={row} onDialog={onDialog} />}
          </div>
        )
      })}
    </div>
  )
}

function RowIcon({ kind, open }: { kind: 'folder' | 'file'; open: boolean }) {
  if (kind === 'file') return <FileText size={15} aria-hidden className={classes.fileIcon} />
  const Icon = open ? FolderOpen : Folder
  return (
    <>
      <ChevronRight size={14} aria-hidden className={classes.chevron} data-open={open} />
      <Icon size={15} aria-hidden className={classes.folderIcon} />
    </>
  )
}

function RowMenu({
  row: { node },
  onDialog,
}: {
  row: TreeRow
  onDialog: (dialog: Dialog) => void
}) {
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon
          size="sm"
          className={classes.more ?? ''}
          aria-label={`Actions for ${node.path}`}
          onClick={(event) => event.stopPropagation()}
        >
          <Ellipsis size={15} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown onClick={(event) => event.stopPropagation()}>
        {node.kind === 'folder' ? (
          <Menu.Item
            leftSection={<FilePlus size={15} />}
            onClick={() => onDialog({ kind: 'create', folder: `${node.path}/` })}
          >
            New file here
          </Menu.Item>
        ) : (
          <>
            <Menu.Item
              leftSection={<Pencil size={15} />}
              onClick={() => onDialog({ kind: 'rename', file: node.file })}
            >
              Rename or move
            </Menu.Item>
            <Menu.Item
              color="red"
              leftSection={<Trash2 size={15} />}
              onClick={() => onDialog({ kind: 'delete', file: node.file })}
            >
              Delete
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

function TreeSkeleton() {
  return (
    <div className={classes.skeleton} role="status" aria-label="Loading files">
      {[120, 90, 140, 110, 80].map((width) => (
        <Skeleton key={width} height={12} width={width} />
      ))}
    </div>
  )
}
