// The left column: the file tree with what begins things in it, or the search in all files.
import { useEffect, useState } from 'react'
import {
  ActionIcon,
  Button,
  CloseButton,
  EmptyState,
  Menu,
  Skeleton,
  TextInput,
  Tooltip,
} from '@mantine/core'
import {
  Download,
  Ellipsis,
  FileArchive,
  FilePlus,
  FileSearch,
  FileUp,
  FolderPlus,
  FolderUp,
  ListChevronsDownUp,
  ListChevronsUpDown,
  Search,
  Trash2,
} from 'lucide-react'
import { useRoute } from 'wouter'
import { Failure } from '../failure.tsx'
import { useCan, useOpenProject } from '../room/context.tsx'
import { downloadFile } from './actions.tsx'
import { chooseFiles } from './choosing.ts'
import { useDragging } from './dragging.ts'
import {
  beginCreating,
  beginFolders,
  beginSearch,
  changeExplorer,
  openAll,
  useExplorer,
} from './explorer.ts'
import { useFiles } from './queries.ts'
import { rememberFile } from './recent.ts'
import { SearchPanel } from './search.tsx'
import { TrashDialog } from './trash.tsx'
import { UploadTray } from './tray.tsx'
import { FileTree } from './tree.tsx'
import { isFolder } from './tree.ts'
import classes from './panel.module.css'

/** Fewer are seen at once. */
const MANY = 12

interface Props {
  onOpen: () => void
  onQuickOpen: () => void
}

export function FilesPanel({ onOpen, onQuickOpen }: Props) {
  const { project } = useOpenProject()
  const { slug } = project
  const { data: files, error, refetch } = useFiles(slug)
  const { view, naming, filter } = useExplorer(slug)
  const mayWrite = useCan()('file:write')
  const [, route] = useRoute('/p/:slug/files/:fileId/*?')
  const current = route?.fileId ?? null
  const [trash, setTrash] = useState(false)
  const count = files?.length
  useEffect(() => {
    if (count) beginFolders(slug, count)
  }, [slug, count])
  useEffect(() => {
    if (current) rememberFile(slug, current)
  }, [slug, current])
  if (view === 'search') {
    return (
      <div className={classes.panel}>
        <SearchPanel onOpen={onOpen} />
        <UploadTray />
      </div>
    )
  }
  const isEmpty = count === 0 && naming === null
  return (
    <div className={classes.panel}>
      <Head mayWrite={mayWrite} onQuickOpen={onQuickOpen} onTrash={() => setTrash(true)} />
      {(count ?? 0) >= MANY && <Filter slug={slug} filter={filter} />}
      {!files && error && <Failure error={error} onRetry={() => void refetch()} />}
      {!files && !error && <TreeSkeleton />}
      {isEmpty && <NoFiles mayWrite={mayWrite} />}
      {files && !isEmpty && (
        <FileTree files={files} current={current} mayWrite={mayWrite} onOpen={onOpen} />
      )}
      <UploadTray />
      {trash && <TrashDialog onClose={() => setTrash(false)} />}
    </div>
  )
}

/** Where a new one goes: beside what is chosen, or into it. */
function useNewPlace(slug: string) {
  const { focused, chosen } = useExplorer(slug)
  const { data: files } = useFiles(slug)
  const file = files?.find(({ id }) => id === focused && chosen.has(id))
  if (!file) return null
  return isFolder(file) ? file.id : file.parentId
}

interface HeadProps {
  mayWrite: boolean
  onQuickOpen: () => void
  onTrash: () => void
}

function Head({ mayWrite, onQuickOpen, onTrash }: HeadProps) {
  const { project } = useOpenProject()
  const { slug } = project
  const parentId = useNewPlace(slug)
  return (
    <div className={classes.head}>
      <h2 className={classes.title}>Files</h2>
      {mayWrite && (
        <>
          <Tooltip label="New file">
            <ActionIcon aria-label="New file" onClick={() => beginCreating(slug, 'text', parentId)}>
              <FilePlus size={16} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="New folder">
            <ActionIcon
              aria-label="New folder"
              onClick={() => beginCreating(slug, 'folder', parentId)}
            >
              <FolderPlus size={16} />
            </ActionIcon>
          </Tooltip>
        </>
      )}
      <Tooltip label="Search in files (Ctrl+Shift+F)">
        <ActionIcon aria-label="Search in files" onClick={() => beginSearch(slug)}>
          <Search size={15} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Collapse all">
        <ActionIcon aria-label="Collapse all" onClick={() => openAll(slug, false)}>
          <ListChevronsDownUp size={16} />
        </ActionIcon>
      </Tooltip>
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <ActionIcon aria-label="More for files">
            <Ellipsis size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<FileSearch size={15} />} onClick={onQuickOpen}>
            Go to file…
          </Menu.Item>
          <Menu.Item
            leftSection={<ListChevronsUpDown size={15} />}
            onClick={() => openAll(slug, true)}
          >
            Expand all
          </Menu.Item>
          <Menu.Divider />
          {mayWrite && <UploadItems slug={slug} />}
          <Menu.Item leftSection={<Download size={15} />} onClick={() => void downloadFile(slug)}>
            Download project
          </Menu.Item>
          {mayWrite && (
            <Menu.Item leftSection={<Trash2 size={15} />} onClick={onTrash}>
              Trash
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}

function UploadItems({ slug }: { slug: string }) {
  return (
    <>
      <Menu.Item leftSection={<FileUp size={15} />} onClick={() => chooseFiles(slug, 'files')}>
        Upload files
      </Menu.Item>
      <Menu.Item leftSection={<FolderUp size={15} />} onClick={() => chooseFiles(slug, 'folder')}>
        Upload a folder
      </Menu.Item>
      <Menu.Item leftSection={<FileArchive size={15} />} onClick={() => chooseFiles(slug, 'zip')}>
        Import a zip
      </Menu.Item>
    </>
  )
}

function Filter({ slug, filter }: { slug: string; filter: string }) {
  const change = (next: string) => changeExplorer(slug, { filter: next })
  return (
    <div className={classes.filter}>
      <TextInput
        size="xs"
        aria-label="Filter files"
        placeholder="Filter files"
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        value={filter}
        rightSection={
          filter && <CloseButton size="xs" aria-label="Clear filter" onClick={() => change('')} />
        }
        onChange={(event) => change(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && change('')}
      />
    </div>
  )
}

const nobody = new Map()
const none: ReadonlySet<string> = new Set()

/** Takes what is dropped, as the tree does. */
function NoFiles({ mayWrite }: { mayWrite: boolean }) {
  const { project } = useOpenProject()
  const { slug } = project
  const { target, handlers } = useDragging({ slug, files: nobody, chosen: none, mayWrite })
  return (
    <div className={classes.empty} data-target={target === null} {...handlers}>
      <EmptyState
        size="xs"
        p="md"
        title="No files yet"
        description={mayWrite ? 'Create one, or drop files and folders here.' : undefined}
      >
        {mayWrite && (
          <Button size="xs" variant="default" onClick={() => beginCreating(slug, 'text', null)}>
            Create a file
          </Button>
        )}
      </EmptyState>
    </div>
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
