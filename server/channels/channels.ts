// Channels of a project: made, renamed, archived. What is read of them is in realtime/chat.
import { sql } from 'kysely'
import { v7 as uuid } from 'uuid'
import { can, requireAccess, type Actor, type ProjectAccess } from '../../db/access.ts'
import { isUniqueViolation, type Db, type Trx } from '../../db/database.ts'
import { requireVoice } from '../../db/voice.ts'
import type { Permission } from '../../protocol/access.ts'
import type { Channel } from '../../protocol/chat.ts'
import { AppError } from '../../protocol/errors.ts'
import { MAX_CHANNELS, MAX_OWN_CHANNELS } from '../../protocol/limits.ts'
import { DEFAULT_CHANNEL } from '../../protocol/names.ts'
import type { Announce } from '../../realtime/chat/announce.ts'
import type { ChannelChange } from '../../realtime/chat/audience.ts'
import { listChannels, readChannel } from '../../realtime/chat/channels.ts'
import { openChannel, type OpenChannel } from '../../realtime/chat/door.ts'
import { holdProject, keepProject } from '../projects/hold.ts'
import type { ChannelUpdate, NewChannel } from './schema.ts'

export interface ChannelOptions {
  db: Db
  /** After the commit: whoever hears a channel is judged anew and told of it */
  channelChanged: (change: ChannelChange) => void
  announce: Announce
}

/** @param project id or slug */
export async function listOwnChannels(db: Db, actor: Actor, project: string) {
  const access = await requireAccess(db, actor, project, 'room:join')
  return listChannels(db, access.project.id, actor.id)
}

/** `openChannel`, and nobody else changes the channel until the transaction ends. */
export async function holdChannel(
  trx: Trx,
  actor: Actor,
  project: string,
  channelId: string,
  ...required: Permission[]
): Promise<OpenChannel> {
  const before = await openChannel(trx, actor, project, channelId, ...required)
  await keepProject(trx, before.projectId)
  await trx.selectFrom('channels').select('id').where('id', '=', before.id).forUpdate().execute()
  return openChannel(trx, actor, project, channelId, ...required)
}

export async function readOwnChannel(db: Db, actor: Actor, project: string, channelId: string) {
  const { id } = await openChannel(db, actor, project, channelId)
  return readChannel(db, id, actor.id)
}

/** @throws AppError UNPROCESSABLE when one of them is not a member of the project; until the commit, all stay it */
export async function keepMembers(
  trx: Trx,
  projectId: string,
  userIds: readonly string[],
  roles = ['maintainer', 'contributor', 'member', 'guest'],
) {
  const rows = await trx
    .selectFrom('projectMembers')
    .select(['userId', 'role'])
    .where('projectId', '=', projectId)
    .where('userId', '=', sql<string>`any(${userIds}::uuid[])`)
    .orderBy('userId')
    .forKeyShare()
    .execute()
  const fit = new Set(rows.filter(({ role }) => roles.includes(role)).map(({ userId }) => userId))
  const unfit = userIds.filter((id) => !fit.has(id))
  if (unfit.length === 0) return
  const reason = roles.includes('guest')
    ? 'Only members of the project can be in a channel'
    : 'Only members of the project who may write can be in a conversation'
  throw new AppError('UNPROCESSABLE', reason, { userIds: unfit })
}

export async function insertPeople(trx: Trx, channelId: string, userIds: readonly string[]) {
  await trx
    .insertInto('channelMembers')
    .values(userIds.map((userId) => ({ channelId, userId })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

const countNamed = (trx: Trx, projectId: string) =>
  trx
    .selectFrom('channels')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('projectId', '=', projectId)
    .where('name', 'is not', null)

/** The archive does not count: whoever fills a project with channels must not have done so for ever. */
async function refuseTooMany(trx: Trx, projectId: string) {
  const { count } = await countNamed(trx, projectId)
    .where('archivedAt', 'is', null)
    .executeTakeFirstOrThrow()
  if (count < MAX_CHANNELS) return
  const reason = `A project has at most ${MAX_CHANNELS} channels; archive one first`
  throw new AppError('UNPROCESSABLE', reason)
}

async function refuseTooManyOf(trx: Trx, maker: Actor, access: ProjectAccess) {
  if (can(access, 'chat:moderate')) return
  const { count } = await countNamed(trx, access.project.id)
    .where('createdBy', '=', maker.id)
    .executeTakeFirstOrThrow()
  if (count < MAX_OWN_CHANNELS) return
  const reason = `One person makes at most ${MAX_OWN_CHANNELS} channels; ask a maintainer for more`
  throw new AppError('UNPROCESSABLE', reason)
}

const refuseName = (name: string) => (error: unknown) => {
  if (!isUniqueViolation(error)) throw error
  throw new AppError('CONFLICT', `There is a channel "${name}" already; choose another name`)
}

export async function createChannel(
  { db, channelChanged }: ChannelOptions,
  actor: Actor,
  project: string,
  { name, topic = '', kind = 'public', memberIds = [] }: NewChannel,
): Promise<Channel> {
  const others = [...new Set(memberIds)].filter((id) => id !== actor.id)
  if (kind === 'public' && memberIds.length > 0) {
    throw new AppError('UNPROCESSABLE', 'Everybody in the project is in a public channel')
  }
  const { id, projectId } = await db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'chat:write')
    const projectId = access.project.id
    await requireVoice(trx, actor.id, projectId)
    await refuseTooMany(trx, projectId)
    await refuseTooManyOf(trx, actor, access)
    await keepMembers(trx, projectId, others)
    const id = uuid()
    await trx
      .insertInto('channels')
      .values({ id, projectId, kind, name, topic, createdBy: actor.id })
      .execute()
      .catch(refuseName(name))
    if (kind === 'private') await insertPeople(trx, id, [actor.id, ...others])
    return { id, projectId }
  })
  const userIds = kind === 'public' ? null : [actor.id, ...others]
  channelChanged({ projectId, channelId: id, userIds })
  return readChannel(db, id, actor.id)
}

/** Whoever writes in a channel gives it its topic; its name and end are for its maker and for moderators. */
function checkChange(
  actor: Actor,
  { access, ...channel }: OpenChannel,
  { name, archived }: ChannelUpdate,
) {
  if (channel.kind === 'direct' || channel.kind === 'group') {
    throw new AppError('UNPROCESSABLE', 'A conversation has no name and no topic, and stays')
  }
  if (name === undefined && archived === undefined) return
  if (channel.name === DEFAULT_CHANNEL) {
    throw new AppError('UNPROCESSABLE', `#${DEFAULT_CHANNEL} can neither be renamed nor archived`)
  }
  if (channel.createdBy !== actor.id && !can(access, 'chat:moderate')) {
    const reason = 'Only its maker or a maintainer can rename or archive a channel'
    throw new AppError('INSUFFICIENT_PERMISSIONS', reason)
  }
}

export async function changeChannel(
  { db, channelChanged, announce }: ChannelOptions,
  actor: Actor,
  project: string,
  channelId: string,
  change: ChannelUpdate,
): Promise<Channel> {
  const { before, now } = await db.transaction().execute(async (trx) => {
    const channel = await holdChannel(trx, actor, project, channelId, 'chat:write')
    await requireVoice(trx, actor.id, channel.projectId)
    const { name = channel.name ?? '', topic = channel.topic } = change
    const wasArchived = channel.archivedAt !== null
    const archived = change.archived ?? wasArchived
    checkChange(actor, channel, {
      ...(name !== channel.name && { name }),
      ...(archived !== wasArchived && { archived }),
    })
    if (wasArchived && archived && (name !== channel.name || topic !== channel.topic)) {
      throw new AppError('CONFLICT', 'This channel is archived; take it out of the archive first')
    }
    if (wasArchived && !archived) await refuseTooMany(trx, channel.projectId)
    await trx
      .updateTable('channels')
      .set({ name, topic, archivedAt: archived ? sql`coalesce(archived_at, now())` : null })
      .where('id', '=', channel.id)
      .execute()
      .catch(refuseName(name))
    return { before: channel, now: { name, topic, archived } }
  })
  const { id, projectId, name } = before
  channelChanged({ projectId, channelId: id, userIds: before.kind === 'public' ? null : [] })
  const say = { projectId, channelId: id, authorId: actor.id }
  // Nobody writes in the archive.
  if (!now.archived && name !== null && name !== now.name) {
    announce({
      ...say,
      nonce: uuid(),
      system: { type: 'channel_renamed', from: name, to: now.name },
    })
  }
  if (!now.archived && before.topic !== now.topic) {
    announce({ ...say, nonce: uuid(), system: { type: 'topic_changed', topic: now.topic } })
  }
  return readChannel(db, id, actor.id)
}
