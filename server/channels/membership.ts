// Who is in a private channel: whoever is in it brings others in.
import { sql } from 'kysely'
import { can, type Actor } from '../../db/access.ts'
import type { Db, Trx } from '../../db/database.ts'
import { publicColumns } from '../../db/people.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import type { PublicUser } from '../../protocol/events.ts'
import { readInfo } from '../../realtime/chat/channels.ts'
import { openChannel, type OpenChannel } from '../../realtime/chat/door.ts'
import { holdChannel, insertPeople, keepMembers, type ChannelOptions } from './channels.ts'

function requirePrivate({ kind }: OpenChannel) {
  if (kind === 'private') return
  const reason =
    kind === 'public'
      ? 'Everybody in the project is in a public channel'
      : 'The people of a conversation stay the same; open another one'
  throw new AppError('UNPROCESSABLE', reason)
}

/** Of a public channel, the members of the project. */
export async function listPeople(
  db: Db,
  actor: Actor,
  project: string,
  channelId: string,
): Promise<PublicUser[]> {
  const { id, projectId } = await openChannel(db, actor, project, channelId)
  const { members } = await readInfo(db, id)
  if (members) return members
  return db
    .selectFrom('projectMembers')
    .innerJoin('users', 'users.id', 'projectMembers.userId')
    .innerJoin('userProfiles', 'userProfiles.userId', 'users.id')
    .select(publicColumns)
    .where('projectMembers.projectId', '=', projectId)
    .orderBy('projectMembers.joinedAt')
    .execute()
}

/** What was said before is not unread to them. Somebody who is in it stays. */
export async function addPerson(
  { db, channelChanged }: ChannelOptions,
  actor: Actor,
  project: string,
  channelId: string,
  userId: string,
): Promise<PublicUser[]> {
  const channel = await db.transaction().execute(async (trx) => {
    const channel = await holdChannel(trx, actor, project, channelId, 'chat:write')
    requirePrivate(channel)
    if (channel.archivedAt !== null) {
      throw new AppError('CONFLICT', 'This channel is archived; take it out of the archive first')
    }
    await keepMembers(trx, channel.projectId, [userId])
    await insertPeople(trx, channel.id, [userId])
    await trx
      .insertInto('readMarks')
      .values({ channelId: channel.id, userId, seq: channel.lastSeq })
      .onConflict((conflict) =>
        conflict.columns(['channelId', 'userId']).doUpdateSet(({ eb, ref }) => ({
          seq: eb.fn('greatest', [ref('readMarks.seq'), ref('excluded.seq')]),
        })),
      )
      .execute()
    return channel
  })
  channelChanged({ projectId: channel.projectId, channelId: channel.id, userIds: [userId] })
  return listPeople(db, actor, project, channelId)
}

/** Removes somebody, or leaves. */
export async function removePerson(
  { db, channelChanged }: ChannelOptions,
  actor: Actor,
  project: string,
  channelId: string,
  person: string,
) {
  const userId = person.toLowerCase()
  const channel = await db.transaction().execute(async (trx) => {
    const channel = await holdChannel(trx, actor, project, channelId)
    requirePrivate(channel)
    if (
      userId !== actor.id &&
      channel.createdBy !== actor.id &&
      !can(channel.access, 'chat:moderate')
    ) {
      const reason = 'Only the maker of a channel or a maintainer can remove others'
      throw new AppError('INSUFFICIENT_PERMISSIONS', reason)
    }
    const { members } = await readInfo(trx, channel.id)
    if (!members?.some(({ id }) => id === userId)) throw notFound('Member')
    await trx
      .deleteFrom('channelMembers')
      .where('channelId', '=', channel.id)
      .where('userId', '=', userId)
      .execute()
    await archiveEmpty(trx, [channel.id])
    return channel
  })
  const { id, projectId } = channel
  channelChanged({ projectId, channelId: id, userIds: [userId], removed: [userId] })
}

const privateChannelsOf = (trx: Trx, projectId: string, userId: string) =>
  trx
    .selectFrom('channels')
    .innerJoin('channelMembers', 'channelMembers.channelId', 'channels.id')
    .select('channels.id')
    .where('channels.projectId', '=', projectId)
    .where('channels.kind', '=', 'private')
    .where('channelMembers.userId', '=', userId)

/** To be called before a membership goes: messages take their channel first and then their sender’s membership. */
export const holdPrivateChannels = (trx: Trx, projectId: string, userId: string) =>
  privateChannelsOf(trx, projectId, userId).orderBy('channels.id').forUpdate('channels').execute()

/**
 * Takes somebody who left the project out of its private channels. Conversations stay theirs, should they come back.
 * @returns the channels that changed
 */
export async function leaveChannels(trx: Trx, projectId: string, userId: string) {
  const left = await trx
    .deleteFrom('channelMembers')
    .where('userId', '=', userId)
    .where('channelId', 'in', privateChannelsOf(trx, projectId, userId))
    .returning('channelId')
    .execute()
  const ids = left.map(({ channelId }) => channelId)
  if (ids.length > 0) await archiveEmpty(trx, ids)
  return ids
}

/** A channel that everybody left is of no use to anybody; its name is. */
const archiveEmpty = (trx: Trx, ids: string[]) =>
  trx
    .updateTable('channels')
    .set({ archivedAt: sql`now()`, name: sql`left(name, 40) || '-' || id` })
    .where('id', 'in', ids)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('channelMembers').whereRef('channelMembers.channelId', '=', 'channels.id'),
        ),
      ),
    )
    .execute()
