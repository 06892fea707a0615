// The tabs above the text; on a phone a list to choose from.
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { CloseButton, NativeSelect } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useLocation } from 'wouter'
import type { ProjectFile } from '../../server/files/schema.ts'
import { useUser } from '../accounts/gate.tsx'
import { folderOf, nameOf } from '../files/tree.ts'
import { usePhone } from '../phone.ts'
import { useOpenProject } from '../room/context.tsx'
import { useStore } from '../store.ts'
import { documentChanges, knownDocument } from './documents.ts'
import { tabsOf, type OpenTab } from './tabs.ts'
import classes from './strip.module.css'

interface ShownTab extends OpenTab {
  gone: boolean
  name: string
  /** The folder, where another tab has the same name */
  folder: string
}

function shownTabs(tabs: readonly OpenTab[], files: readonly ProjectFile[]): ShownTab[] {
  const paths = new Map(files.map(({ id, path }) => [id, path]))
  const now = tabs.map(({ id, path }) => {
    const known = paths.get(id)
    return { id, path: known ?? path, gone: known === undefined, name: nameOf(known ?? path) }
  })
  return now.map((tab) => {
    const alike = now.some(({ id, name }) => id !== tab.id && name === tab.name)
    return { ...tab, folder: alike ? nameOf(folderOf(tab.path)) : '' }
  })
}

const useUnsaved = (fileId: string) =>
  useSyncExternalStore(
    documentChanges.subscribe,
    () => knownDocument(fileId)?.get().unsaved ?? false,
  )

export function TabStrip({ current, files }: { current: string; files: readonly ProjectFile[] }) {
  const user = useUser()
  const { project } = useOpenProject()
  const [, navigate] = useLocation()
  const phone = usePhone()
  const store = tabsOf(user.id, project.id)
  const tabs = shownTabs(useStore(store), files)
  const path = files.find(({ id }) => id === current)?.path
  useEffect(() => {
    if (path !== undefined) store.open(current, path)
  }, [store, current, path])

  const home = `/p/${project.slug}`
  const go = (id: string) => navigate(`${home}/files/${id}`)
  const close = (id: string) => {
    const next = store.close(id)
    if (id === current) navigate(next ? `${home}/files/${next.id}` : home)
  }
  const step = (by: number) => {
    const at = tabs.findIndex(({ id }) => id === current) + by
    const next = tabs.at(at % tabs.length)
    if (next) go(next.id)
  }
  useHotkeys(
    [
      ['alt+W', () => close(current)],
      ['alt+PageUp', () => step(-1)],
      ['alt+PageDown', () => step(1)],
    ],
    [],
    true,
  )
  if (tabs.length === 0) return null
  if (phone) {
    return (
      <div className={classes.choice}>
        <NativeSelect
          flex={1}
          size="xs"
          aria-label="Open files"
          value={current}
          data={tabs.map(({ id, path: label, gone }) => ({
            value: id,
            label: gone ? `${label} (deleted)` : label,
          }))}
          onChange={(event) => go(event.currentTarget.value)}
        />
        <CloseButton size="sm" aria-label="Close this file" onClick={() => close(current)} />
      </div>
    )
  }
  return (
    <div className={classes.strip} role="tablist" aria-label="Open files">
      {tabs.map((tab) => (
        <Tab
          key={tab.id}
          tab={tab}
          current={tab.id === current}
          onGo={() => go(tab.id)}
          onStep={step}
          onClose={() => close(tab.id)}
          onDrop={(id) => store.move(id, tab.id)}
        />
      ))}
    </div>
  )
}

interface TabProps {
  tab: ShownTab
  current: boolean
  onGo: () => void
  onStep: (by: number) => void
  onClose: () => void
  /** Another tab was let go over this one */
  onDrop: (id: string) => void
}

const dragged = 'application/x-openlaunch-tab'
/** When a key last left a tab: the strip is made anew with the next file, and the keys go on in it. */
let keyedAt = -Infinity

function Tab({ tab, current, onGo, onStep, onClose, onDrop }: TabProps) {
  const { id, path, name, folder, gone } = tab
  const unsaved = useUnsaved(id)
  const element = useRef<HTMLDivElement>(null)
  const [over, setOver] = useState(false)
  useEffect(() => {
    if (!current) return
    element.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    if (performance.now() - keyedAt < 1_000) element.current?.focus()
    keyedAt = -Infinity
  }, [current])
  return (
    <div
      ref={element}
      className={classes.tab}
      role="tab"
      tabIndex={current ? 0 : -1}
      aria-selected={current}
      title={gone ? `${path} was deleted` : path}
      data-gone={gone}
      data-over={over}
      draggable
      onClick={onGo}
      onAuxClick={(event) => {
        if (event.button === 1) onClose()
      }}
      onMouseDown={(event) => {
        // Scrolling by the middle button would begin here.
        if (event.button === 1) event.preventDefault()
      }}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return
        if (['ArrowLeft', 'ArrowRight', 'Delete'].includes(event.key)) keyedAt = performance.now()
        if (event.key === 'ArrowLeft') onStep(-1)
        if (event.key === 'ArrowRight') onStep(1)
        if (event.key === 'Delete') onClose()
        if (event.key === 'Enter' || event.key === ' ') onGo()
      }}
      onDragStart={(event) => event.dataTransfer.setData(dragged, id)}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(dragged)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        onDrop(event.dataTransfer.getData(dragged))
      }}
    >
      <span className={classes.name}>{name}</span>
      {folder && <span className={classes.folder}>{folder}</span>}
      {gone && <span className={classes.folder}>deleted</span>}
      {unsaved && <span className={classes.unsaved} role="img" aria-label="Not saved yet" />}
      <CloseButton
        size={18}
        iconSize={13}
        tabIndex={-1}
        className={classes.close ?? ''}
        aria-label={`Close ${name}`}
        onClick={(event) => {
          event.stopPropagation()
          onClose()
        }}
      />
    </div>
  )
}
