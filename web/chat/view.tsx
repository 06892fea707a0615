// One channel, or one thread of it: its messages, who is writing, and the place to write.
import { useEffect, useMemo, useState, type DragEvent } from 'react'
import { Button, EmptyState } from '@mantine/core'
import { CloudOff, MessagesSquare } from 'lucide-react'
import type { Channel } from '../../protocol/chat.ts'
import type { PublicUser } from '../../protocol/events.ts'
import { useUser } from '../accounts/gate.tsx'
import { notifyError } from '../notice.ts'
import { useWatched } from '../notices.tsx'
import { useCan, useOpenProject, useRoomState } from '../room/context.tsx'
import { useStore } from '../store.ts'
import { momentName } from '../time.tsx'
import { ActionsContext, type MessageActions } from './messages/actions.ts'
import type { ChannelStore } from './store/channel.ts'
import { Composer } from './composer/composer.tsx'
import { MessageList } from './messages/list.tsx'
import { MessageRow } from './messages/message.tsx'
import { channelLabel } from './channels/names.ts'
import { usePerson } from './people.ts'
import { placePath, type Place } from './place.ts'
import { ChatSkeleton } from './skeleton.tsx'
import { Writing } from './writing.tsx'
import { uploadsOf } from './composer/uploads.ts'
import classes from './chat.module.css'

interface Props {
  channel: Channel
  store: ChannelStore
  /** Whether it is before somebody's eyes */
  visible: boolean
  /** A message to show and mark */
  seq: number | undefined
  onGo: (place: Place) => void
}

export function ChatView({ channel, store, visible, seq, onGo }: Props) {
  const { project } = useOpenProject()
  const user = useUser()
  const chat = useStore(store)
  const [atBottom, setAtBottom] = useState(true)
  const awake = useAwake()
  const silence = useSilence(channel)
  const people = useMentionable(channel)
  const typists = useDisplayNames(chat.typing)
  const [dragging, setDragging] = useState(false)
  const present = visible && awake
  const watching = present && atBottom
  useEffect(() => {
    store.watch(watching)
    return () => store.watch(false)
  }, [store, watching])
  useEffect(() => (present ? () => store.leave() : undefined), [store, present])
  const here = placePath(project.slug, {
    view: 'channel',
    channelId: channel.id,
    threadId: store.threadId ?? undefined,
  })
  useWatched(watching ? here : null)
  const target = useMemo(() => (seq === undefined ? null : { seq }), [seq])
  useEffect(() => {
    if (seq !== undefined) void store.jumpTo(seq)
    else if (store.get().hasNewer) void store.load()
  }, [store, seq])
  const actions = useMessageActions({ channel, store, mayWrite: silence === null, onGo })
  const place = `${channel.id}${store.threadId === null ? '' : `/${store.threadId}`}`
  const uploads = uploadsOf(project.slug, place)
  const editLast = () => {
    const own = chat.messages.findLast(
      ({ author, deletedAt, system }) => author.id === user.id && !deletedAt && !system,
    )
    // The last one is still on its way: another is not meant.
    if (own && chat.pending.length === 0) actions.setEditing(own.id)
  }
  const drop = (event: DragEvent) => {
    const files = [...event.dataTransfer.files]
    setDragging(false)
    if (files.length === 0) return
    event.preventDefault()
    if (silence === null) uploads.add(files)
  }
  const empty = chat.messages.length === 0 && chat.pending.length === 0 && !store.threadId
  const inThread = store.threadId !== null
  const name = channelLabel(channel, user.id)
  return (
    <ActionsContext value={actions}>
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- files are dropped here; a button does the same */}
      <div
        className={classes.view}
        data-dragging={dragging && silence === null}
        onDragOver={(event) => {
          if (!event.dataTransfer.types.includes('Files')) return
          event.preventDefault()
          setDragging(true)
        }}
        onDragLeave={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDragging(false)
        }}
        onDrop={drop}
      >
        {chat.state === 'loading' && empty && <ChatSkeleton />}
        {chat.state === 'failed' && chat.messages.length === 0 && (
          <EmptyState
            m="auto"
            icon={<CloudOff />}
            title="The messages could not be loaded"
            description={chat.error ?? undefined}
            role="alert"
          >
            <Button variant="default" onClick={() => void store.load()}>
              Try again
            </Button>
          </EmptyState>
        )}
        {chat.state === 'ready' && empty && (
          <EmptyState
            m="auto"
            p="md"
            size="sm"
            icon={<MessagesSquare />}
            title="Nothing said yet"
            description={
              silence !== null
                ? undefined
                : channel.name === null
                  ? `Only you and ${name} read what is written here.`
                  : `Say hello to everybody in ${channel.kind === 'public' ? project.name : name}.`
            }
          />
        )}
        {!empty && (chat.state !== 'failed' || chat.messages.length > 0) && (
          <MessageList
            key={`messages of ${place}`}
            chat={chat}
            self={user}
            visible={visible}
            target={target}
            head={
              inThread && chat.root ? (
                <ThreadRoot root={chat.root} marked={chat.root.seq === seq} />
              ) : (
                <div className={classes.top} />
              )
            }
            onBottom={setAtBottom}
            onOlder={() => void store.loadOlder()}
            onNewer={() => void store.loadNewer()}
            onNewest={() => void store.load()}
            onJump={(to) =>
              onGo({
                view: 'channel',
                channelId: channel.id,
                threadId: store.threadId ?? undefined,
                seq: to,
              })
            }
            onRetry={store.retry}
            onDiscard={store.discard}
          />
        )}
        <Writing names={typists} />
        {silence === null ? (
          <Composer
            key={`draft of ${place}`}
            slug={project.slug}
            place={place}
            label={inThread ? 'Reply' : 'Message'}
            placeholder={inThread ? 'Reply in this thread' : `Write to ${name}`}
            people={people}
            uploads={uploads}
            onSend={store.send}
            onTyping={store.typing}
            onEditLast={editLast}
          />
        ) : (
          <p className={classes.readOnly}>{silence}</p>
        )}
        {dragging && silence === null && (
          <div className={classes.dropping} aria-hidden>
            Drop files to send them
          </div>
        )}
      </div>
    </ActionsContext>
  )
}

function ThreadRoot({
  root,
  marked,
}: {
  root: Parameters<typeof MessageRow>[0]['message']
  marked: boolean
}) {
  const count = root.thread?.replyCount ?? 0
  return (
    <>
      <div className={classes.top} />
      <MessageRow message={root} first marked={marked} />
      <div className={classes.day} role="separator">
        <span>{count === 0 ? 'No replies yet' : count === 1 ? '1 reply' : `${count} replies`}</span>
      </div>
    </>
  )
}

/** @returns why this person cannot write here; null when they can */
function useSilence(channel: Channel): string | null {
  const can = useCan()
  const { mutedUntil } = useRoomState()
  const [now, setNow] = useState(Date.now)
  const until = mutedUntil === null ? 0 : Date.parse(mutedUntil)
  useEffect(() => {
    const left = until - Date.now()
    if (left <= 0) return
    // Beyond 24 days a timer would end at once.
    const timer = setTimeout(() => setNow(Date.now()), Math.min(left + 500, 2 ** 31 - 1))
    return () => clearTimeout(timer)
  }, [until, now])
  if (channel.archivedAt !== null)
    return 'This channel is archived: it can be read, and nobody writes in it.'
  if (!can('chat:write'))
    return 'You can read along. Ask a maintainer for the member role to write.'
  if (mutedUntil !== null && until > now)
    return `A maintainer muted you until ${momentName(mutedUntil)}.`
  return null
}

function useDisplayNames(usernames: readonly string[]) {
  const { members, present } = useRoomState()
  return usernames.map(
    (username) =>
      [...present, ...members].find((person) => person.username === username)?.displayName ??
      username,
  )
}

function useMentionable({ kind, members: own }: Channel): readonly PublicUser[] {
  const { members } = useRoomState()
  return kind === 'public' ? members : (own ?? members)
}

interface ActionOptions {
  channel: Channel
  store: ChannelStore
  mayWrite: boolean
  onGo: (place: Place) => void
}

function useMessageActions({ channel, store, mayWrite, onGo }: ActionOptions): MessageActions {
  const { project } = useOpenProject()
  const self = useUser()
  const mayModerate = useCan()('chat:moderate')
  const person = usePerson()
  const [editing, setEditing] = useState<string | null>(null)
  const { slug } = project
  const channelId = channel.id
  return useMemo(
    () => ({
      self,
      mayWrite,
      mayModerate,
      editing,
      setEditing,
      nameOf: (id) => person(id)?.displayName ?? 'Somebody who left',
      onThread:
        store.threadId === null
          ? (threadId) => onGo({ view: 'channel', channelId, threadId })
          : undefined,
      react: (message, emoji, add) =>
        void store.react(message, emoji, add).catch((error: unknown) => notifyError(error)),
      edit: store.edit,
      remove: store.remove,
      linkTo: ({ seq, threadId }) =>
        location.origin +
        placePath(slug, { view: 'channel', channelId, threadId: threadId ?? undefined, seq }),
    }),
    [self, mayWrite, mayModerate, editing, person, store, slug, channelId, onGo],
  )
}

/** Whether the tab is before somebody's eyes. */
function useAwake() {
  const [awake, setAwake] = useState(() => document.visibilityState === 'visible')
  useEffect(() => {
    const look = () => setAwake(document.visibilityState === 'visible')
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  return awake
}
