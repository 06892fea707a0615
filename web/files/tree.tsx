// The rows of the tree. Clicks, keys and drags are handled here for all of them; focus stays on the tree as a whole,
// so that rows may come and go while one scrolls.
import { useEffect, useMemo, useRef, useState, type MouseEvent } from 'react'
import { EmptyState } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { SearchX } from 'lucide-react'
import { useLocation } from 'wouter'
import type { ProjectFile } from '../../server/files/schema.ts'
import { useUser } from '../accounts/gate.tsx'
import { useOpenProject, useRoomState } from '../room/context.tsx'
import { filePath, renameFile } from './actions.tsx'
import { rowAt, useDragging } from './dragging.ts'
import { changeExplorer, explorerOf, openFolders, shownFolders, useExplorer } from './explorer.ts'
import { peopleOnRows } from './here.ts'
import { useTreeKeys } from './keys.ts'
import { useLongPress } from './longpress.ts'
import { FileMenu, type MenuPlace } from './menu.tsx'
import { NameField } from './naming.tsx'
import { NewRow } from './newrow.tsx'
import { Row, rowId } from './row.tsx'
import {
  buildTree,
  filterTree,
  folderOf,
  foldersAbove,
  isFolder,
  visibleRows,
  type TreeRow,
} from './tree.ts'
import { useWindowed } from './windowed.ts'
import classes from './tree.module.css'

interface Props {
  files: readonly ProjectFile[]
  /** Of the file that the page shows */
  current: string | null
  mayWrite: boolean
  onOpen: () => void
}

/** What is written in the rows, and the index at which a new one is being named. */
function useRows(files: readonly ProjectFile[], slug: string) {
  const explorer = useExplorer(slug)
  const { filter, naming } = explorer
  const open = shownFolders(explorer)
  const tree = useMemo(() => buildTree(files), [files])
  const rows = useMemo(() => visibleRows(filterTree(tree, filter), open), [tree, filter, open])
  const parent = naming?.kind === 'create' ? naming.parentId : undefined
  const newAt =
    parent === undefined
      ? null
      : parent === null
        ? 0
        : rows.findIndex(({ node }) => node.file.id === parent) + 1
  return { rows, newAt, open }
}

export function FileTree({ files, current, mayWrite, onOpen }: Props) {
  const { project } = useOpenProject()
  const { slug } = project
  const { present } = useRoomState()
  const user = useUser()
  const [, navigate] = useLocation()
  const { focused, chosen, naming } = useExplorer(slug)
  const touch = useMediaQuery('(hover: none)', false, { getInitialValueInEffect: false })
  const height = touch ? 40 : 28
  const byId = useMemo(() => new Map(files.map((file) => [file.id, file])), [files])
  const paths = useMemo(() => new Set(files.map(({ path }) => path)), [files])
  const { rows, newAt, open } = useRows(files, slug)
  const { box, range, measure, reveal } = useWindowed(height)
  const { target, handlers } = useDragging({ slug, files: byId, chosen, mayWrite })
  const [menu, setMenu] = useState<MenuPlace | null>(null)
  const anchor = useRef<string | null>(null)
  const people = useMemo(() => {
    const others = present.filter(({ id }) => id !== user.id)
    return peopleOnRows(others, byId, open)
  }, [present, user.id, byId, open])

  // The file that the page shows is shown here, too, wherever somebody came from.
  const known = current !== null && byId.has(current)
  const all = useRef(byId)
  useEffect(() => {
    all.current = byId
  }, [byId])
  useEffect(() => {
    const file = known ? all.current.get(current) : undefined
    if (!file) return
    const above = foldersAbove(all.current, file).map(({ id }) => id)
    openFolders(slug, above)
    changeExplorer(slug, { focused: file.id, chosen: new Set([file.id]) })
  }, [slug, current, known])
  const focusedAt = rows.findIndex(({ node }) => node.file.id === focused)
  const shownAt = useRef(focusedAt)
  useEffect(() => {
    shownAt.current = focusedAt
  }, [focusedAt])
  useEffect(() => reveal(shownAt.current), [reveal, focused])

  const go = (id: string, extend: boolean) => {
    if (!extend) anchor.current = id
    const from = rows.findIndex(({ node }) => node.file.id === (anchor.current ?? focused ?? id))
    const to = rows.findIndex(({ node }) => node.file.id === id)
    const range = extend && from >= 0 ? rows.slice(Math.min(from, to), Math.max(from, to) + 1) : []
    const ids = extend ? range.map(({ node }) => node.file.id) : [id]
    changeExplorer(slug, { focused: id, chosen: new Set(ids) })
  }
  const activate = (file: ProjectFile) => {
    if (isFolder(file)) {
      const row = rows.find(({ node }) => node.file === file)
      return openFolders(slug, [file.id], !row?.open)
    }
    navigate(filePath(slug, file.id))
    onOpen()
  }
  const showMenu = (x: number, y: number, id: string | null) => {
    if (id !== null && !chosen.has(id)) go(id, false)
    const ids = id === null ? new Set<string>() : chosen.has(id) ? chosen : new Set([id])
    setMenu({ x, y, ids, main: id === null ? null : (byId.get(id) ?? null) })
  }
  const showMenuBelow = (element: Element | null, id: string | null) => {
    const { left, bottom } = (element ?? box.current ?? document.body).getBoundingClientRect()
    showMenu(left + 24, bottom, id)
  }
  const press = useLongPress((x, y, target) => showMenu(x, y, rowAt(target)))
  const onKeyDown = useTreeKeys({
    slug,
    rows,
    focused,
    chosen,
    mayWrite,
    onGo: go,
    onActivate: activate,
    onMenu: () => showMenuBelow(document.getElementById(rowId(focused ?? '')), focused),
    pageSize: () => Math.floor((box.current?.clientHeight ?? height) / height) - 1,
  })
  const onClick = (event: MouseEvent) => {
    const id = rowAt(event.target)
    const file = byId.get(id ?? '')
    if (!file || (naming?.kind === 'rename' && naming.id === id)) return
    const more = (event.target as Element).closest('[data-more]')
    if (more) return showMenuBelow(more, file.id)
    if (event.shiftKey) return go(file.id, true)
    if (event.ctrlKey || event.metaKey) {
      const next = new Set(chosen)
      if (!next.delete(file.id)) next.add(file.id)
      anchor.current = file.id
      return changeExplorer(slug, { focused: file.id, chosen: next })
    }
    go(file.id, false)
    activate(file)
  }
  const endNaming = (byKey: boolean) => {
    // While the server answered, somebody may have begun to name something else.
    if (explorerOf(slug).get().naming !== naming) return
    changeExplorer(slug, { naming: null })
    if (byKey) box.current?.focus()
  }
  const nameField = ({ id, path }: ProjectFile, name: string) => (
    <NameField
      label="New name"
      before={name}
      folder={folderOf(path)}
      placeholder="Name"
      isTaken={(other) => paths.has(other)}
      onCancel={endNaming}
      onSubmit={async (next) => {
        const file = byId.get(id)
        if (file) await renameFile(slug, file, next)
        endNaming(true)
      }}
    />
  )
  const place = (index: number) => (newAt !== null && index >= newAt ? index + 1 : index)
  const shown = (row: TreeRow, index: number) => {
    const { file, name } = row.node
    const renaming = naming?.kind === 'rename' && naming.id === file.id
    return (
      <Row
        key={file.id}
        row={row}
        top={place(index) * height}
        current={file.id === current}
        chosen={chosen.has(file.id)}
        focused={file.id === focused}
        target={target === file.id}
        draggable={mayWrite && !touch}
        people={people.get(file.id)}
        naming={renaming ? nameField(file, name) : null}
      />
    )
  }
  const from = Math.min(range.from, rows.length)
  return (
    <>
      <div
        ref={box}
        role="tree"
        aria-label="Files"
        aria-multiselectable
        tabIndex={0}
        {...(focusedAt >= 0 ? { 'aria-activedescendant': rowId(focused ?? '') } : {})}
        className={classes.tree}
        data-target={target === null}
        data-dragging={target !== undefined}
        onScroll={measure}
        onClick={onClick}
        onKeyDown={onKeyDown}
        onFocus={() => focusedAt < 0 && rows[0] && go(rows[0].node.file.id, false)}
        onContextMenu={(event) => {
          if ((event.target as Element).closest('input')) return
          event.preventDefault()
          // From the keyboard it is for the row that has the focus.
          if (event.button === 2) showMenu(event.clientX, event.clientY, rowAt(event.target))
        }}
        {...press}
        {...handlers}
      >
        <div style={{ height: (rows.length + (newAt === null ? 0 : 1)) * height }} />
        {rows.slice(from, range.to).map((row, index) => shown(row, from + index))}
        {naming?.kind === 'create' && newAt !== null && (
          <NewRow
            naming={naming}
            parent={byId.get(naming.parentId ?? '')}
            depth={newAt === 0 ? 0 : (rows[newAt - 1]?.depth ?? 0) + 1}
            top={newAt * height}
            isTaken={(path) => paths.has(path)}
            onEnd={endNaming}
            onOpen={onOpen}
          />
        )}
        {rows.length === 0 && newAt === null && (
          <EmptyState size="xs" p="md" icon={<SearchX />} title="No file has this in its path" />
        )}
      </div>
      <FileMenu
        place={menu}
        mayWrite={mayWrite}
        onOpen={onOpen}
        onClose={() => {
          setMenu(null)
          box.current?.focus({ preventScroll: true })
        }}
      />
    </>
  )
}
