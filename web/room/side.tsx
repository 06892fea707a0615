// Chat and people, beside the code or alone on a phone.
import { useChats } from '../chat/context.ts'
import { ChatPanel } from '../chat/panel.tsx'
import type { Place } from '../chat/place.ts'
import { PeoplePanel } from '../people/panel.tsx'
import { useUnreadTitle } from '../title.ts'
import { UnreadBadge } from './badge.tsx'
import { useRoomState } from './context.tsx'
import classes from './side.module.css'

export type SideTab = 'chat' | 'people'

interface Props {
  /** null: not before anybody's eyes */
  shown: SideTab | null
  phone: boolean
  onChange: (tab: SideTab) => void
  onChannel: (channelId: string) => void
  /** null: it has the page */
  chat: { place: Place; onGo: (place: Place) => void } | null
}

export function SidePanel({ shown, phone, onChange, onChannel, chat }: Props) {
  const { unread, threadsUnread, mentions } = useChats()
  const { members } = useRoomState()
  useUnreadTitle(unread + threadsUnread, mentions)
  const tab = (value: SideTab, name: string, extra: React.ReactNode) => (
    <button
      type="button"
      role="tab"
      id={`side-tab-${value}`}
      aria-controls={`side-${value}`}
      aria-selected={shown === value}
      className={classes.tab}
      onClick={() => onChange(value)}
    >
      {name} {extra}
    </button>
  )
  return (
    <>
      {!phone && (
        <div className={classes.tabs} role="tablist" aria-label="Chat and people">
          {chat && tab('chat', 'Chat', <UnreadBadge />)}
          {tab('people', 'People', <span className={classes.count}>{members.length || ''}</span>)}
        </div>
      )}
      {/* The chat stays mounted: what one was writing, and where one was reading, stay with it. */}
      {chat && (
        <div className={classes.panel} id="side-chat" hidden={shown !== 'chat'}>
          <ChatPanel visible={shown === 'chat'} phone={phone} {...chat} />
        </div>
      )}
      {shown === 'people' && (
        <div className={classes.panel} id="side-people">
          <PeoplePanel onChannel={onChannel} />
        </div>
      )}
    </>
  )
}
