// How much is unread in the chat; in colour where some of it is meant for this person.
import { useChats } from '../chat/context.ts'
import classes from './room.module.css'

export function UnreadBadge() {
  const { unread, threadsUnread, mentions } = useChats()
  const count = unread + threadsUnread
  // A mention in a thread that is not followed is unread nowhere else.
  const shown = Math.max(count, mentions)
  if (shown === 0) return null
  return (
    <span
      className={classes.badge}
      role="img"
      data-quiet={mentions === 0}
      aria-label={`${shown} unread${mentions > 0 ? `, ${mentions} for you` : ''}`}
    >
      {shown > 99 ? '99+' : shown}
    </span>
  )
}
