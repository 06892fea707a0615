// A channel, or a thread in it, as one window shows it: a stretch of messages, what is on its way, what is unread.
import { v4 } from 'uuid'
import type { Attachment, ChatMessage } from '../../../protocol/chat.ts'
import type { Ask } from '../../socket.ts'
import { createStore } from '../../store.ts'
import { errorMessage } from '../../wire.ts'
import type { NewMessage } from './outbox.ts'
import { widen, type Asked, type Window } from './replica.ts'
import type { Timeline } from './timeline.ts'

const PAGE = 50
/** More than twice this many are not kept in the window of somebody who follows the newest. */
const KEPT = 300

/** Written here, not yet acknowledged. */
export interface PendingMessage {
  nonce: string
  message: string
  attachments: readonly Attachment[]
  createdAt: string
  /** why it could not be sent; null while it is on its way */
  error: string | null
  /** whether only the person can have it sent again */
  refused: boolean
}

export interface ChannelState {
  state: 'loading' | 'ready' | 'failed'
  /** Why, where it failed */
  error: string | null
  /** The message that began the thread, once known; null in a channel */
  root: ChatMessage | null
  /** Oldest first; in a channel those outside of threads, in a thread its replies */
  messages: readonly ChatMessage[]
  pending: readonly PendingMessage[]
  hasOlder: boolean
  hasNewer: boolean
  loadingOlder: boolean
  loadingNewer: boolean
  readSeq: number
  unread: number
  /** The "new messages" line stands after this seq */
  unreadAfter: number | null
  /** Usernames of others who are writing */
  typing: readonly string[]
}

const loadingChannel: ChannelState = {
  state: 'loading',
  error: null,
  root: null,
  messages: [],
  pending: [],
  hasOlder: false,
  hasNewer: false,
  loadingOlder: false,
  loadingNewer: false,
  readSeq: 0,
  unread: 0,
  unreadAfter: null,
  typing: [],
}

export interface Marks {
  readSeq: number
  unread: number
}

interface Options {
  projectId: string
  channelId: string
  threadId: string | null
  request: Ask
  timeline: Timeline
  marks: Marks
  /** Everything up to its newest message is seen now */
  onSeen(): void
  onSend(message: NewMessage): void
  onRetry(nonce: string): void
  onDiscard(nonce: string): void
}

const same = (a: readonly ChatMessage[], b: readonly ChatMessage[]) =>
  a.length === b.length && a.every((message, index) => message === b[index])

export function createChannel(options: Options) {
  const { projectId, channelId, threadId, request, timeline, onSeen } = options
  const { readSeq, unread } = options.marks
  const unreadAfter = unread > 0 ? readSeq : null
  const store = createStore<ChannelState>({ ...loadingChannel, readSeq, unread, unreadAfter })
  const change = (part: Partial<ChannelState>) => store.set({ ...store.get(), ...part })
  const place = threadId === null ? { channelId } : { channelId, threadId }
  const { replica } = timeline
  let window: Window | null = null
  let watching = false
  let typingSent = 0
  /** Counts jumps: what an earlier one still loads is not for this window */
  let visit = 0

  const show = (part: Partial<ChannelState> = {}) => {
    const root = threadId === null ? null : (replica.messages.get(threadId) ?? null)
    if (!window) return change({ root, ...part })
    let messages: readonly ChatMessage[] = replica.list(threadId, window)
    if (watching && !store.get().loadingOlder && messages.length > 2 * KEPT) {
      messages = messages.slice(-KEPT)
      const from = messages[0]?.seq ?? 0
      window = { ...window, from }
      if (threadId === null) replica.forget(from)
    }
    const known = store.get().messages
    if (same(known, messages)) messages = known
    const [hasOlder, hasNewer] = [window.from > 0, window.to !== Infinity]
    change({ root, messages, hasOlder, hasNewer, ...part })
    see()
  }
  const see = () => {
    const { state, hasNewer } = store.get()
    if (watching && state === 'ready' && !hasNewer) onSeen()
  }

  const fetchPage = async (asked: Asked, loading: Partial<ChannelState>) => {
    if (replica.rev === undefined) return
    const jumps = asked.before === undefined && asked.after === undefined
    if (jumps) visit += 1
    const mine = visit
    change(loading)
    const done = { loadingOlder: false, loadingNewer: false }
    try {
      const page = await request('get_messages', { projectId, ...place, ...asked, limit: PAGE })
      timeline.merge(page.messages)
      if (mine !== visit) return
      const messages = page.messages.filter((message) => message.threadId === threadId)
      window = widen(jumps ? null : window, asked, { ...page, messages })
      show({ ...done, state: 'ready', error: null })
    } catch (error) {
      if (mine !== visit) return
      const failed = window ? {} : { state: 'failed' as const }
      change({ ...done, ...failed, error: errorMessage(error) })
    }
  }
  const load = () => fetchPage({}, { state: 'loading', error: null })
  const end = timeline.listen((anew) => {
    if (!anew) return show()
    window = null
    void load()
  })
  if (replica.rev !== undefined) void load()

  return {
    channelId,
    threadId,
    get: store.get,
    subscribe: store.subscribe,
    /** Loads the newest messages (again): after a failure, or to return from a jump into the past. */
    load,
    /** For who manages the channels: marks, what is on its way, who types. */
    change,
    marks({ readSeq: seq, unread: count }: Marks) {
      const now = store.get()
      if (seq === now.readSeq && count === now.unread) return
      // What was read elsewhere needs no line; what comes unseen gets one.
      const line = count === 0 ? null : (now.unreadAfter ?? seq)
      change({ readSeq: seq, unread: count, unreadAfter: watching ? now.unreadAfter : line })
      // A message is counted after it was shown.
      if (count > 0) see()
    },
    /** The connection is back and nothing was loaded yet. */
    wake() {
      if (!window && store.get().state === 'failed') void load()
    },

    async loadOlder() {
      const { loadingOlder } = store.get()
      if (!window || window.from === 0 || loadingOlder) return
      await fetchPage({ before: window.from }, { loadingOlder: true })
    },
    async loadNewer() {
      const { loadingNewer } = store.get()
      if (!window || window.to === Infinity || loadingNewer) return
      await fetchPage({ after: window.to }, { loadingNewer: true })
    },
    /** Shows the messages around one; does nothing where it is shown already. */
    async jumpTo(seq: number) {
      if (window && seq >= window.from && seq <= window.to && store.get().messages.length > 0)
        return
      await fetchPage({ around: seq }, { loadingNewer: true })
    },

    send(message: string, attachments: readonly Attachment[] = []) {
      typingSent = 0
      change({ unreadAfter: null })
      options.onSend({ channelId, threadId, nonce: v4(), message, attachments })
      if (store.get().hasNewer) void load()
    },
    retry: options.onRetry,
    discard: options.onDiscard,
    /** @throws AppError */
    async edit({ id }: ChatMessage, message: string) {
      const changed = await request('edit_message', { projectId, messageId: id, message })
      timeline.merge([changed])
    },
    /** @throws AppError */
    async remove({ id }: ChatMessage) {
      timeline.merge([await request('delete_message', { projectId, messageId: id })])
    },
    /** @throws AppError */
    async react({ id }: ChatMessage, emoji: string, add: boolean) {
      const name = add ? 'add_reaction' : 'remove_reaction'
      timeline.merge([await request(name, { projectId, messageId: id, emoji })])
    },

    /** Called at each keystroke; tells the others at most every two seconds. */
    typing(empty: boolean) {
      const now = Date.now()
      if (empty ? typingSent === 0 : now - typingSent < 2_000) return
      typingSent = empty ? 0 : now
      const name = empty ? 'typing_stop' : 'typing_start'
      request(name, { projectId, ...place }).catch(() => undefined)
    },

    /** Whether the newest messages are before somebody's eyes now. */
    watch(now: boolean) {
      watching = now
      see()
    },
    /** Nobody looks any more: what was new is not, next time. Who only scrolls has not left. */
    leave() {
      change({ unreadAfter: null })
    },
    close: end,
  }
}

export type ChannelStore = ReturnType<typeof createChannel>
