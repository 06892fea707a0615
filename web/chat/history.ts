// The known part of a channel: oldest first, dense in `seq`, without duplicates. Pure.
import type { ChatMessage } from '../../protocol/events.ts'

/**
 * Adds messages, whichever order they come in and however often. Messages beyond a hole are left out: showing them
 * would hide that something is missing.
 * @returns the list, and whether some were left out, so that the hole must be filled from the server
 */
export function mergeMessages(
  known: readonly ChatMessage[],
  incoming: readonly ChatMessage[],
): { messages: readonly ChatMessage[]; gap: boolean } {
  const bySeq = new Map(known.map((message) => [message.seq, message]))
  const fresh = incoming.filter(({ seq }) => !bySeq.has(seq))
  if (fresh.length === 0) return { messages: known, gap: false }
  for (const message of fresh) bySeq.set(message.seq, message)
  const sorted = [...bySeq.values()].sort((a, b) => a.seq - b.seq)
  // What was known stays; with nothing known, the newest run is kept.
  const anchor = known[0]?.seq ?? sorted.at(-1)?.seq ?? 0
  let first = sorted.findIndex(({ seq }) => seq === anchor)
  let last = first
  while (first > 0 && sorted[first - 1]?.seq === (sorted[first]?.seq ?? 0) - 1) first -= 1
  while (sorted[last + 1]?.seq === (sorted[last]?.seq ?? 0) + 1) last += 1
  return { messages: sorted.slice(first, last + 1), gap: last < sorted.length - 1 }
}

export const newestSeq = (messages: readonly ChatMessage[]) => messages.at(-1)?.seq ?? 0

/** Messages of others after the read mark, as far as they are known. */
export const countUnread = (messages: readonly ChatMessage[], readSeq: number, self: string) =>
  messages.reduce(
    (count, { seq, author }) => (seq > readSeq && author.id !== self ? count + 1 : count),
    0,
  )

/** Messages of one author within this time stand under one name. */
const GROUP_TIME = 5 * 60_000

const day = (iso: string) => new Date(iso).toDateString()

export interface MessageGroup {
  /** of its first message */
  seq: number
  /** whether a day begins with it */
  newDay: boolean
  /** whether the unread messages begin with it */
  firstUnread: boolean
  messages: ChatMessage[]
}

/** @param unreadAfter the seq after which the "new messages" line stands, or null for none */
export function groupMessages(
  messages: readonly ChatMessage[],
  unreadAfter: number | null,
): MessageGroup[] {
  const groups: MessageGroup[] = []
  let previous: ChatMessage | undefined
  for (const message of messages) {
    const newDay = !previous || day(previous.createdAt) !== day(message.createdAt)
    const firstUnread =
      unreadAfter !== null && message.seq > unreadAfter && (previous?.seq ?? 0) <= unreadAfter
    const together =
      previous?.author.id === message.author.id &&
      Date.parse(message.createdAt) - Date.parse(previous.createdAt) < GROUP_TIME
    if (together && !newDay && !firstUnread) groups.at(-1)?.messages.push(message)
    else groups.push({ seq: message.seq, newDay, firstUnread, messages: [message] })
    previous = message
  }
  return groups
}
