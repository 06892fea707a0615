// One message: who and when, the text, its files, reactions and thread; or what is left of a deleted one.
import { memo, useState } from 'react'
import { Text } from '@mantine/core'
import { Ban } from 'lucide-react'
import type { ChatMessage } from '../../../protocol/chat.ts'
import { Confirm } from '../../confirm.tsx'
import { PersonAvatar } from '../../people/avatar.tsx'
import { Prose } from '../../prose/prose.tsx'
import { ago, clockTime, fullTime } from '../../time.tsx'
import { useActions } from './actions.ts'
import { Attachments } from './attachments.tsx'
import { EditBox } from './edit.tsx'
import { Reactions } from './reactions.tsx'
import { SystemLine } from './system.tsx'
import { Toolbar, type Dialog } from './toolbar.tsx'
import { Versions } from './versions.tsx'
import classes from './message.module.css'

/** Without a pointer that hovers, a tap shows what can be done. */
const isTouched = () => matchMedia('(hover: none)').matches

interface Props {
  message: ChatMessage
  /** Whether it begins a group, and so says who wrote it */
  first: boolean
  /** Somebody came to see this one */
  marked: boolean
}

export const MessageRow = memo(function MessageRow({ message, first, marked }: Props) {
  const { self, editing } = useActions()
  const [pointed, setPointed] = useState(false)
  const [focused, setFocused] = useState(false)
  const [held, setHeld] = useState(false)
  const [dialog, setDialog] = useState<Dialog | null>(null)
  if (message.system) return <SystemLine message={message} system={message.system} />
  const { author, createdAt, deletedAt } = message
  const edits = editing === message.id
  const mentioned =
    author.id !== self.id && (message.mentionsAll || message.mentions.includes(self.id))
  return (
    <article
      className={classes.row}
      data-seq={message.seq}
      data-first={first}
      data-marked={marked}
      data-mentioned={mentioned}
      data-active={held}
      tabIndex={-1}
      aria-label={`${author.displayName}, ${clockTime(createdAt)}`}
      onMouseEnter={() => setPointed(true)}
      onMouseLeave={() => setPointed(false)}
      onFocus={(event) => setFocused(event.target.matches(':focus-visible') || isTouched())}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setFocused(false)
      }}
    >
      {first ? (
        <PersonAvatar user={author} size={30} />
      ) : (
        <time className={classes.gutter} dateTime={createdAt} title={fullTime(createdAt)}>
          {clockTime(createdAt)}
        </time>
      )}
      <div className={classes.body}>
        {first && (
          <header className={classes.head}>
            <span className={classes.author}>{author.displayName}</span>
            <time dateTime={createdAt} title={fullTime(createdAt)}>
              {clockTime(createdAt)}
            </time>
          </header>
        )}
        {deletedAt ? (
          <p className={classes.deleted}>
            <Ban size={13} aria-hidden /> This message was deleted
          </p>
        ) : edits ? (
          <EditBox message={message} />
        ) : (
          <MessageText message={message} onVersions={() => setDialog('versions')} />
        )}
        <Attachments files={message.attachments} />
        <Reactions message={message} />
        <ThreadLine message={message} />
      </div>
      {(pointed || focused || held) && !deletedAt && !edits && (
        <Toolbar message={message} onDialog={setDialog} onHold={setHeld} />
      )}
      {dialog === 'delete' && <DeleteMessage message={message} onClose={() => setDialog(null)} />}
      {dialog === 'versions' && <Versions message={message} onClose={() => setDialog(null)} />}
    </article>
  )
})

function MessageText({ message, onVersions }: { message: ChatMessage; onVersions: () => void }) {
  const { self } = useActions()
  return (
    <div className={classes.text}>
      {message.message && <Prose text={message.message} me={self.username} />}
      {message.editedAt && (
        <button
          type="button"
          className={classes.edited}
          title={`Edited ${fullTime(message.editedAt)}`}
          aria-label="Edited: show earlier versions"
          onClick={onVersions}
        >
          (edited)
        </button>
      )}
    </div>
  )
}

function ThreadLine({ message }: { message: ChatMessage }) {
  const { onThread } = useActions()
  if (!message.thread || !onThread || message.thread.replyCount === 0) return null
  const { replyCount, lastReplyAt } = message.thread
  return (
    <button type="button" className={classes.thread} onClick={() => onThread(message.id)}>
      <b>{replyCount === 1 ? '1 reply' : `${replyCount} replies`}</b>
      <span>last reply {ago(lastReplyAt)}</span>
    </button>
  )
}

function DeleteMessage({ message, onClose }: { message: ChatMessage; onClose: () => void }) {
  const { self, remove } = useActions()
  return (
    <Confirm
      opened
      title="Delete message"
      action="Delete message"
      onClose={onClose}
      onConfirm={() => remove(message)}
    >
      {message.author.id === self.id
        ? 'Its text, files and reactions are gone for everybody. '
        : `The text, files and reactions of ${message.author.displayName}’s message are gone for everybody. `}
      That cannot be taken back.
      {message.message && (
        <Text component="span" className={classes.quoted} lineClamp={3}>
          {message.message}
        </Text>
      )}
    </Confirm>
  )
}
