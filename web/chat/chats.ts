// All channels of a room: what is unread in them, and a store for each that was opened. Events are heard here, once.
import type {
  Channel,
  ChannelInfo,
  ChatMessage,
  ReadState,
  ThreadState,
} from '../../protocol/chat.ts'
import { TYPING_TIMEOUT } from '../../protocol/limits.ts'
import type { Ask, Listen } from '../socket.ts'
import { createStore } from '../store.ts'
import { createChannel, type ChannelStore, type Marks } from './channel.ts'
import { countAll, countMessage, mergeChannel } from './counts.ts'
import { createMarker } from './marker.ts'
import { createOutbox, type Unsent } from './outbox.ts'
import { createThreads } from './threads.ts'
import { createTimeline, type Timeline } from './timeline.ts'
import { createTyping } from './typing.ts'

export interface ChatsState {
  state: 'loading' | 'ready'
  /** The default channel, then by name, then talks */
  channels: readonly Channel[]
  /** In all channels that are not archived, outside of threads */
  unread: number
  /** Of these, what is meant for this person: mentions (also in threads), and everything in talks */
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
  const opened = new Map<string, Opened>()
  /** For each question that is on its way: messages that its answer may not count */
  const early = new Set<ChatMessage[]>()
  let joined = false
  let refreshing = false

  const find = (channelId: string) => store.get().channels.find(({ id }) => id === channelId)
  const storesOf = (channelId: string) => [...(opened.get(channelId)?.stores.values() ?? [])]
  const marksOf = (channelId: string, threadId: string | null): Marks => {
    const source = threadId === null ? find(channelId) : threads.find(threadId)
    return source ?? { readSeq: 0, unread: 0 }
  }
  const showMarks = () => {
    for (const { stores } of opened.values())
      for (const channel of stores.values())
        channel.marks(marksOf(channel.channelId, channel.threadId))
  }
  const setChannels = (channels: readonly Channel[]) => {
    store.set({ ...store.get(), channels, ...countAll(channels) })
    showMarks()
  }
  const changeChannel = (channelId: string, part: Partial<Channel>) =>
    setChannels(
      store.get().channels.map((entry) => (entry.id === channelId ? { ...entry, ...part } : entry)),
    )

  const threads = createThreads({
    projectId,
    userId,
    request,
    on,
    onChange() {
      const list = threads.get()
      const threadsUnread = list.reduce((sum, { unread }) => sum + unread, 0)
      store.set({ ...store.get(), threads: list, threadsUnread })
      showMarks()
    },
  })
  const marker = createMarker((channelId, seq) =>
    request('mark_read', { projectId, channelId, seq }).catch(() => undefined),
  )
  const outbox = createOutbox({
    projectId,
    userId,
    request,
    storage,
    onSent: (message) => receive(message),
    onChange: () => showPending(),
  })
  const showPending = () => {
    for (const { stores } of opened.values())
      for (const channel of stores.values()) showPendingOf(channel)
  }
  const showPendingOf = (channel: ChannelStore) => {
    const pending = outbox.list(channel.channelId, channel.threadId)
    const known: readonly unknown[] = channel.get().pending
    const changed =
      pending.length !== known.length || pending.some((entry, at) => entry !== known[at])
    if (changed) channel.change({ pending })
  }
  const typing = createTyping(TYPING_TIMEOUT, (channelId, threadId, names) =>
    opened
      .get(channelId)
      ?.stores.get(threadId ?? '')
      ?.change({ typing: names }),
  )

  const count = (message: ChatMessage) => {
    const channel = find(message.channelId)
    if (!channel) return void refresh()
    const next = countMessage(channel, message, userId)
    if (next !== channel) changeChannel(channel.id, next)
  }
  /** A new message, from the wire or as the answer to our own. */
  const receive = (message: ChatMessage) => {
    for (const list of early) list.push(message)
    // First the list, then what is on its way: it would be shown twice for a moment, but never not at all.
    opened.get(message.channelId)?.timeline.merge([message])
    if (message.author.id === userId) outbox.settle(message.nonce)
    count(message)
    threads.receive(message)
  }

  const take = (told: readonly Channel[], meanwhile: readonly ChatMessage[]) => {
    const kept = new Set(told.map(({ id }) => id))
    for (const id of opened.keys()) if (!kept.has(id)) forget(id)
    setChannels(told.map((channel) => mergeChannel(find(channel.id), channel)))
    for (const message of meanwhile) count(message)
    for (const { id, readSeq } of told) {
      const own = find(id)?.readSeq ?? 0
      // It was read here while the server could not be told.
      if (own > readSeq) marker.mark(id, own)
    }
  }
  const refresh = async () => {
    if (refreshing) return
    refreshing = true
    const meanwhile: ChatMessage[] = []
    early.add(meanwhile)
    try {
      const channels = await request('get_channels', { projectId })
      refreshing = false
      early.delete(meanwhile)
      take(channels, meanwhile)
    } catch {
      // The next join tells.
    } finally {
      refreshing = false
      early.delete(meanwhile)
    }
  }
  const forget = (channelId: string) => {
    for (const channel of storesOf(channelId)) channel.close()
    opened.get(channelId)?.timeline.close()
    opened.delete(channelId)
  }

  const openStore = (channelId: string, threadId: string | null): ChannelStore => {
    let entry = opened.get(channelId)
    if (!entry) {
      const timeline = createTimeline({ projectId, channelId, request })
      entry = { timeline, stores: new Map() }
      opened.set(channelId, entry)
      if (joined) void timeline.resume(find(channelId)?.rev ?? 0)
    }
    const known = entry.stores.get(threadId ?? '')
    if (known) return known
    const created = createChannel({
      projectId,
      channelId,
      threadId,
      request,
      timeline: entry.timeline,
      marks: marksOf(channelId, threadId),
      onSeen() {
        if (threadId !== null) {
          const last = created.get().messages.at(-1)?.seq
          if (last !== undefined) threads.markRead(threadId, last)
          return
        }
        const channel = find(channelId)
        if (!channel) return
        // Mentions in its threads are behind a badge of their own, and the channel's should go once it was seen.
        const { lastSeq, readSeq, unread, mentions } = channel
        if (lastSeq <= readSeq && unread === 0 && mentions === 0) return
        changeChannel(channelId, { readSeq: lastSeq, unread: 0, mentions: 0 })
        marker.mark(channelId, lastSeq)
      },
      onSend: outbox.add,
      onRetry: outbox.retry,
      onDiscard: outbox.discard,
    })
    entry.stores.set(threadId ?? '', created)
    showPendingOf(created)
    created.change({ typing: typing.names(channelId, threadId) })
    return created
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
      const channel = find(message.channelId)
      if (channel && channel.rev < message.rev) changeChannel(channel.id, { rev: message.rev })
      threads.update(message)
    }),
    on('read_changed', (mark: ReadState & { projectId: string }) => {
      if (mark.projectId !== projectId) return
      const { channelId, readSeq, unread, mentions } = mark
      if (readSeq >= (find(channelId)?.readSeq ?? 0))
        changeChannel(channelId, { readSeq, unread, mentions })
    }),
    on('channel_changed', (info: ChannelInfo) => {
      if (info.projectId !== projectId) return
      const channel = find(info.id)
      if (!channel) return void refresh()
      const { lastSeq, rev } = channel
      changeChannel(info.id, {
        ...info,
        lastSeq: Math.max(lastSeq, info.lastSeq),
        rev: Math.max(rev, info.rev),
      })
    }),
    on('channel_removed', (news) => {
      if (news.projectId !== projectId) return
      forget(news.channelId)
      setChannels(store.get().channels.filter(({ id }) => id !== news.channelId))
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
    /** Made once, and kept. */
    open: (channelId: string): ChannelStore => openStore(channelId, null),
    openThread: (channelId: string, rootId: string): ChannelStore => openStore(channelId, rootId),
    /** All that is not sent yet, anywhere */
    unsent: (channelId: string): readonly Unsent[] => outbox.list(channelId, null),
    refresh,

    /** The room is about to be joined (again). @returns what to call with the answer; never, when it failed */
    join() {
      const meanwhile: ChatMessage[] = []
      early.add(meanwhile)
      return (channels: readonly Channel[] | null) => {
        early.delete(meanwhile)
        if (!channels) return
        joined = true
        take(channels, meanwhile)
        store.set({ ...store.get(), state: 'ready' })
        for (const [id, { timeline, stores }] of opened) {
          void timeline.resume(channels.find((channel) => channel.id === id)?.rev ?? 0)
          for (const channel of stores.values()) channel.wake()
        }
        outbox.resume()
        void threads.load()
      }
    },
    /** The connection is gone. */
    away() {
      joined = false
      for (const { timeline } of opened.values()) timeline.away()
      outbox.away()
    },
    close() {
      for (const end of ends) end()
      for (const id of opened.keys()) forget(id)
      typing.close()
      marker.close()
      outbox.close()
      threads.close()
    },
  }
}

export type Chats = ReturnType<typeof createChats>
