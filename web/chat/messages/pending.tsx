// A message on its way, and one that did not get there.
import { Anchor } from '@mantine/core'
import { CircleAlert, Clock } from 'lucide-react'
import type { PublicUser } from '../../../protocol/events.ts'
import { PersonAvatar } from '../../people/avatar.tsx'
import { Prose } from '../../prose/prose.tsx'
import { Attachments } from './attachments.tsx'
import type { PendingMessage } from '../store/channel.ts'
import classes from './message.module.css'

interface Props {
  entry: PendingMessage
  self: PublicUser
  onRetry: () => void
  onDiscard: () => void
}

export function PendingRow({ entry, self, onRetry, onDiscard }: Props) {
  const failed = entry.error !== null
  return (
    <article className={classes.row} data-first data-pending={!failed} aria-busy={!failed}>
      <PersonAvatar user={self} size={30} />
      <div className={classes.body}>
        <header className={classes.head}>
          <span className={classes.author}>{self.displayName}</span>
          <span>{failed ? '' : 'Sending…'}</span>
        </header>
        <div className={classes.text}>
          {entry.message && <Prose text={entry.message} me={self.username} />}
        </div>
        <Attachments files={entry.attachments} />
        {failed && (
          <p
            className={classes.failed}
            data-waits={!entry.refused}
            role={entry.refused ? 'alert' : 'status'}
          >
            {entry.refused ? (
              <CircleAlert size={14} aria-hidden />
            ) : (
              <Clock size={14} aria-hidden />
            )}
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
