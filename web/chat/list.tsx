// The messages, oldest at the top. Stays at the bottom while one is there, and in place while older ones come in above.
import { Fragment, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { Button, Loader } from '@mantine/core'
import { ArrowDown } from 'lucide-react'
import type { PublicUser } from '../../protocol/events.ts'
import { dayName } from '../time.tsx'
import type { ChatState } from './chat.ts'
import { groupMessages } from './history.ts'
import { GroupView, PendingView } from './message.tsx'
import classes from './chat.module.css'

interface Props {
  chat: ChatState
  self: PublicUser
  visible: boolean
  onBottom: (atBottom: boolean) => void
  onOlder: () => void
  onRetry: (nonce: string) => void
  onDiscard: (nonce: string) => void
}

const sizeOf = ({ scrollHeight, clientHeight }: Element) => `${scrollHeight}/${clientHeight}`

export function MessageList({ chat, self, visible, onBottom, onOlder, onRetry, onDiscard }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const sticky = useRef(true)
  const [away, setAway] = useState(false)
  const height = useRef(0)
  /** How high the box and its content were when this last stood at the bottom or was scrolled */
  const size = useRef('')
  const sent = useRef<readonly string[]>([])
  const first = chat.messages[0]?.seq
  const groups = useMemo(
    () => groupMessages(chat.messages, chat.unreadAfter),
    [chat.messages, chat.unreadAfter],
  )

  const stay = (element: HTMLElement) => {
    if (sticky.current) element.scrollTop = element.scrollHeight
    size.current = sizeOf(element)
  }
  // Older messages came in above: what one reads stays where it is.
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    if (!sticky.current) element.scrollTop += element.scrollHeight - height.current
    height.current = element.scrollHeight
  }, [first])
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const nonces = chat.pending.map(({ nonce }) => nonce)
    const newest = nonces.at(-1)
    const sending = newest !== undefined && !sent.current.includes(newest)
    sent.current = nonces
    // Who writes wants to see it, wherever they were reading.
    if (sending) toBottom()
    else stay(element)
    height.current = element.scrollHeight
    // oxlint-disable-next-line react/exhaustive-deps -- the functions only read refs and the newest props
  }, [chat.messages, chat.pending, chat.typing.length, visible])
  // A keyboard, a longer draft or a wider window changes how much is seen.
  useEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new ResizeObserver(() => stay(element))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const look = () => {
    const element = box.current
    // Hidden, it has no size, and would seem to be at its end.
    if (!element || element.clientHeight === 0) return
    // A scroll event can come between a change of size and the observer: then nobody has scrolled away.
    if (size.current !== sizeOf(element)) stay(element)
    const below = element.scrollHeight - element.scrollTop - element.clientHeight
    const atBottom = below < 40
    if (atBottom !== sticky.current) {
      sticky.current = atBottom
      setAway(!atBottom)
      onBottom(atBottom)
    }
    if (element.scrollTop < 120 && chat.hasOlder && !chat.loadingOlder) onOlder()
  }
  const toBottom = () => {
    const element = box.current
    if (element) element.scrollTop = element.scrollHeight
    look()
  }

  return (
    <div className={classes.listFrame}>
      <div
        ref={box}
        className={classes.list}
        onScroll={look}
        role="log"
        aria-label="Messages"
        tabIndex={0}
      >
        {chat.hasOlder ? (
          <div className={classes.older}>
            {chat.loadingOlder ? (
              <Loader size="xs" aria-label="Loading older messages" />
            ) : (
              <Button size="compact-xs" variant="subtle" onClick={onOlder}>
                Older messages
              </Button>
            )}
          </div>
        ) : (
          <div className={classes.top} />
        )}
        {groups.map((group) => (
          <Fragment key={group.seq}>
            {group.newDay && (
              <div className={classes.day} role="separator">
                <span>{dayName(group.messages[0]?.createdAt ?? '')}</span>
              </div>
            )}
            {group.firstUnread && (
              <div className={classes.unread} role="separator">
                <span>New messages</span>
              </div>
            )}
            <GroupView group={group} own={group.messages[0]?.author.id === self.id} />
          </Fragment>
        ))}
        {chat.pending.map((entry) => (
          <PendingView
            key={entry.nonce}
            entry={entry}
            self={self}
            onRetry={() => onRetry(entry.nonce)}
            onDiscard={() => onDiscard(entry.nonce)}
          />
        ))}
      </div>
      {away && (
        <Button
          className={classes.down ?? ''}
          size="compact-sm"
          radius="xl"
          variant={chat.unread > 0 ? 'filled' : 'default'}
          leftSection={<ArrowDown size={14} />}
          onClick={toBottom}
        >
          {chat.unread > 0 ? `${chat.unread} new` : 'Newest'}
        </Button>
      )}
    </div>
  )
}
