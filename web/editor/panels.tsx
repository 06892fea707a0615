// What may stand beside the text: a button above it each, and the panel that `?panel=` names.
import { lazy, Suspense, useRef, type ComponentType, type ReactNode } from 'react'
import { ActionIcon, Loader, Tooltip } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { BookOpen, MessageSquareText, X } from 'lucide-react'
import { ErrorBoundary } from '../boundary.tsx'
import { CommentsPanel } from '../comments/panel.tsx'
import { usePanel } from './context.ts'
import classes from './panels.module.css'

export interface Panel {
  title: string
  icon: ReactNode
  /** Until somebody drags it, in pixels */
  width: number
  /** Whether there is such a panel for this file */
  fits: (path: string) => boolean
  Content: ComponentType
}

const MarkdownPreview = lazy(() =>
  import('./preview.tsx').then((m) => ({ default: m.MarkdownPreview })),
)
const isMarkdown = (path: string) => /\.(md|markdown|mdown|mkd)$/i.test(path)

/** By the name in the address. */
const panels: Readonly<Record<string, Panel>> = {
  preview: {
    title: 'Preview',
    icon: <BookOpen size={16} />,
    width: 480,
    fits: isMarkdown,
    Content: MarkdownPreview,
  },
  comments: {
    title: 'Comments',
    icon: <MessageSquareText size={16} />,
    width: 340,
    fits: () => true,
    Content: CommentsPanel,
  },
}

export function PanelButtons({ path }: { path: string }) {
  const [open, setOpen] = usePanel()
  return Object.entries(panels).map(
    ([name, { title, icon, fits }]) =>
      fits(path) && (
        <Tooltip key={name} label={title}>
          <ActionIcon
            aria-label={title}
            aria-pressed={open === name}
            variant={open === name ? 'light' : 'subtle'}
            onClick={() => setOpen(open === name ? null : name)}
          >
            {icon}
          </ActionIcon>
        </Tooltip>
      ),
  )
}

const widths = { least: 260, most: 900 }

export function PanelSlot({ path }: { path: string }) {
  const [name, setOpen] = usePanel()
  const panel = name === null ? undefined : panels[name]
  if (name === null || !panel?.fits(path)) return null
  return <OpenPanel key={name} name={name} panel={panel} onClose={() => setOpen(null)} />
}

interface OpenPanelProps {
  name: string
  panel: Panel
  onClose: () => void
}

function OpenPanel({ name, panel, onClose }: OpenPanelProps) {
  const [width, setWidth] = useLocalStorage({
    key: `openlaunch.editor.panel.${name}`,
    defaultValue: panel.width,
    getInitialValueInEffect: false,
  })
  const resize = (next: number) =>
    setWidth(Math.round(Math.min(widths.most, Math.max(widths.least, next))))
  return (
    <>
      <Divider width={width} onResize={resize} />
      <PanelFrame title={panel.title} width={width} onClose={onClose}>
        <panel.Content />
      </PanelFrame>
    </>
  )
}

function Divider({ width, onResize }: { width: number; onResize: (width: number) => void }) {
  const start = useRef({ x: 0, width: 0 })
  return (
    <div
      className={classes.divider}
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the panel"
      aria-valuenow={width}
      aria-valuemin={widths.least}
      aria-valuemax={widths.most}
      tabIndex={0}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        start.current = { x: event.clientX, width }
      }}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
        onResize(start.current.width + start.current.x - event.clientX)
      }}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') onResize(width + 20)
        if (event.key === 'ArrowRight') onResize(width - 20)
      }}
    />
  )
}

interface FrameProps {
  title: string
  width: number
  onClose: () => void
  children: ReactNode
}

function PanelFrame({ title, width, onClose, children }: FrameProps) {
  return (
    <aside
      className={classes.panel}
      style={{ flexBasis: width }}
      aria-label={title}
      onKeyDown={(event) => {
        // A box in it has the key first; its menus and dialogues lie elsewhere in the page.
        const isInside = event.currentTarget.contains(event.target as Node)
        if (isInside && event.key === 'Escape' && !event.defaultPrevented) onClose()
      }}
    >
      <header className={classes.head}>
        <h2 className={classes.title}>{title}</h2>
        <ActionIcon aria-label={`Close ${title.toLowerCase()}`} onClick={onClose}>
          <X size={16} />
        </ActionIcon>
      </header>
      <div className={classes.content}>
        <ErrorBoundary resetKey={title}>
          <Suspense fallback={<Loader size="sm" m="xl" aria-label="Loading" />}>
            {children}
          </Suspense>
        </ErrorBoundary>
      </div>
    </aside>
  )
}
