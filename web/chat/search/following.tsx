// The threads that one takes part in, the newest reply first.
import { EmptyState } from '@mantine/core'
import { MessageSquareText } from 'lucide-react'
import type { ThreadState } from '../../../protocol/chat.ts'
import { useUser } from '../../accounts/gate.tsx'
import { PersonAvatar } from '../../people/avatar.tsx'
import { ago } from '../../time.tsx'
import { Badge } from '../channels/channels.tsx'
import { useChats } from '../context.ts'
import { excerpt } from './excerpt.ts'
import { channelLabel } from '../channels/names.ts'
import type { Place } from '../place.ts'
import classes from './search.module.css'

export function ThreadsView({ onGo }: { onGo: (place: Place) => void }) {
  const { threads } = useChats()
  if (threads.length === 0) {
    return (
      <EmptyState
        m="auto"
        p="md"
        icon={<MessageSquareText />}
        title="No threads yet"
        description="Threads that you begin, write in, or are mentioned in are here."
      />
    )
  }
  return (
    <div className={classes.results}>
      <ul className={classes.list} aria-label="Threads">
        {threads.map((thread) => (
          <Thread key={thread.root.id} thread={thread} onGo={onGo} />
        ))}
      </ul>
    </div>
  )
}

function Thread({ thread, onGo }: { thread: ThreadState; onGo: (place: Place) => void }) {
  const user = useUser()
  const { root, unread } = thread
  const channel = useChats().channels.find(({ id }) => id === root.channelId)
  const count = root.thread?.replyCount ?? 0
  const [text] = excerpt(root.message, [], 200)
  return (
    <li>
      <button
        type="button"
        className={classes.result}
        data-unread={unread > 0}
        onClick={() => onGo({ view: 'channel', channelId: root.channelId, threadId: root.id })}
      >
        <PersonAvatar user={root.author} size={24} title={false} />
        <span className={classes.found}>
          <span className={classes.head}>
            <b>{root.author.displayName}</b>
            {channel && channelLabel(channel, user.id)}
          </span>
          <span className={classes.text} dir="auto">
            {root.deletedAt ? 'This message was deleted' : text?.text || 'A file'}
          </span>
          <span className={classes.files}>
            {count === 1 ? '1 reply' : `${count} replies`}
            {root.thread && `, last ${ago(root.thread.lastReplyAt)}`}
          </span>
        </span>
        <Badge count={unread} name="new replies" />
      </button>
    </li>
  )
}
