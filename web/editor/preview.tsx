// A markdown file as it reads, beside its text: live, and at the same place.
import { useEffect, useRef, useState } from 'react'
import { Markdown } from '../markdown/markdown.tsx'
import { useEditor } from './context.ts'
import { topOf } from './places.ts'

/** Between two drawings of a text that is being written, milliseconds. */
const PAUSE = 150

function useText() {
  const { document } = useEditor()
  const [text, setText] = useState(() => document.text.toString())
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = () => {
      timer = undefined
      setText(document.text.toString())
    }
    const readSoon = () => {
      timer ??= setTimeout(read, PAUSE)
    }
    read()
    document.text.observe(readSoon)
    return () => {
      clearTimeout(timer)
      document.text.unobserve(readSoon)
    }
  }, [document])
  return text
}

export function MarkdownPreview() {
  const { path, view } = useEditor()
  const text = useText()
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const scroller = frame.current?.parentElement
    if (!view || !scroller) return
    const go = () => {
      const top = topOf(view)
      const blocks = [...scroller.querySelectorAll<HTMLElement>('[data-from]')]
      const at = blocks.findLastIndex(({ dataset }) => Number(dataset['from']) <= top)
      const block = blocks[at]
      if (!block) return
      const from = Number(block.dataset['from'])
      const next = blocks[at + 1]
      const end = next ? Number(next.dataset['from']) : view.state.doc.length
      const part = end > from ? (top - from) / (end - from) : 0
      const start = top === 0 ? 0 : block.offsetTop
      const height = (next?.offsetTop ?? scroller.scrollHeight) - block.offsetTop
      scroller.scrollTo({ top: start + part * height })
    }
    view.scrollDOM.addEventListener('scroll', go, { passive: true })
    return () => view.scrollDOM.removeEventListener('scroll', go)
  }, [view])
  return (
    <div ref={frame}>
      <Markdown text={text} path={path} />
    </div>
  )
}
