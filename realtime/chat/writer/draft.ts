// What somebody wants to say, and what became of it: the words in which the writer and its transaction speak.
import { createHash } from 'node:crypto'
import type { Actor } from '../../../db/access.ts'
import type { ChatMessage, SystemMessage } from '../../../protocol/chat.ts'
import type { AppError } from '../../../protocol/errors.ts'
import type { PublicUser } from '../../../protocol/events.ts'

export interface Draft {
  sender: Actor & { user: PublicUser }
  /** id or slug */
  project: string
  channelId?: string | undefined
  message: string
  nonce: string
  threadId?: string | undefined
  attachmentIds: readonly string[]
  /** The server's own word: nobody's permission is asked */
  system: SystemMessage | null
}

export type Outcome = { message: ChatMessage } | { error: AppError }

/** What the nonce stands for, hex. */
export function fingerprintOf({
  message,
  threadId,
  attachmentIds,
}: Pick<Draft, 'message' | 'attachmentIds'> & { threadId?: string | null | undefined }) {
  const content = [message, threadId ?? null, attachmentIds.toSorted()]
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}
