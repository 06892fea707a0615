// The threads that a person takes part in, and what is unread in them.
import { UNREAD_LIMIT, type ChatMessage, type ThreadState } from '../../../protocol/chat.ts'
import type { Ask, Listen } from '../../socket.ts'

interface Options {
  projectId: string
  userId: string
  request: Ask
  on: Listen
  onChange(threads: readonly ThreadState[]): void
}

/** Newest reply first. */
const newest = (a: ThreadState, b: ThreadState) =>
  (b.root.thread?.lastReplyAt ?? '').localeCompare(a.root.thread?.lastReplyAt ?? '')

export function createThreads({ projectId, userId, request, on, onChange }: Options) {
  let threads: readonly ThreadState[] = []
  let loading = false
  let again = false
  /** Replies that came while the list was on its way */
  let early: ChatMessage[] = []
  const set = (next: readonly ThreadState[]) => {
    threads = next.toSorted(newest)
    onChange(threads)
  }
  const find = (rootId: string) => threads.find(({ root }) => root.id === rootId)
  const change = (rootId: string, part: Partial<ThreadState>) =>
    set(threads.map((thread) => (thread.root.id === rootId ? { ...thread, ...part } : thread)))

  const load = async () => {
    if (loading) {
      again = true
      return
    }
    loading = true
    early = []
    try {
      set(await request('get_threads', { projectId }))
      for (const reply of early) count(reply)
    } catch {
      // The next join or reply asks again.
    } finally {
      loading = false
      if (again) {
        again = false
        void load()
      }
    }
  }

  const count = ({ threadId, author, seq }: ChatMessage) => {
    const thread = threadId === null ? undefined : find(threadId)
    if (!thread || threadId === null || seq <= thread.readSeq) return
    if (author.id === userId) change(threadId, { readSeq: seq, unread: 0 })
    else change(threadId, { unread: Math.min(thread.unread + 1, UNREAD_LIMIT) })
  }
  const receive = (reply: ChatMessage) => {
    if (loading) early.push(reply)
    if (reply.threadId === null) return
    const concerns = reply.author.id === userId || reply.mentions.includes(userId)
    if (find(reply.threadId)) count(reply)
    else if (concerns) void load()
  }
  const update = (message: ChatMessage) => {
    const thread = find(message.id)
    if (thread && thread.root.rev < message.rev) change(message.id, { root: message })
    else if (!thread && message.thread && message.author.id === userId) void load()
  }

  const ends = [
    on('thread_read_changed', (mark) => {
      const { threadId, readSeq, unread } = mark
      if (mark.projectId === projectId && readSeq >= (find(threadId)?.readSeq ?? 0))
        change(threadId, { readSeq, unread })
    }),
  ]

  return {
    load,
    find,
    /** A new message of the project. */
    receive,
    /** A changed message of the project. */
    update,
    /** Everything up to its newest reply is seen now. */
    markRead(rootId: string, seq: number) {
      const thread = find(rootId)
      if (!thread || seq <= thread.readSeq) return
      change(rootId, { readSeq: seq, unread: 0 })
      request('mark_thread_read', { projectId, threadId: rootId, seq }).catch(() => undefined)
    },
    close() {
      for (const end of ends) end()
    },
  }
}
