// The title of the tab: the page's name, with what is unread in front.
import { useEffect } from 'react'

let title = ''
let mark = ''

function show() {
  const name = title ? `${title} · OpenLaunch` : 'OpenLaunch'
  document.title = mark + name
}

/** How many are meant for this person; a dot where there is only other news. */
export function unreadMark(unread: number, mentions: number) {
  if (mentions > 0) return `(${mentions > 99 ? '99+' : mentions}) `
  return unread > 0 ? '• ' : ''
}

export function useTitle(name: string | undefined) {
  useEffect(() => {
    title = name ?? ''
    show()
  }, [name])
}

export function useUnreadTitle(unread: number, mentions: number) {
  const now = unreadMark(unread, mentions)
  useEffect(() => {
    mark = now
    show()
    return () => {
      mark = ''
      show()
    }
  }, [now])
}
