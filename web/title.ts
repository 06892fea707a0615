// The title of the tab: the page's name, with the number of unread messages in front.
import { useEffect } from 'react'

let title = ''
let unread = 0

function show() {
  const name = title ? `${title} · OpenLaunch` : 'OpenLaunch'
  document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) ${name}` : name
}

export function useTitle(name: string | undefined) {
  useEffect(() => {
    title = name ?? ''
    show()
  }, [name])
}

export function useUnreadTitle(count: number) {
  useEffect(() => {
    unread = count
    show()
    return () => {
      unread = 0
      show()
    }
  }, [count])
}
