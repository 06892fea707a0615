// The call in a small window of its own, above every other: who speaks or shares, and one's own buttons. Browsers
// without such windows show the picture alone.
import { useCallback, useEffect, useState } from 'react'
import { createPortal } from 'react-dom'
import { AppError } from '../../protocol/errors.ts'
import { CameraToggle, MicrophoneToggle } from './toggles.tsx'
import { arrange, type Item } from './stage/arrange.ts'
import { Tile } from './stage/tile.tsx'
import type { StageView } from './stage/use.ts'
import classes from './call.module.css'

/** https://wicg.github.io/document-picture-in-picture, which TypeScript does not know yet. */
declare global {
  interface Window {
    documentPictureInPicture?: {
      requestWindow(options: { width: number; height: number }): Promise<Window>
    }
  }
}

export interface Pip {
  window: Window | null
  open(): Promise<void>
  close(): void
}

export const canPip = () =>
  window.documentPictureInPicture !== undefined || document.pictureInPictureEnabled

function copyStyle(from: Document, to: Document) {
  for (const node of from.querySelectorAll('style, link[rel="stylesheet"]')) {
    to.head.append(node.cloneNode(true))
  }
  for (const { name, value } of from.documentElement.attributes) {
    to.documentElement.setAttribute(name, value)
  }
}

export function usePictureInPicture(): Pip {
  const [window, setWindow] = useState<Window | null>(null)
  useEffect(() => () => window?.close(), [window])
  const open = useCallback(async () => {
    const pip = globalThis.window.documentPictureInPicture
    if (!pip) {
      const video = document.querySelector<HTMLVideoElement>('figure video')
      if (!video) throw new AppError('NOT_FOUND', 'Nobody’s camera or screen is to be seen now.')
      return void (await video.requestPictureInPicture())
    }
    const opened = await pip.requestWindow({ width: 340, height: 240 })
    copyStyle(document, opened.document)
    opened.addEventListener('pagehide', () => setWindow(null))
    setWindow(opened)
  }, [])
  const close = useCallback(() => {
    if (document.pictureInPictureElement) void document.exitPictureInPicture()
    setWindow(null)
  }, [])
  return { window, open, close }
}

interface Props {
  pip: Pip
  items: readonly Item[]
  view: StageView
}

export function PictureInPicture({ pip, items, view: { pinned, speaker } }: Props) {
  if (!pip.window) return null
  const { main } = arrange(items, { layout: 'presentation', pinned, speaker })
  const [lit] = main
  return createPortal(
    <div className={classes.pip}>
      {lit && <Tile key={lit.key} item={lit} received />}
      <div className={classes.pipControls}>
        <MicrophoneToggle />
        <CameraToggle />
      </div>
    </div>,
    pip.window.document.body,
  )
}
