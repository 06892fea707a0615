// Messages of one author under one name; and a message on its way.
import { memo } from 'react'
import { Anchor } from '@mantine/core'
import { CircleAlert } from 'lucide-react'
import type { PublicUser } from '../../protocol/events.ts'
import { PersonAvatar } from '../people/avatar.tsx'
import { Prose } from '../prose/prose.tsx'
import { clockTime, fullTime } from '../time.tsx'
import type { PendingMessage } from './chat.ts'
import type { MessageGroup } from './history.ts'
import classes from './chat.module.css'

export const GroupView = memo(
  function GroupView({ group, own }: { group: MessageGroup; own: boolean }) {
    const [first] = group.messages
    if (!first) return null
    return (
      <article className={classes.group} data-own={own}>
        <PersonAvatar user={first.author} size={30} />
        <div className={classes.body}>
          <header className={classes.head}>
            <span className={classes.author}>{first.author.displayName}</span>
            <time dateTime={first.createdAt} title={fullTime(first.createdAt)}>
              {clockTime(first.createdAt)}
            </time>
          </header>
          {group.messages.map((message) => (
            <div key={message.id} className={classes.text} title={fullTime(message.createdAt)}>
              <Prose text={message.message} />
            </div>
          ))}
        </div>
      </article>
    )
  },
  (a, b) =>
    a.own === b.own &&
    a.group.seq === b.group.seq &&
    a.group.messages.length === b.group.messages.length,
)

interface PendingProps {
  entry: PendingMessage
  self: PublicUser
  onRetry: () => void
  onDiscard: () => void
}

export function PendingView({ entry, self, onRetry, onDiscard }: PendingProps) {
  const failed = entry.error !== null
  return (
    <article className={classes.group} data-pending={!failed} aria-busy={!failed}>
      <PersonAvatar user={self} size={30} />
      <div className={classes.body}>
        <header className={classes.head}>
          <span className={classes.author}>{self.displayName}</span>
          <span>{failed ? '' : 'Sending…'}</span>
        </header>
        <div className={classes.text}>
          <Prose text={entry.message} />
        </div>
        {failed && (
          <p className={classes.failed} role="alert">
            <CircleAlert size={14} aria-hidden />
            <span>
              {entry.error}{' '}
              <Anchor component="button" type="button" inherit onClick={onRetry}>
                Try again
              </Anchor>{' '}
              ·{' '}
              <Anchor component="button" type="button" inherit onClick={onDiscard}>
                Discard
              </Anchor>
            </span>
          </p>
        )}
      </div>
    </article>
  )
}
