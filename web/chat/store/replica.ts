// One channel as a client knows it: each message by its id, as new as it was ever seen, up to a position `rev`; and
// windows onto it without holes. Pure: test/faults checks with it what the server tells.
import type { ChangePage, ChatMessage, MessagePage } from '../../../protocol/chat.ts'

/** Everything between two seqs is known. From 0: there is nothing older. To Infinity: what comes is part of it. */
export interface Window {
  from: number
  to: number
}

/** Where a page of messages was asked; nothing: the newest. */
export interface Asked {
  before?: number
  after?: number
  around?: number
}

/** @param page its messages without the root of a thread, which is not part of the order */
export function widen(
  window: Window | null,
  asked: Asked,
  { messages, hasMore, hasNewer }: MessagePage,
): Window {
  const first = messages[0]?.seq ?? 0
  const last = messages.at(-1)?.seq ?? 0
  if (window && asked.before !== undefined) return { ...window, from: hasMore ? first : 0 }
  if (window && asked.after !== undefined) return { ...window, to: hasMore ? last : Infinity }
  return { from: hasMore ? first : 0, to: hasNewer ? last : Infinity }
}

export function createReplica() {
  const messages = new Map<string, ChatMessage>()
  let rev: number | undefined
  /** Nothing is missing up to the newest event of this connection */
  let inStep = false
  /** Newest event of this connection */
  let ahead = 0

  /** Whichever order they come in, and however often. @returns whether something is new */
  const apply = (incoming: readonly ChatMessage[]) => {
    let changed = false
    for (const message of incoming) {
      const known = messages.get(message.id)
      if (known && known.rev >= message.rev) continue
      messages.set(message.id, message)
      changed = true
    }
    return changed
  }

  return {
    messages: messages as ReadonlyMap<string, ChatMessage>,
    /** Every change up to here is known, of the messages that are known; undefined before `start` */
    get rev() {
      return rev
    },
    get inStep() {
      return inStep
    },
    apply,
    /** On a connection that tells everything after `head`; what was known of an earlier history is forgotten. */
    start(head: number) {
      messages.clear()
      rev = Math.max(head, ahead)
      inStep = true
    },
    /** An event: on one connection they come in order and without holes, so it moves `rev` once nothing is missing. */
    receive(message: ChatMessage) {
      ahead = Math.max(ahead, message.rev)
      if (inStep) rev = Math.max(rev ?? 0, ahead)
      return apply([message])
    },
    /** The connection is gone: events may be missed until the pages of get_changes are through. */
    away() {
      inStep = false
      ahead = 0
    },
    /** The next page of get_changes after `rev`. */
    catchUp(page: ChangePage) {
      rev = Math.max(rev ?? 0, page.rev)
      if (!page.hasMore) {
        inStep = true
        rev = Math.max(rev, ahead)
      }
      return apply(page.messages)
    },
    /** Who follows a busy channel for days does not keep all of it; roots of threads stay, their threads show them. */
    forget(below: number) {
      for (const [id, { seq, threadId, thread }] of messages)
        if (seq < below && threadId === null && !thread) messages.delete(id)
    },
    /** Oldest first: outside of threads, or the replies of one */
    list(threadId: string | null, { from, to }: Window): ChatMessage[] {
      const found: ChatMessage[] = []
      for (const message of messages.values()) {
        if (message.threadId === threadId && message.seq >= from && message.seq <= to)
          found.push(message)
      }
      return found.sort((a, b) => a.seq - b.seq)
    },
  }
}

export type Replica = ReturnType<typeof createReplica>
