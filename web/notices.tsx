// What the server tells one person, wherever they are: a notice with the way there, unless it is before their eyes.
import { useEffect } from 'react'
import { Anchor, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { navigate } from 'wouter/use-browser-location'
import type { Events } from '../protocol/events.ts'
import { useOptionalSocket } from './connection.tsx'

type Notification = Events['notification']

const colors: Record<Notification['type'], string | undefined> = {
  info: undefined,
  success: 'green',
  warning: 'yellow',
  error: 'red',
}

/** Parts of the page that show something say so: its path, of a thread with `?thread=` */
const watched = new Set<string>()

/** While `path` is before somebody's eyes, nothing is told of it. */
export function useWatched(path: string | null) {
  useEffect(() => {
    if (path === null) return
    watched.add(path)
    return () => void watched.delete(path)
  }, [path])
}

/** Only ways within this site are followed. */
function wayTo({ actionUrl }: Notification): URL | null {
  if (actionUrl === undefined || !actionUrl.startsWith('/')) return null
  const url = new URL(actionUrl, location.origin)
  return url.origin === location.origin ? url : null
}

function isSeen(way: URL | null) {
  if (!way || document.visibilityState !== 'visible') return false
  if (way.search === '' && way.pathname === location.pathname) return true
  const thread = way.searchParams.get('thread')
  return watched.has(way.pathname + (thread === null ? '' : `?thread=${thread}`))
}

function show(notification: Notification) {
  const { id, title, message, type } = notification
  const way = wayTo(notification)
  if (isSeen(way)) return
  const color = colors[type]
  notifications.show({
    id,
    title: way ? (
      <Anchor
        href={way.pathname + way.search}
        inherit
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey) return
          event.preventDefault()
          navigate(way.pathname + way.search)
          notifications.hide(id)
        }}
      >
        {title}
      </Anchor>
    ) : (
      title
    ),
    message: (
      <Text size="sm" lineClamp={3} component="span">
        {message}
      </Text>
    ),
    autoClose: 8_000,
    withBorder: true,
    ...(color ? { color } : {}),
  })
}

export function Notices() {
  const socket = useOptionalSocket()
  useEffect(() => socket?.on('notification', show), [socket])
  return null
}
