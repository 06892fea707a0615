// What happened, said by the server: one quiet line.
import type { ReactNode } from 'react'
import {
  CircleCheck,
  CircleDot,
  Hash,
  LogOut,
  PenLine,
  Phone,
  PhoneMissed,
  UserPlus,
} from 'lucide-react'
import { Link } from 'wouter'
import type { ChatMessage, SystemMessage } from '../../../protocol/chat.ts'
import { useOpenProject } from '../../room/context.tsx'
import { clockTime, fullTime } from '../../time.tsx'
import classes from './message.module.css'

const icons: Record<SystemMessage['type'], typeof Phone> = {
  member_joined: UserPlus,
  member_left: LogOut,
  call_started: Phone,
  call_missed: PhoneMissed,
  issue_closed: CircleCheck,
  issue_reopened: CircleDot,
  channel_renamed: Hash,
  topic_changed: PenLine,
}

function describe(system: SystemMessage, slug: string): ReactNode {
  switch (system.type) {
    case 'member_joined':
      return 'joined'
    case 'member_left':
      return 'left'
    case 'call_started':
      return 'started a call'
    case 'call_missed':
      return 'called, and nobody answered'
    case 'issue_closed':
    case 'issue_reopened':
      return (
        <>
          {system.type === 'issue_closed' ? 'closed' : 'reopened'}{' '}
          <Link href={`/p/${slug}/issues/${system.number}`}>
            #{system.number} {system.title}
          </Link>
        </>
      )
    case 'channel_renamed':
      return `renamed the channel from #${system.from} to #${system.to}`
    case 'topic_changed':
      return system.topic ? `set the topic: ${system.topic}` : 'removed the topic'
  }
}

export function SystemLine({ message, system }: { message: ChatMessage; system: SystemMessage }) {
  const { project } = useOpenProject()
  const Icon = icons[system.type] ?? PenLine
  return (
    <div className={classes.system} data-seq={message.seq} tabIndex={-1}>
      <Icon size={14} aria-hidden />
      <span>
        <b>{message.author.displayName}</b> {describe(system, project.slug)}
      </span>
      <time dateTime={message.createdAt} title={fullTime(message.createdAt)}>
        {clockTime(message.createdAt)}
      </time>
    </div>
  )
}
