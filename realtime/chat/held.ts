// A message in a transaction that changes it: found, judged, and its channel locked, so that the next rev is ours.
import { sql } from 'kysely'
import type { Actor } from '../../db/access.ts'
import type { Trx } from '../../db/database.ts'
import type { ChatMessage } from '../../protocol/chat.ts'
import { notFound } from '../../protocol/errors.ts'
import { openChannel, type OpenChannel } from './door.ts'
import { readMessage } from './messages.ts'

export interface HeldMessage {
  message: ChatMessage
  channel: OpenChannel
}

/**
 * @param project id or slug
 * @throws AppError as `openChannel`, NOT_FOUND for messages that this person may not read
 */
export async function holdMessage(
  trx: Trx,
  actor: Actor,
  project: string,
  messageId: string,
): Promise<HeldMessage> {
  const found = await trx
    .selectFrom('messages')
    .select('channelId')
    .where('id', '=', messageId)
    .executeTakeFirst()
  // A stranger learns nothing of a project's messages, and holds up nobody.
  const { projectId, id } = await openChannel(trx, actor, project, found?.channelId)
  if (!found) throw notFound('Message')
  // In the order of lockChannels and judge in admission.ts: the project stays, the channel's changes wait, and whoever
  // takes the membership away waits, too.
  const locks = [
    trx.selectFrom('projects').select('id').where('id', '=', projectId).forKeyShare(),
    trx.selectFrom('channels').select('id').where('id', '=', id).forNoKeyUpdate(),
    trx
      .selectFrom('projectMembers')
      .select('id')
      .where('projectId', '=', projectId)
      .where('userId', '=', actor.id)
      .forShare(),
  ]
  for (const lock of locks) await lock.execute()
  const channel = await openChannel(trx, actor, project, id)
  return { message: await readMessage(trx, messageId), channel }
}

/** The next position among the channel's changes; the lock on its row is held. */
export async function takeRev(trx: Trx, channelId: string): Promise<number> {
  const { lastRev } = await trx
    .updateTable('channels')
    .set({ lastRev: sql`last_rev + 1` })
    .where('id', '=', channelId)
    .returning('lastRev')
    .executeTakeFirstOrThrow()
  return lastRev
}
