// Ctrl+P: a file by some letters of its path, without leaving the keyboard.
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { Modal } from '@mantine/core'
import { Search } from 'lucide-react'
import { useLocation } from 'wouter'
import { useOpenProject } from '../room/context.tsx'
import { filePath } from './actions.tsx'
import { readAsked, suggest } from './fuzzy.ts'
import { FileIcon } from './icon.tsx'
import { useFiles } from './queries.ts'
import { recentFiles } from './recent.ts'
import { folderOf, isFolder, nameOf } from './tree.ts'
import classes from './quickopen.module.css'

/** As many as one looks through; more letters find the rest. */
const LIMIT = 50

interface Props {
  onOpen: () => void
  onClose: () => void
}

export function QuickOpen({ onOpen, onClose }: Props) {
  const { project } = useOpenProject()
  const { slug } = project
  const { data: files } = useFiles(slug)
  const [, navigate] = useLocation()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const [recent] = useState(() => recentFiles(slug))
  const found = useMemo(
    () =>
      suggest(
        (files ?? []).filter((file) => !isFolder(file)),
        typed,
        recent,
        LIMIT,
      ),
    [files, typed, recent],
  )
  const active = Math.min(at, found.length - 1)
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' })
  }, [active])
  const open = (index: number) => {
    const file = found[index]?.item
    if (!file) return
    const { line } = readAsked(typed)
    const lines = line === null ? '' : `?lines=${line}`
    navigate(filePath(slug, file.id) + lines)
    onClose()
    onOpen()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const count = Math.max(found.length, 1)
    const keys: Record<string, () => void> = {
      ArrowDown: () => setAt((active + 1) % count),
      ArrowUp: () => setAt((active - 1 + count) % count),
      PageDown: () => setAt(Math.min(active + 10, count - 1)),
      PageUp: () => setAt(Math.max(active - 10, 0)),
      Enter: () => open(active),
    }
    const act = keys[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }
  return (
    <Modal.Root opened onClose={onClose} size={600} yOffset="10dvh" centered={false}>
      <Modal.Overlay />
      <Modal.Content aria-label="Go to file" radius="lg">
        <Modal.Body p={0}>
          <div className={classes.field}>
            <Search size={16} aria-hidden />
            <input
              className={classes.input}
              role="combobox"
              aria-label="Go to file"
              aria-expanded={found.length > 0}
              aria-controls="quick-open"
              aria-activedescendant={`quick-${active}`}
              aria-autocomplete="list"
              placeholder="Letters of its path; :12 goes to a line"
              spellCheck={false}
              autoCapitalize="none"
              autoComplete="off"
              data-autofocus
              value={typed}
              onChange={(event) => {
                setTyped(event.currentTarget.value)
                setAt(0)
              }}
              onKeyDown={onKeyDown}
            />
          </div>
          <div
            ref={list}
            id="quick-open"
            role="listbox"
            aria-label="Files"
            className={classes.list}
          >
            {found.map(({ item, positions }, index) => {
              const name = nameOf(item.path)
              const start = item.path.length - name.length
              return (
                <div
                  key={item.id}
                  id={`quick-${index}`}
                  role="option"
                  aria-selected={index === active}
                  aria-label={item.path}
                  className={classes.option}
                  onPointerMove={() => setAt(index)}
                  onClick={() => open(index)}
                >
                  <FileIcon name={name} kind={item.kind} />
                  <span className={classes.name}>
                    <Marked text={name} positions={positions.map((position) => position - start)} />
                  </span>
                  <span className={classes.folder}>
                    <Marked text={folderOf(item.path)} positions={positions} />
                  </span>
                  {typed === '' && recent.includes(item.id) && (
                    <span className={classes.recent}>recent</span>
                  )}
                </div>
              )
            })}
          </div>
          {files && found.length === 0 && (
            <p className={classes.nothing} role="status">
              No file has these letters in this order in its path.
            </p>
          )}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

function Marked({ text, positions }: { text: string; positions: readonly number[] }) {
  const marked = new Set(positions)
  return [...Array(text.length).keys()].map((index) =>
    marked.has(index) ? <mark key={index}>{text[index]}</mark> : text[index],
  )
}
