// Dragging within the tree, and from the desktop into it. A folder that is hovered for a moment opens; Escape and
// leaving the tree end it without a change.
import { useRef, useState, type DragEvent } from 'react'
import type { ProjectFile } from '../../server/files/schema.ts'
import { notifyError } from '../notice.ts'
import { mayMove, moveFiles } from './actions.tsx'
import { openFolders } from './explorer.ts'
import { isFolder, nameOf, outermost } from './tree.ts'
import { readDropped } from './dropped.ts'
import { uploadsOf } from './uploads.ts'

const TYPE = 'application/x-openlaunch-files'
/** Milliseconds over a closed folder until it opens. */
const HOVER = 600

interface Options {
  slug: string
  files: ReadonlyMap<string, ProjectFile>
  chosen: ReadonlySet<string>
  mayWrite: boolean
}

/** The id of the row that it happened on. */
export const rowAt = (target: EventTarget) =>
  (target as Element).closest<HTMLElement>('[data-id]')?.dataset['id'] ?? null

function showDragged(event: DragEvent, text: string) {
  const image = document.createElement('div')
  image.textContent = text
  image.style.cssText =
    'position:fixed;top:-100px;padding:4px 10px;border-radius:6px;background:var(--accent);color:#fff;font:550 13px system-ui'
  document.body.append(image)
  event.dataTransfer.setDragImage(image, -12, 8)
  setTimeout(() => image.remove())
}

export function useDragging({ slug, files, chosen, mayWrite }: Options) {
  /** undefined: nowhere; null: the top */
  const [target, setTarget] = useState<string | null | undefined>()
  const dragged = useRef<ReadonlySet<string>>(new Set())
  const hover = useRef<{ id: string | null; timer: ReturnType<typeof setTimeout> }>(null)

  const wait = (id: string | null) => {
    if (hover.current?.id === id) return
    clearTimeout(hover.current?.timer)
    hover.current = {
      id,
      timer: setTimeout(() => {
        if (id !== null) openFolders(slug, [id])
      }, HOVER),
    }
  }
  const end = () => {
    clearTimeout(hover.current?.timer)
    hover.current = null
    setTarget(undefined)
  }
  const folderAt = (event: DragEvent) => {
    const file = files.get(rowAt(event.target) ?? '')
    if (!file) return null
    return isFolder(file) ? file.id : file.parentId
  }
  const accepts = (event: DragEvent, folder: string | null) => {
    const { types } = event.dataTransfer
    if (!mayWrite) return false
    if (types.includes(TYPE)) {
      return outermost(files, dragged.current).some((file) => mayMove(files, file, folder))
    }
    return types.includes('Files')
  }

  return {
    target,
    handlers: {
      onDragStart(event: DragEvent) {
        const id = rowAt(event.target)
        const file = files.get(id ?? '')
        if (!file || !id) return
        dragged.current = chosen.has(id) ? chosen : new Set([id])
        event.dataTransfer.setData(TYPE, [...dragged.current].join(' '))
        event.dataTransfer.effectAllowed = 'move'
        const count = dragged.current.size
        showDragged(event, count === 1 ? nameOf(file.path) : `${count} files`)
      },
      onDragOver(event: DragEvent) {
        const folder = folderAt(event)
        const over = rowAt(event.target)
        wait(over !== null && over === folder ? over : null)
        if (!accepts(event, folder)) return setTarget(undefined)
        event.preventDefault()
        event.dataTransfer.dropEffect = event.dataTransfer.types.includes(TYPE) ? 'move' : 'copy'
        setTarget(folder)
      },
      onDragLeave(event: DragEvent) {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) end()
      },
      onDrop(event: DragEvent) {
        const folder = folderAt(event)
        const accepted = accepts(event, folder)
        end()
        if (!accepted) return
        event.preventDefault()
        event.stopPropagation()
        if (event.dataTransfer.types.includes(TYPE)) {
          return void moveFiles(slug, dragged.current, folder)
        }
        const path = folder === null ? '' : (files.get(folder)?.path ?? '')
        void readDropped(event.dataTransfer).then(
          (found) => uploadsOf(slug).add(found, path),
          (error: unknown) => notifyError(error, 'What was dropped could not be read'),
        )
      },
      onDragEnd: end,
    },
  }
}
