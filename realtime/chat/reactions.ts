// Reactions: an emoji of a person on a message, once.
import { requirePermissions, type Actor } from '../../db/access.ts'
import type { Db, Trx } from '../../db/database.ts'
import { requireVoice } from '../../db/voice.ts'
import type { ChatMessage } from '../../protocol/chat.ts'
import { AppError } from '../../protocol/errors.ts'
import { MAX_REACTIONS } from '../../protocol/limits.ts'
import { requireOpen } from './door.ts'
import { unchanged, type Changed } from './edits.ts'
import { holdMessage, takeRev } from './held.ts'
import { readMessage } from './messages.ts'

/**
 * Adding what is there, and removing what is not, changes nothing.
 * @param project id or slug
 */
export const react = (
  db: Db,
  actor: Actor,
  project: string,
  messageId: string,
  emoji: string,
  isOn: boolean,
): Promise<Changed & { message: ChatMessage }> =>
  db.transaction().execute(async (trx) => {
    const { message, channel } = await holdMessage(trx, actor, project, messageId)
    requirePermissions(channel.access, 'chat:write')
    requireOpen(channel)
    await requireVoice(trx, actor.id, channel.projectId)
    if (message.deletedAt) throw new AppError('CONFLICT', 'This message was deleted')
    const isNew = !message.reactions.some((reaction) => reaction.emoji === emoji)
    if (isOn && isNew && message.reactions.length >= MAX_REACTIONS) {
      const reason = `A message takes ${MAX_REACTIONS} different emojis; use one that is there`
      throw new AppError('UNPROCESSABLE', reason)
    }
    const reaction = { messageId, userId: actor.id, emoji }
    const isChanged = await (isOn ? add(trx, reaction) : remove(trx, reaction))
    if (!isChanged) return { message, ...unchanged }
    await trx
      .updateTable('messages')
      .set({ rev: await takeRev(trx, channel.id) })
      .where('id', '=', messageId)
      .execute()
    const changed = await readMessage(trx, messageId)
    return { message: changed, messages: [changed], removedAttachments: [] }
  })

interface OneReaction {
  messageId: string
  userId: string
  emoji: string
}

const add = async (trx: Trx, reaction: OneReaction) =>
  (
    await trx
      .insertInto('reactions')
      .values(reaction)
      .onConflict((conflict) => conflict.doNothing())
      .returning('emoji')
      .execute()
  ).length > 0

const remove = async (trx: Trx, { messageId, userId, emoji }: OneReaction) =>
  (
    await trx
      .deleteFrom('reactions')
      .where('messageId', '=', messageId)
      .where('userId', '=', userId)
      .where('emoji', '=', emoji)
      .returning('emoji')
      .execute()
  ).length > 0
