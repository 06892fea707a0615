// What the server acknowledged in a scenario, and what the clients asked for: the checker's one side of the books.
import type { ChatMessage } from '../../protocol/chat.ts'

export interface Sent {
  authorId: string
  channelId: string
  text: string
  /** The message that it replies to */
  threadId?: string
  attachmentIds?: readonly string[]
  /** undefined: nobody said yet that it is kept */
  kept?: ChatMessage
}

export type Ledger = ReturnType<typeof createLedger>

export function createLedger() {
  const sent = new Map<string, Sent>()
  /** By message: each text that it was given, oldest first */
  const texts = new Map<string, string[]>()
  const deleted = new Set<string>()
  /** By message, person and emoji: whether it is there */
  const reactions = new Map<string, boolean>()
  /** By channel and person */
  const reads = new Map<string, number>()
  const problems = new Set<string>()
  const problem = (text: string) => void problems.add(text)

  return {
    sent,
    texts,
    deleted,
    reactions,
    reads,
    problems,
    problem,
    send(nonce: string, draft: Sent) {
      sent.set(nonce, draft)
    },
    kept(nonce: string, message: ChatMessage) {
      const draft = sent.get(nonce)
      if (!draft) return problem(`an answer to ${nonce}, which nobody sent`)
      draft.kept = message
      texts.set(message.id, [draft.text])
      if (message.nonce !== nonce) problem(`${nonce} was answered with ${message.nonce}`)
    },
    edited: (messageId: string, text: string) => void texts.get(messageId)?.push(text),
    removed: (messageId: string) => void deleted.add(messageId),
    reacted: (messageId: string, userId: string, emoji: string, isOn: boolean) =>
      void reactions.set(`${messageId} ${userId} ${emoji}`, isOn),
    /** @param asked the mark that was sure when the request went out */
    read(channelId: string, userId: string, asked: number, seq: number) {
      const key = `${channelId} ${userId}`
      if (seq < asked) problem(`the read mark of ${userId} fell from ${asked} to ${seq}`)
      reads.set(key, Math.max(reads.get(key) ?? 0, seq))
    },
    readBy: (channelId: string, userId: string) => reads.get(`${channelId} ${userId}`) ?? 0,
  }
}
