// The door of a channel: whoever passes may read it, and has the permissions asked for. db/access.ts decides the rest.
import { isReadable, requireAccess, type Actor, type ProjectAccess } from '../../db/access.ts'
import type { Db, Trx } from '../../db/database.ts'
import type { ChannelKind } from '../../protocol/chat.ts'
import type { Permission } from '../../protocol/access.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { DEFAULT_CHANNEL, isUuid } from '../../protocol/names.ts'

export interface OpenChannel {
  id: string
  projectId: string
  kind: ChannelKind
  name: string | null
  topic: string
  createdBy: string | null
  lastSeq: number
  lastRev: number
  archivedAt: string | null
  access: ProjectAccess
}

/**
 * @param project id or slug
 * @param channelId without one, the project's first channel
 * @throws AppError as `requireAccess`, and NOT_FOUND when this person may not know of the channel
 */
export async function openChannel(
  db: Db | Trx,
  actor: Actor,
  project: string,
  channelId: string | undefined,
  ...required: Permission[]
): Promise<OpenChannel> {
  const access = await requireAccess(db, actor, project, 'room:join', ...required)
  if (channelId !== undefined && !isUuid(channelId)) throw notFound('Channel')
  const row = await db
    .selectFrom('channels')
    .select(['id', 'projectId', 'kind', 'name', 'topic', 'createdBy'])
    .select(['lastSeq', 'lastRev', 'archivedAt'])
    .where('projectId', '=', access.project.id)
    .where((eb) => (channelId ? eb('id', '=', channelId) : eb('name', '=', DEFAULT_CHANNEL)))
    .where(isReadable(actor.id))
    .executeTakeFirst()
  if (!row) throw notFound('Channel')
  return { ...row, access }
}

/** @throws AppError INSUFFICIENT_PERMISSIONS */
export function requireOpen(channel: { archivedAt: string | null }) {
  if (channel.archivedAt === null) return
  throw new AppError('INSUFFICIENT_PERMISSIONS', 'This channel is archived: nobody writes in it')
}
