// Keys that work everywhere in a project; what an editor takes for itself, it keeps.
import { useEffect, useRef } from 'react'
import { beginSearch } from './explorer.ts'

interface Options {
  slug: string
  onQuickOpen: () => void
  /** The search in files was asked for; it needs to be before somebody's eyes */
  onSearch: () => void
}

export function useFileShortcuts(options: Options) {
  const latest = useRef(options)
  useEffect(() => {
    latest.current = options
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.ctrlKey === event.metaKey) return
      const { slug, onQuickOpen, onSearch } = latest.current
      const key = event.key.toLowerCase()
      if (key === 'p' && !event.shiftKey) onQuickOpen()
      else if (key === 'f' && event.shiftKey) {
        onSearch()
        beginSearch(slug)
      } else return
      event.preventDefault()
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [])
}
