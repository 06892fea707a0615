// For tests: channels in memory that keep the rules of the wire: dense seq and rev, one message per nonce, events in
// order to who is connected.
import type { Channel, ChatMessage } from '../../../protocol/chat.ts'
import { AppError } from '../../../protocol/errors.ts'
import type { Events, Requests } from '../../../protocol/events.ts'
import type { Ask, Listen } from '../../socket.ts'

type Answers = { [Name in keyof Requests]?: (payload: Requests[Name][0]) => Requests[Name][1] }

export const user = (id: string) => ({ id, username: id, displayName: id, avatar: '' })
const bySeq = (a: ChatMessage, b: ChatMessage) => a.seq - b.seq
const byRev = (a: ChatMessage, b: ChatMessage) => a.rev - b.rev

/** One channel's truth. */
export function createTruth(channelId: string) {
  const messages = new Map<string, ChatMessage>()
  let seq = 0
  let rev = 0
  const put = (message: ChatMessage) => {
    rev += 1
    const next = { ...message, rev }
    messages.set(next.id, next)
    return next
  }
  return {
    messages,
    get seq() {
      return seq
    },
    get rev() {
      return rev
    },
    all: () => [...messages.values()].sort(bySeq),
    /** @returns what changed: the message, and the root of its thread */
    say(
      author: string,
      message: string,
      threadId: string | null = null,
      nonce = '',
    ): ChatMessage[] {
      const known = nonce && [...messages.values()].find((entry) => entry.nonce === nonce)
      if (known) return []
      seq += 1
      const said = put({
        id: `${channelId}-${seq}`,
        projectId: 'p',
        channelId,
        seq,
        rev,
        threadId,
        message,
        author: user(author),
        nonce: nonce || `${author}-${channelId}-${seq}`,
        createdAt: new Date(2026, 0, 1, 12, 0, seq).toISOString(),
        editedAt: null,
        deletedAt: null,
        system: null,
        thread: null,
        reactions: [],
        attachments: [],
        mentions: [...message.matchAll(/@(\w+)/g)].flatMap(([, name]) => name ?? []),
        mentionsAll: message.includes('@channel'),
      })
      const root = threadId === null ? undefined : messages.get(threadId)
      if (!root) return [said]
      const replyCount = (root.thread?.replyCount ?? 0) + 1
      return [said, put({ ...root, thread: { replyCount, lastReplyAt: said.createdAt } })]
    },
    change(id: string, part: Partial<ChatMessage>) {
      const message = messages.get(id)
      if (!message) throw new AppError('NOT_FOUND', 'Message not found')
      return put({ ...message, ...part })
    },
    page({ threadId, before, after, around, limit = 50 }: Requests['get_messages'][0]) {
      const listed = [...messages.values()]
        .filter((message) => message.threadId === (threadId ?? null) || message.id === threadId)
        .sort(bySeq)
      if (around !== undefined) {
        const at = listed.findIndex((message) => message.seq >= around)
        const middle = at < 0 ? listed.length : at
        const first = Math.max(0, middle - Math.floor(limit / 2))
        const page = listed.slice(first, first + limit)
        return {
          messages: page,
          hasMore: first > 0,
          hasNewer: first + page.length < listed.length,
        }
      }
      const wanted = listed.filter(
        (message) => message.seq < (before ?? Infinity) && message.seq > (after ?? 0),
      )
      const page = after === undefined ? wanted.slice(-limit) : wanted.slice(0, limit)
      return { messages: page, hasMore: wanted.length > page.length, hasNewer: false }
    },
    changes(after: number, limit = 200) {
      if (after > rev) return { messages: [], rev, hasMore: false, reset: true }
      const missed = [...messages.values()].filter((message) => message.rev > after).sort(byRev)
      const page = missed.slice(0, limit)
      const hasMore = missed.length > page.length
      return {
        messages: page,
        rev: hasMore ? (page.at(-1)?.rev ?? after) : rev,
        hasMore,
        reset: false,
      }
    },
  }
}

export type Truth = ReturnType<typeof createTruth>

/** A server with some channels, seen by one person, "ada". */
export function createMemory(names: readonly string[]) {
  const truths = new Map(names.map((name) => [name, createTruth(name)]))
  const reads = new Map<string, number>()
  const listeners = new Map<string, Set<(payload: never, envelope: never) => void>>()
  const state = {
    online: true,
    /** What was asked, by name */
    asked: [] as (keyof Requests)[],
    /** Thrown at who sends */
    refusal: null as AppError | null,
    /** Answers wait for it */
    gate: Promise.resolve(),
  }
  const truth = (channelId = 'general') => {
    const found = truths.get(channelId)
    if (!found) throw new AppError('NOT_FOUND', 'Channel not found')
    return found
  }
  const tell = <Name extends keyof Events>(name: Name, payload: Events[Name]) => {
    for (const listener of listeners.get(name) ?? [])
      listener(payload as never, { userId: 'ben' } as never)
  }
  /** To who is connected: new ones as such, others as changed. */
  const publish = (changed: readonly ChatMessage[]) => {
    if (!state.online) return
    changed.forEach((message, index) =>
      tell(index === 0 ? 'chat_message' : 'message_changed', message),
    )
  }
  const say = (author: string, message: string, options: { in?: string; thread?: string } = {}) => {
    const said = truth(options.in).say(author, message, options.thread ?? null)
    publish(said)
    return said[0] as ChatMessage
  }
  const change = (message: ChatMessage, part: Partial<ChatMessage>) => {
    const changed = truth(message.channelId).change(message.id, part)
    if (state.online) tell('message_changed', changed)
    return changed
  }
  const channels = (): Channel[] =>
    [...truths].map(([id, channel]) => {
      const readSeq = reads.get(id) ?? 0
      const fresh = channel
        .all()
        .filter((m) => m.seq > readSeq && m.author.id !== 'ada' && m.deletedAt === null)
      return {
        id,
        projectId: 'p',
        kind: id.startsWith('talk') ? 'direct' : 'public',
        name: id.startsWith('talk') ? null : id,
        topic: '',
        archivedAt: null,
        createdBy: null,
        members: null,
        lastSeq: channel.seq,
        rev: channel.rev,
        readSeq,
        unread: fresh.filter(({ threadId }) => threadId === null).length,
        mentions: fresh.filter(
          ({ mentions, mentionsAll }) => mentionsAll || mentions.includes('ada'),
        ).length,
      }
    })
  const find = (messageId: string) => truth(messageId.split('-')[0]).messages.get(messageId)
  const answers: Answers = {
    get_channels: channels,
    get_threads: () => [],
    get_messages: (asked) => truth(asked.channelId).page(asked),
    get_changes: ({ channelId, after, limit }) => truth(channelId).changes(after, limit),
    send_message({ channelId, message, nonce, threadId }) {
      if (state.refusal) throw state.refusal
      const said = truth(channelId).say('ada', message, threadId ?? null, nonce)
      publish(said)
      const known = truth(channelId)
        .all()
        .find((entry) => entry.nonce === nonce)
      return known as ChatMessage
    },
    edit_message: ({ messageId, message }) =>
      change(find(messageId) as ChatMessage, { message, editedAt: '2026-01-02T00:00:00.000Z' }),
    mark_read({ channelId = 'general', seq }) {
      reads.set(channelId, seq)
      return { channelId, readSeq: seq, unread: 0, mentions: 0 }
    },
    mark_thread_read: ({ threadId, seq }) => ({
      channelId: 'general',
      threadId,
      readSeq: seq,
      unread: 0,
    }),
  }
  const request: Ask = async (name, payload) => {
    state.asked.push(name)
    if (!state.online) throw new AppError('UNAVAILABLE', 'Not connected')
    // Whoever asks hears events, too, only later.
    if (name === 'send_message') await Promise.resolve()
    const answer = answers[name]?.(payload as never) as never
    await state.gate
    return answer
  }
  const on: Listen = (name, listener) => {
    const heard = listeners.get(name) ?? new Set()
    listeners.set(name, heard)
    heard.add(listener as never)
    return () => heard.delete(listener as never)
  }
  return { truths, reads, state, answers, say, change, tell, channels, request, on }
}
