// What REST asks of messages beyond what sockets ask.
import { isReadable, requireAccess, type Actor } from '../../db/access.ts'
import type { Db } from '../../db/database.ts'
import type { ChatMessage } from '../../protocol/chat.ts'
import { notFound } from '../../protocol/errors.ts'
import { isUuid } from '../../protocol/names.ts'
import { selectMessages, toMessage } from '../../realtime/chat/messages.ts'

/** An id as it stands in a path, in one spelling. @throws AppError NOT_FOUND where it can be none */
export function requireId(text: string, what = 'Message'): string {
  if (!isUuid(text)) throw notFound(what)
  return text.toLowerCase()
}

/**
 * @param project id or slug
 * @throws AppError NOT_FOUND, also for what this person may not read
 */
export async function findMessage(
  db: Db,
  reader: Actor,
  project: string,
  messageId: string,
): Promise<ChatMessage> {
  const access = await requireAccess(db, reader, project, 'room:join')
  const row = await selectMessages(db)
    .where('messages.id', '=', requireId(messageId))
    .where('channels.projectId', '=', access.project.id)
    .where(isReadable(reader.id))
    .executeTakeFirstOrThrow(() => notFound('Message'))
  return toMessage(row)
}
