// Rows of one height, of which only those in sight are in the page: a tree of thousands stays fast.
import { useCallback, useLayoutEffect, useRef, useState } from 'react'

/** Rows beyond the edges, so that fast scrolling shows no gaps */
const MARGIN = 10

export function useWindowed(height: number) {
  const box = useRef<HTMLDivElement>(null)
  const [range, setRange] = useState({ from: 0, to: 60 })
  const measure = useCallback(() => {
    if (!box.current) return
    const { scrollTop, clientHeight } = box.current
    const from = Math.max(0, Math.floor(scrollTop / height) - MARGIN)
    const to = Math.ceil((scrollTop + clientHeight) / height) + MARGIN
    setRange((before) => (before.from === from && before.to === to ? before : { from, to }))
  }, [height])
  useLayoutEffect(() => {
    if (!box.current) return
    const observer = new ResizeObserver(measure)
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [measure])
  const reveal = useCallback(
    (index: number) => {
      if (!box.current || index < 0) return
      const { scrollTop, clientHeight } = box.current
      // Not shown, as on phones: there is nothing to measure.
      if (clientHeight === 0) return
      const [top, bottom] = [index * height, (index + 1) * height]
      if (top < scrollTop) box.current.scrollTop = top
      else if (bottom > scrollTop + clientHeight) {
        box.current.scrollTop = bottom - clientHeight + height
      }
      measure()
    },
    [height, measure],
  )
  return { box, range, measure, reveal }
}
