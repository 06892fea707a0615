// The panels of the room on a phone.
import { CircleDot, Code, Files, MessageSquare, Phone, Users } from 'lucide-react'
import { UnreadBadge } from './badge.tsx'
import { useRoomState } from './context.tsx'
import classes from './room.module.css'

export type PhoneTab = 'files' | 'main' | 'chat' | 'call' | 'people'

interface Props {
  value: PhoneTab
  onChange: (tab: PhoneTab) => void
  /** What the middle shows */
  main: 'Code' | 'Issues'
}

export function BottomTabs({ value, onChange, main }: Props) {
  const { call } = useRoomState()
  const inCall = call?.participants.length ?? 0
  const tabs = [
    { tab: 'files' as const, name: 'Files', icon: Files },
    { tab: 'main' as const, name: main, icon: main === 'Code' ? Code : CircleDot },
    { tab: 'chat' as const, name: 'Chat', icon: MessageSquare, badge: <UnreadBadge /> },
    {
      tab: 'call' as const,
      name: 'Call',
      icon: Phone,
      badge: inCall > 0 && (
        <span className={`${classes.badge} ${classes.live}`} aria-label={`${inCall} in the call`}>
          {inCall > 99 ? '99+' : inCall}
        </span>
      ),
    },
    { tab: 'people' as const, name: 'People', icon: Users },
  ]
  return (
    <div className={classes.tabs} role="tablist" aria-label="Parts of the room">
      {tabs.map(({ tab, name, icon: Icon, badge }) => (
        <button
          key={tab}
          type="button"
          role="tab"
          className={classes.tab}
          aria-selected={value === tab}
          onClick={() => onChange(tab)}
        >
          <Icon size={20} aria-hidden />
          {name}
          {badge}
        </button>
      ))}
    </div>
  )
}
