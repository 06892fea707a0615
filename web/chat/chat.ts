// The chat of one room: history, gaps after an absence, messages on their way, unread and typing.
import { v4 } from 'uuid'
import type { Channel, ChatMessage } from '../../protocol/events.ts'
import { TYPING_TIMEOUT } from '../../protocol/limits.ts'
import type { Ask, Listen } from '../socket.ts'
import { createStore } from '../store.ts'
import { errorMessage, isAppError } from '../wire.ts'
import { countUnread, mergeMessages, newestSeq } from './history.ts'

const PAGE = 50
/** Above this many missed messages, loading from the newest is kinder than filling the gap. */
const LARGEST_GAP = 500

/** Written here, not yet acknowledged. */
export interface PendingMessage {
  nonce: string
  message: string
  createdAt: string
  /** why it could not be sent; null while it is on its way */
  error: string | null
}

export interface ChatState {
  state: 'loading' | 'ready' | 'failed'
  messages: readonly ChatMessage[]
  pending: readonly PendingMessage[]
  hasOlder: boolean
  loadingOlder: boolean
  readSeq: number
  unread: number
  /** The "new messages" line stands after this seq */
  unreadAfter: number | null
  /** Names of others who are writing */
  typing: readonly string[]
}

export interface ChatOptions {
  projectId: string
  userId: string
  request: Ask
  on: Listen
}

export const loadingChat: ChatState = {
  state: 'loading',
  messages: [],
  pending: [],
  hasOlder: false,
  loadingOlder: false,
  readSeq: 0,
  unread: 0,
  unreadAfter: null,
  typing: [],
}

export function createChat({ projectId, userId, request, on }: ChatOptions) {
  const store = createStore(loadingChat)
  const change = (part: Partial<ChatState>) => store.set({ ...store.get(), ...part })
  const typists = new Map<string, { name: string; timer: ReturnType<typeof setTimeout> }>()
  let filling: Promise<void> | undefined
  let watching = false
  /** Up to which seq the server was told, and up to which `unread` counts */
  let marked = 0
  let counted = 0
  let typingSent = 0
  /** Came while the history was still on its way */
  const early: ChatMessage[] = []

  const receive = (incoming: readonly ChatMessage[]) => {
    const now = store.get()
    const { messages, gap } = mergeMessages(now.messages, incoming)
    const arrived = new Set(incoming.map(({ nonce }) => nonce))
    const pending = now.pending.filter(({ nonce }) => !arrived.has(nonce))
    // Who writes has read what stands above.
    const own = incoming.findLast(({ author }) => author.id === userId)?.seq ?? 0
    const readSeq = Math.max(now.readSeq, own)
    const before = own > now.readSeq ? 0 : now.unread
    const unread = before + countUnread(messages, Math.max(counted, readSeq), userId)
    counted = Math.max(counted, newestSeq(messages))
    const away = !watching && unread > 0
    const unreadAfter = away ? (now.unreadAfter ?? readSeq) : now.unreadAfter
    change({ messages, pending, readSeq, unread, unreadAfter })
    if (gap) void fill()
    if (watching) markRead()
  }

  const loadNewest = async () => {
    change({ state: 'loading', messages: [] })
    const page = await request('get_messages', { projectId, limit: PAGE })
    change({ hasOlder: page.hasMore })
    receive(page.messages)
    receive(early.splice(0))
    change({ state: 'ready' })
  }
  const fillGap = async () => {
    for (let more = true; more;) {
      const after = newestSeq(store.get().messages)
      const page = await request('get_messages', { projectId, after, limit: 200 })
      receive(page.messages)
      more = page.hasMore && newestSeq(store.get().messages) > after
    }
  }
  const fill = () =>
    (filling ??= fillGap()
      .catch(() => undefined)
      .finally(() => (filling = undefined)))

  const markRead = () => {
    const seq = newestSeq(store.get().messages)
    if (seq <= marked) return
    marked = seq
    change({ readSeq: seq, unread: 0 })
    request('mark_read', { projectId, seq }).catch(() => (marked = 0))
  }

  const deliver = async ({ nonce, message }: PendingMessage) => {
    try {
      receive([await request('send_message', { projectId, message, nonce })])
    } catch (error) {
      const waits = isAppError(error) && error.code === 'UNAVAILABLE'
      setPending(
        nonce,
        waits ? 'Not sent yet. It will be sent when you are connected again.' : errorMessage(error),
      )
    }
  }
  const setPending = (nonce: string, error: string | null) =>
    change({
      pending: store
        .get()
        .pending.map((entry) => (entry.nonce === nonce ? { ...entry, error } : entry)),
    })
  const retry = async (nonce: string) => {
    const entry = store.get().pending.find((pending) => pending.nonce === nonce)
    if (!entry) return
    setPending(nonce, null)
    await deliver(entry)
  }

  const stopTyping = (id: string) => {
    clearTimeout(typists.get(id)?.timer)
    if (typists.delete(id)) change({ typing: [...typists.values()].map(({ name }) => name) })
  }

  const ends = [
    on('chat_message', (message) => {
      if (message.projectId !== projectId) return
      stopTyping(message.author.id)
      if (store.get().state === 'ready') receive([message])
      else early.push(message)
    }),
    on('read_changed', (mark) => {
      if (mark.projectId !== projectId || mark.readSeq <= store.get().readSeq) return
      change({ readSeq: mark.readSeq, unread: mark.unread, unreadAfter: null })
    }),
    on('user_typing', (news) => {
      if (news.projectId !== projectId || news.userId === userId) return
      stopTyping(news.userId)
      if (!news.typing) return
      const timer = setTimeout(() => stopTyping(news.userId), TYPING_TIMEOUT)
      typists.set(news.userId, { name: news.username, timer })
      change({ typing: [...typists.values()].map(({ name }) => name) })
    }),
  ]

  return {
    get: store.get,
    subscribe: store.subscribe,

    /** After each (re)join of the room: loads or fills, then sends what waited. */
    async resume(channel: Channel | undefined) {
      const { lastSeq = 0, readSeq = 0, unread = 0 } = channel ?? {}
      const missed = lastSeq - newestSeq(store.get().messages)
      marked = readSeq
      counted = Math.max(counted, lastSeq)
      const unreadAfter = !watching && unread > 0 ? readSeq : store.get().unreadAfter
      change({ readSeq, unread, unreadAfter })
      try {
        if (store.get().state !== 'ready' || missed > LARGEST_GAP) await loadNewest()
        else if (missed > 0) await fill()
      } catch {
        change({ state: 'failed' })
      }
      // One after the other: they were written in this order.
      for (const { nonce, error } of store.get().pending) if (error !== null) await retry(nonce)
    },

    async loadOlder() {
      const { messages, hasOlder, loadingOlder } = store.get()
      const before = messages[0]?.seq
      if (!hasOlder || loadingOlder || before === undefined) return
      change({ loadingOlder: true })
      try {
        const page = await request('get_messages', { projectId, before, limit: PAGE })
        receive(page.messages)
        change({ hasOlder: page.hasMore })
      } finally {
        change({ loadingOlder: false })
      }
    },

    send(message: string) {
      const entry = { nonce: v4(), message, createdAt: new Date().toISOString(), error: null }
      typingSent = 0
      change({ pending: [...store.get().pending, entry], unreadAfter: null })
      void deliver(entry)
    },
    retry: (nonce: string) => void retry(nonce),
    discard(nonce: string) {
      change({ pending: store.get().pending.filter((entry) => entry.nonce !== nonce) })
    },

    /** Called at each keystroke; tells the others at most every two seconds. */
    typing(empty: boolean) {
      const now = Date.now()
      if (empty ? typingSent === 0 : now - typingSent < 2_000) return
      typingSent = empty ? 0 : now
      request(empty ? 'typing_stop' : 'typing_start', { projectId }).catch(() => undefined)
    },

    /** Whether the newest messages are before somebody's eyes now. */
    watch(now: boolean) {
      if (watching && !now) change({ unreadAfter: null })
      watching = now
      if (now) markRead()
    },

    close() {
      for (const end of ends) end()
      for (const { timer } of typists.values()) clearTimeout(timer)
    },
  }
}

export type Chat = ReturnType<typeof createChat>
