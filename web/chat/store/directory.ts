// The channels that a person may read, with what is unread in each: as the server says at every join, and counted on
// as messages come.
import type { Channel, ChatMessage } from '../../../protocol/chat.ts'
import type { Ask, Listen } from '../../socket.ts'
import { countMessage, mergeChannel } from './counts.ts'
import { createMarker } from './marker.ts'

/** Counts are asked for anew so long after a deletion, milliseconds, or up to twice as long. */
const RECOUNT = 1_000

interface Options {
  projectId: string
  userId: string
  request: Ask
  on: Listen
  onChange(channels: readonly Channel[]): void
  /** It cannot be read any more. */
  onRemoved(channelId: string): void
}

export function createDirectory(options: Options) {
  const { projectId, userId, request, on, onChange, onRemoved } = options
  let channels: readonly Channel[] = []
  /** For each question that is on its way: messages that its answer may not count */
  const early = new Set<ChatMessage[]>()
  /** Counts answers that say which channels there are: an older one is not listened to */
  let takes = 0
  let refreshing = false
  let joined = false
  let recounting: ReturnType<typeof setTimeout> | undefined

  const find = (channelId: string) => channels.find(({ id }) => id === channelId)
  const set = (next: readonly Channel[]) => {
    channels = next
    onChange(next)
  }
  const change = (channelId: string, part: Partial<Channel>) =>
    set(channels.map((entry) => (entry.id === channelId ? { ...entry, ...part } : entry)))

  const marker = createMarker((channelId, seq) => {
    const before = find(channelId)?.lastSeq
    request('mark_read', { projectId, channelId, seq })
      .then(({ readSeq, unread, mentions }) => {
        const now = find(channelId)
        // What came since, the answer may not count.
        if (now?.readSeq === readSeq && now.lastSeq === before)
          change(channelId, { unread, mentions })
      })
      .catch(() => undefined)
  })

  const count = (message: ChatMessage) => {
    const channel = find(message.channelId)
    if (!channel) return void refresh()
    const next = countMessage(channel, message, userId)
    if (next !== channel) change(channel.id, next)
  }
  const take = (told: readonly Channel[], meanwhile: readonly ChatMessage[]) => {
    takes += 1
    const kept = new Set(told.map(({ id }) => id))
    for (const { id } of channels) if (!kept.has(id)) onRemoved(id)
    set(told.map((channel) => mergeChannel(find(channel.id), channel)))
    for (const message of meanwhile) count(message)
    for (const { id, readSeq } of told) {
      const own = find(id)?.readSeq ?? 0
      // It was read here while the server could not be told.
      if (own > readSeq) marker.mark(id, own)
    }
  }
  const refresh = async () => {
    if (refreshing || !joined) return
    refreshing = true
    const before = takes
    const meanwhile: ChatMessage[] = []
    early.add(meanwhile)
    try {
      const told = await request('get_channels', { projectId })
      refreshing = false
      early.delete(meanwhile)
      if (takes === before) take(told, meanwhile)
    } catch {
      // The next join tells.
    } finally {
      refreshing = false
      early.delete(meanwhile)
    }
  }
  /** A tombstone does not say whether it was counted. Not everybody who hears of it asks at once. */
  const recount = () => {
    recounting ??= setTimeout(
      () => {
        recounting = undefined
        void refresh()
      },
      RECOUNT * (1 + Math.random()),
    )
  }

  const ends = [
    on('read_changed', (mark) => {
      if (mark.projectId !== projectId) return
      const { channelId, readSeq, unread, mentions } = mark
      if (readSeq >= (find(channelId)?.readSeq ?? 0))
        change(channelId, { readSeq, unread, mentions })
    }),
    on('channel_changed', (info) => {
      if (info.projectId !== projectId) return
      const channel = find(info.id)
      if (!channel) return void refresh()
      const lastSeq = Math.max(channel.lastSeq, info.lastSeq)
      change(info.id, { ...info, lastSeq, rev: Math.max(channel.rev, info.rev) })
    }),
    on('channel_removed', (news) => {
      if (news.projectId !== projectId) return
      onRemoved(news.channelId)
      set(channels.filter(({ id }) => id !== news.channelId))
    }),
  ]

  return {
    find,
    refresh,
    /** A new message. */
    receive(message: ChatMessage) {
      for (const list of early) list.push(message)
      count(message)
    },
    /** A message changed. */
    update({ channelId, seq, rev, deletedAt }: ChatMessage) {
      const channel = find(channelId)
      if (!channel) return
      if (channel.rev < rev) change(channelId, { rev })
      if (deletedAt !== null && seq > channel.readSeq) recount()
    },
    /** Everything up to its newest message is seen now. */
    markRead(channelId: string) {
      const channel = find(channelId)
      if (!channel) return
      // Mentions in its threads are behind a badge of their own, and the channel's should go once it was seen.
      const { lastSeq, readSeq, unread, mentions } = channel
      if (lastSeq <= readSeq && unread === 0 && mentions === 0) return
      change(channelId, { readSeq: lastSeq, unread: 0, mentions: 0 })
      marker.mark(channelId, lastSeq)
    },
    /** A join is on its way. @returns what to call with its answer, or null when it failed */
    join() {
      const meanwhile: ChatMessage[] = []
      early.add(meanwhile)
      return (told: readonly Channel[] | null) => {
        early.delete(meanwhile)
        if (!told) return
        joined = true
        take(told, meanwhile)
      }
    },
    away() {
      joined = false
    },
    close() {
      for (const end of ends) end()
      clearTimeout(recounting)
      marker.close()
    },
  }
}
