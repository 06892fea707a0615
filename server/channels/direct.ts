// Conversations between two or a few people: the same people have one.
import { v7 as uuid } from 'uuid'
import type { Actor } from '../../db/access.ts'
import type { Trx } from '../../db/database.ts'
import type { Channel } from '../../protocol/chat.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { MAX_CONVERSATIONS, MAX_GROUP } from '../../protocol/limits.ts'
import { readChannel } from '../../realtime/chat/channels.ts'
import { holdProject } from '../projects/hold.ts'
import { insertPeople, keepMembers, type ChannelOptions } from './channels.ts'

/** What one person opens, others have in their lists. */
async function refuseTooMany(trx: Trx, projectId: string, actor: Actor) {
  const { count } = await trx
    .selectFrom('channels')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('projectId', '=', projectId)
    .where('createdBy', '=', actor.id)
    .where('directKey', 'is not', null)
    .executeTakeFirstOrThrow()
  if (count < MAX_CONVERSATIONS) return
  const reason = `One person opens at most ${MAX_CONVERSATIONS} conversations in a project`
  throw new AppError('UNPROCESSABLE', reason)
}

/** Opens it, or finds the one that is there. */
export async function openDirect(
  { db, channelChanged }: ChannelOptions,
  actor: Actor,
  project: string,
  userIds: readonly string[],
): Promise<Channel> {
  const others = [...new Set(userIds)].filter((id) => id !== actor.id)
  if (others.length === 0 || others.length >= MAX_GROUP) {
    const reason = `Choose one to ${MAX_GROUP - 1} others for a conversation`
    throw new AppError('UNPROCESSABLE', reason)
  }
  const people = [actor.id, ...others]
  const directKey = people.toSorted().join(' ')
  const { channel, isNew } = await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'chat:write')
    const projectId = access.project.id
    await keepMembers(trx, projectId, others, ['maintainer', 'contributor', 'member'])
    const find = () =>
      trx
        .selectFrom('channels')
        .select(['id', 'projectId'])
        .where('projectId', '=', projectId)
        .where('directKey', '=', directKey)
        .executeTakeFirst()
    const earlier = await find()
    if (earlier) return { channel: earlier, isNew: false }
    await refuseTooMany(trx, projectId, actor)
    const kind = others.length === 1 ? 'direct' : 'group'
    // Somebody else may be opening it at this moment: then this waits for them, and inserts nothing.
    const made = await trx
      .insertInto('channels')
      .values({ id: uuid(), projectId, kind, name: null, directKey, createdBy: actor.id })
      .onConflict((conflict) => conflict.columns(['projectId', 'directKey']).doNothing())
      .returning(['id', 'projectId'])
      .executeTakeFirst()
    if (made) await insertPeople(trx, made.id, people)
    return { channel: made ?? (await find()), isNew: made !== undefined }
  })
  if (!channel) throw notFound('Channel')
  const { id: channelId, projectId } = channel
  if (isNew) channelChanged({ projectId, channelId, userIds: people })
  return readChannel(db, channelId, actor.id)
}
