// How messages stand together: under one name, under a day, under the line of what is new. Pure.
import type { ChatMessage } from '../../../protocol/chat.ts'

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
      !previous.system &&
      !message.system &&
      Date.parse(message.createdAt) - Date.parse(previous.createdAt) < GROUP_TIME
    if (together && !newDay && !firstUnread) groups.at(-1)?.messages.push(message)
    else groups.push({ seq: message.seq, newDay, firstUnread, messages: [message] })
    previous = message
  }
  return groups
}
