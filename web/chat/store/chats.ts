// The chat of a room: its channels with what is unread, and a store for each channel and thread that was opened.
// Events about messages are heard here, once.
import type { Channel, ChatMessage, ThreadState } from '../../../protocol/chat.ts'
import { TYPING_TIMEOUT } from '../../../protocol/limits.ts'
import type { Ask, Listen } from '../../socket.ts'
import { createStore } from '../../store.ts'
import { createChannel, type ChannelStore, type Marks } from './channel.ts'
import { countAll } from './counts.ts'
import { createDirectory } from './directory.ts'
import { createOutbox } from './outbox.ts'
import { createThreads } from './threads.ts'
import { createTimeline, type Timeline } from './timeline.ts'
import { createTyping } from './typing.ts'

export interface ChatsState {
  state: 'loading' | 'ready'
  /** The default channel, then by name, then talks */
  channels: readonly Channel[]
  /** In all channels that are not archived, outside of threads */
  unread: number
  /** What is meant for this person: mentions (also in threads), and everything in talks */
  mentions: number
  /** The threads this person takes part in, newest reply first */
  threads: readonly ThreadState[]
  threadsUnread: number
}

export interface ChatsOptions {
  projectId: string
  userId: string
  request: Ask
  on: Listen
  /** Keeps what is not sent yet */
  storage?: Storage | undefined
}

export const loadingChats: ChatsState = {
  state: 'loading',
  channels: [],
  unread: 0,
  mentions: 0,
  threads: [],
  threadsUnread: 0,
}

interface Opened {
  timeline: Timeline
  /** By the thread's root; '' is the channel itself */
  stores: Map<string, ChannelStore>
}

export function createChats({ projectId, userId, request, on, storage }: ChatsOptions) {
  const store = createStore(loadingChats)
  const change = (part: Partial<ChatsState>) => store.set({ ...store.get(), ...part })
  const opened = new Map<string, Opened>()
  let joined = false

  const stores = () => [...opened.values()].flatMap((entry) => [...entry.stores.values()])
  const marksOf = (channelId: string, threadId: string | null): Marks =>
    (threadId === null ? directory.find(channelId) : threads.find(threadId)) ?? {
      readSeq: 0,
      unread: 0,
    }
  const showMarks = () => {
    for (const channel of stores()) channel.marks(marksOf(channel.channelId, channel.threadId))
  }
  const forget = (channelId: string) => {
    const entry = opened.get(channelId)
    for (const channel of entry?.stores.values() ?? []) channel.close()
    entry?.timeline.close()
    opened.delete(channelId)
  }

  const directory = createDirectory({
    projectId,
    userId,
    request,
    on,
    onRemoved: forget,
    onChange(channels) {
      change({ channels, ...countAll(channels) })
      showMarks()
    },
  })
  const threads = createThreads({
    projectId,
    userId,
    request,
    on,
    onChange(list) {
      change({ threads: list, threadsUnread: list.reduce((sum, { unread }) => sum + unread, 0) })
      showMarks()
    },
  })
  const outbox = createOutbox({
    projectId,
    userId,
    request,
    storage,
    onSent: (message) => receive(message),
    onChange() {
      for (const channel of stores()) showPending(channel)
    },
  })
  const showPending = (channel: ChannelStore) => {
    const pending = outbox.list(channel.channelId, channel.threadId)
    const known: readonly unknown[] = channel.get().pending
    const same =
      pending.length === known.length && pending.every((entry, at) => entry === known[at])
    if (!same) channel.change({ pending })
  }
  const typing = createTyping(TYPING_TIMEOUT, (channelId, threadId, names) =>
    opened
      .get(channelId)
      ?.stores.get(threadId ?? '')
      ?.change({ typing: names }),
  )

  /** A new message, from the wire or as the answer to our own. */
  const receive = (message: ChatMessage) => {
    // First the list, then what is on its way: it may be shown twice for a moment, but never not at all.
    opened.get(message.channelId)?.timeline.merge([message])
    if (message.author.id === userId) outbox.settle(message.nonce)
    directory.receive(message)
    threads.receive(message)
  }

  const openTimeline = (channelId: string): Opened => {
    const known = opened.get(channelId)
    if (known) return known
    const timeline = createTimeline({ projectId, channelId, request })
    const entry = { timeline, stores: new Map<string, ChannelStore>() }
    opened.set(channelId, entry)
    if (joined) void timeline.resume(directory.find(channelId)?.rev ?? 0)
    return entry
  }
  const open = (channelId: string, threadId: string | null): ChannelStore => {
    const { timeline, stores: made } = openTimeline(channelId)
    const known = made.get(threadId ?? '')
    if (known) return known
    const channel = createChannel({
      projectId,
      channelId,
      threadId,
      request,
      timeline,
      marks: marksOf(channelId, threadId),
      onSeen() {
        const last = channel.get().messages.at(-1)?.seq
        if (threadId === null) directory.markRead(channelId)
        else if (last !== undefined) threads.markRead(threadId, last)
      },
      onSend: outbox.add,
      onRetry: outbox.retry,
      onDiscard: outbox.discard,
    })
    made.set(threadId ?? '', channel)
    showPending(channel)
    channel.change({ typing: typing.names(channelId, threadId) })
    return channel
  }

  const ends = [
    on('chat_message', (message) => {
      if (message.projectId !== projectId) return
      typing.stop(message.channelId, message.threadId, message.author.id)
      opened.get(message.channelId)?.timeline.receive(message)
      receive(message)
    }),
    on('message_changed', (message) => {
      if (message.projectId !== projectId) return
      opened.get(message.channelId)?.timeline.receive(message)
      directory.update(message)
      threads.update(message)
    }),
    on('user_typing', (news) => {
      if (news.projectId === projectId && news.userId !== userId) typing.hear(news)
    }),
  ]

  return {
    get: store.get,
    subscribe: store.subscribe,
    /** Messages that were left over, unsent, when this was made */
    restored: outbox.restored,
    /** Made once, and kept: it may be called in rendering. */
    open: (channelId: string): ChannelStore => open(channelId, null),
    /** Made once, and kept. */
    openThread: (channelId: string, rootId: string): ChannelStore => open(channelId, rootId),
    /** Asks which channels there are, where one was made or opened over REST. */
    refresh: directory.refresh,

    /** The room is about to be joined (again). @returns what to call with the answer, or null when it failed */
    join() {
      const take = directory.join()
      return (channels: readonly Channel[] | null) => {
        take(channels)
        if (!channels) return
        joined = true
        change({ state: 'ready' })
        for (const [id, { timeline }] of opened) void timeline.resume(directory.find(id)?.rev ?? 0)
        for (const channel of stores()) channel.wake()
        outbox.resume()
        void threads.load()
      }
    },
    /** The connection is gone. */
    away() {
      joined = false
      directory.away()
      for (const { timeline } of opened.values()) timeline.away()
      outbox.away()
    },
    close() {
      for (const end of ends) end()
      for (const id of opened.keys()) forget(id)
      directory.close()
      threads.close()
      typing.close()
      outbox.close()
    },
  }
}
