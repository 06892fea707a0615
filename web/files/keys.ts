// The keyboard in the tree, as in every tree: arrows walk and open, letters find, and what can be done has its key.
import { useRef, type KeyboardEvent } from 'react'
import type { ProjectFile } from '../../server/files/schema.ts'
import { deleteFiles, undoLast } from './actions.tsx'
import { changeExplorer, openFolders } from './explorer.ts'
import { isFolder, type TreeRow } from './tree.ts'

interface Options {
  slug: string
  rows: readonly TreeRow[]
  focused: string | null
  chosen: ReadonlySet<string>
  mayWrite: boolean
  /** Goes to a row; `extend` takes along those between */
  onGo: (id: string, extend: boolean) => void
  onActivate: (file: ProjectFile) => void
  onMenu: () => void
  /** Rows in sight */
  pageSize: () => number
}

/** Letters that come faster than this belong together, milliseconds. */
const PAUSE = 700

export function useTreeKeys(options: Options) {
  const { slug, rows, focused, chosen, mayWrite, onGo, onActivate, onMenu, pageSize } = options
  const typed = useRef({ text: '', at: 0 })
  const index = rows.findIndex(({ node }) => node.file.id === focused)
  const row = rows[index]

  const go = (to: number, extend = false) => {
    const next = rows[Math.min(Math.max(to, 0), rows.length - 1)]
    if (next) onGo(next.node.file.id, extend)
  }
  const goToParent = () => {
    if (row) go(rows.findLastIndex((other, at) => at < index && other.depth < row.depth))
  }
  const find = (letter: string) => {
    const now = performance.now()
    const text = (now - typed.current.at < PAUSE ? typed.current.text : '') + letter.toLowerCase()
    typed.current = { text, at: now }
    // The same letter again goes on to the next one.
    const repeated = text === text.charAt(0).repeat(text.length)
    const start = text.length === 1 || repeated ? index + 1 : index
    const wanted = repeated ? text.charAt(0) : text
    const turned = [...rows.slice(start), ...rows.slice(0, start)]
    const found = turned.find(({ node }) => node.name.toLowerCase().startsWith(wanted))
    if (found) onGo(found.node.file.id, false)
  }

  /** Goes on to what stands below. */
  const remove = async () => {
    const stays = (other: TreeRow) =>
      other.depth <= (row?.depth ?? 0) && !chosen.has(other.node.file.id)
    const next = rows.slice(index + 1).find(stays) ?? rows[index - 1]
    await deleteFiles(slug, chosen)
    if (next) onGo(next.node.file.id, false)
  }

  return (event: KeyboardEvent) => {
    const command = event.ctrlKey || event.metaKey
    const extend = event.shiftKey
    const file = row?.node.file
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(index + 1, extend),
      ArrowUp: () => go(index - 1, extend),
      PageDown: () => go(index + pageSize(), extend),
      PageUp: () => go(index - pageSize(), extend),
      Home: () => go(0, extend),
      End: () => go(rows.length - 1, extend),
      ArrowRight: () => {
        if (!file || !isFolder(file)) return
        if (row.open) go(index + (row.node.children.length > 0 ? 1 : 0))
        else openFolders(slug, [file.id])
      },
      ArrowLeft: () => {
        if (file && row.open) openFolders(slug, [file.id], false)
        else goToParent()
      },
      Enter: () => file && onActivate(file),
      ' ': () => file && onActivate(file),
      ContextMenu: onMenu,
      Escape: () => changeExplorer(slug, { chosen: new Set(), filter: '' }),
      ...(mayWrite && {
        F2: () => file && changeExplorer(slug, { naming: { kind: 'rename', id: file.id } }),
        Delete: () => void remove(),
      }),
    }
    if (extend && event.key === 'F10') onMenu()
    else if (command && event.key.toLowerCase() === 'z' && !extend) {
      if (mayWrite) undoLast(slug)
    } else if (command && event.key.toLowerCase() === 'a') {
      changeExplorer(slug, { chosen: new Set(rows.map(({ node }) => node.file.id)) })
    } else if (command && event.key === 'Backspace' && mayWrite) {
      void remove()
    } else if (!command && !event.altKey && event.key in keys) keys[event.key]?.()
    else if (!command && !event.altKey && event.key.length === 1) find(event.key)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
}
