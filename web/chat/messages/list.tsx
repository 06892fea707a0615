// The messages, oldest at the top. Stays at the bottom while one is there, and in place while others come in.
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { Button, Loader } from '@mantine/core'
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { PublicUser } from '../../../protocol/events.ts'
import { dayName } from '../../time.tsx'
import type { ChannelState } from '../store/channel.ts'
import { groupMessages } from './groups.ts'
import { MessageRow } from './message.tsx'
import { PendingRow } from './pending.tsx'
import { findAnchor, findNear, isAbove, moveFocus, restore, type Anchor } from './scroll.ts'
import classes from '../chat.module.css'

/** A message that somebody came to see; another object is another visit. */
export interface Target {
  seq: number
}

interface Props {
  chat: ChannelState
  self: PublicUser
  visible: boolean
  target: Target | null
  /** What stands above the first message of all */
  head: ReactNode
  /** Whether the newest messages are seen */
  onBottom: (atBottom: boolean) => void
  onOlder: () => void
  onNewer: () => void
  onNewest: () => void
  /** Shows this message, which is not loaded */
  onJump: (seq: number) => void
  onRetry: (nonce: string) => void
  onDiscard: (nonce: string) => void
}

const LINE = '[data-unread-line]'
const sizeOf = ({ scrollHeight, clientHeight }: Element) => `${scrollHeight}/${clientHeight}`

export function MessageList(props: Props) {
  const { chat, self, visible, target, head, onBottom, onOlder, onNewer, onNewest } = props
  const box = useRef<HTMLDivElement>(null)
  const sticky = useRef(true)
  const [away, setAway] = useState(false)
  const [unreadAbove, setUnreadAbove] = useState(false)
  const anchor = useRef<Anchor | null>(null)
  /** How high the box and its content were when this last stood at the bottom or was scrolled */
  const size = useRef('')
  const sent = useRef<readonly string[]>([])
  const shown = useRef<Target | null>(null)
  const first = chat.messages[0]?.seq ?? 0
  // Where the unread messages begin above all that is loaded, the line stands there, too.
  const beyond = chat.hasOlder && chat.unreadAfter !== null && first > chat.unreadAfter
  const lineAfter = beyond ? null : chat.unreadAfter
  const groups = useMemo(() => groupMessages(chat.messages, lineAfter), [chat.messages, lineAfter])

  const stay = (element: HTMLElement) => {
    if (sticky.current && !chat.hasNewer) element.scrollTop = element.scrollHeight
    else if (anchor.current) restore(element, anchor.current)
    size.current = sizeOf(element)
  }
  useLayoutEffect(() => {
    const element = box.current
    if (!element || element.clientHeight === 0) return
    const row = target && shown.current !== target ? findNear(element, target.seq) : null
    const nonces = chat.pending.map(({ nonce }) => nonce)
    const newest = nonces.at(-1)
    const sending = newest !== undefined && !sent.current.includes(newest)
    sent.current = nonces
    if (row) {
      shown.current = target
      row.scrollIntoView({ block: 'center' })
      row.focus({ preventScroll: true })
      size.current = sizeOf(element)
      look()
    }
    // Who writes wants to see it, wherever they were reading.
    else if (sending) toBottom()
    else stay(element)
    setUnreadAbove(beyond || isAbove(element, LINE))
    // oxlint-disable-next-line react/exhaustive-deps -- the functions only read refs and the newest props
  }, [chat.messages, chat.pending, chat.typing.length, chat.unreadAfter, visible, target])
  // A keyboard, a longer draft or a wider window changes how much is seen.
  const latest = useRef(stay)
  useEffect(() => {
    latest.current = stay
  })
  useEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new ResizeObserver(() => latest.current(element))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const look = () => {
    const element = box.current
    // Hidden, it has no size, and would seem to be at its end.
    if (!element || element.clientHeight === 0) return
    // A scroll event can come between a change of size and the observer: then nobody has scrolled away.
    if (size.current !== sizeOf(element)) stay(element)
    anchor.current = findAnchor(element)
    const below = element.scrollHeight - element.scrollTop - element.clientHeight
    const atBottom = below < 40 && !chat.hasNewer
    if (atBottom !== sticky.current) {
      sticky.current = atBottom
      setAway(!atBottom)
      onBottom(atBottom)
    }
    setUnreadAbove(beyond || isAbove(element, LINE))
    if (element.scrollTop < 200 && chat.hasOlder && !chat.loadingOlder) onOlder()
    if (below < 200 && chat.hasNewer && !chat.loadingNewer) onNewer()
  }
  const toUnread = () => {
    setUnreadAbove(false)
    const line = box.current?.querySelector(LINE)
    if (line) line.scrollIntoView({ block: 'center' })
    else if (chat.unreadAfter !== null) props.onJump(chat.unreadAfter + 1)
  }
  const toBottom = () => {
    const element = box.current
    if (chat.hasNewer) {
      sticky.current = true
      setAway(false)
      onBottom(true)
      onNewest()
    } else if (element) {
      element.scrollTop = element.scrollHeight
      size.current = sizeOf(element)
      look()
    }
  }

  return (
    <div className={classes.listFrame}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrow keys move within it */}
      <div
        ref={box}
        className={classes.list}
        onScroll={look}
        onKeyDown={(event) => {
          if (box.current && moveFocus(box.current, event.key)) event.preventDefault()
        }}
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
          head
        )}
        {/* Flat: a message keeps its row, and what is open in it, when groups change. */}
        {groups.flatMap(({ seq, newDay, firstUnread, messages }) => [
          newDay && (
            <div key={`day of ${seq}`} className={classes.day} role="separator">
              <span>{dayName(messages[0]?.createdAt ?? '')}</span>
            </div>
          ),
          firstUnread && (
            <div key="unread" className={classes.unread} role="separator" data-unread-line>
              <span>New messages</span>
            </div>
          ),
          ...messages.map((message, index) => (
            <MessageRow
              key={message.id}
              message={message}
              first={index === 0}
              marked={message.seq === target?.seq}
            />
          )),
        ])}
        {chat.hasNewer && (
          <div className={classes.older}>
            <Loader size="xs" aria-label="Loading newer messages" />
          </div>
        )}
        {chat.pending.map((entry) => (
          <PendingRow
            key={entry.nonce}
            entry={entry}
            self={self}
            onRetry={() => props.onRetry(entry.nonce)}
            onDiscard={() => props.onDiscard(entry.nonce)}
          />
        ))}
      </div>
      {unreadAbove && (
        <Button
          className={classes.up ?? ''}
          size="compact-sm"
          radius="xl"
          leftSection={<ArrowUp size={14} />}
          onClick={toUnread}
        >
          New messages
        </Button>
      )}
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
