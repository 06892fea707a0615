// Who may be in a call: whoever may join those of the project, and, of a channel, may read it.
import { sql } from 'kysely'
import { isReadable, requireAccess, type Actor, type ProjectAccess } from '../../db/access.ts'
import type { Db } from '../../db/database.ts'
import type { Permission } from '../../protocol/access.ts'
import type { CallAddress } from '../../protocol/calls.ts'
import type { ChannelKind } from '../../protocol/chat.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import type { Room } from '../room.ts'

export interface CallDoor {
  access: ProjectAccess
  /** Of the channel; null: the call is the project's own */
  kind: ChannelKind | null
}

/** @throws AppError as `requireAccess`, and NOT_FOUND when this person may not know of the channel */
export async function openCall(
  db: Db,
  actor: Actor,
  { projectId, channelId }: CallAddress,
  ...required: Permission[]
): Promise<CallDoor> {
  const access = await requireAccess(db, actor, projectId, 'call:join', ...required)
  if (channelId === undefined) return { access, kind: null }
  const channel = await db
    .selectFrom('channels')
    .select(['kind', 'archivedAt'])
    .where('id', '=', channelId)
    .where('projectId', '=', access.project.id)
    .where(isReadable(actor.id))
    .executeTakeFirst()
  if (!channel) throw notFound('Channel')
  if (channel.archivedAt !== null) {
    throw new AppError('INSUFFICIENT_PERMISSIONS', 'This channel is archived: nobody calls in it')
  }
  return { access, kind: channel.kind }
}

/** Sends away whoever may not be in the call of a channel any more. */
export async function closeRefused(db: Db, rooms: Room[]) {
  const peers = rooms.flatMap(({ address, peers }) => (address.channelId ? peers : []))
  if (peers.length === 0) return
  const isOpen = await readDoors(
    db,
    peers.flatMap(({ address }) => address.channelId ?? []),
    peers.map(({ caller }) => caller.principal.id),
  )
  for (const peer of peers) {
    if (!isOpen(peer.address.channelId ?? '', peer.caller.principal.id))
      peer.close('access_changed')
  }
}

/** Which people may be in the calls of which channels, in one query; what it is asked about must be among these. */
async function readDoors(db: Db, channelIds: readonly string[], userIds: readonly string[]) {
  const rows = await db
    .selectFrom('channels')
    .leftJoin('channelMembers', (join) =>
      join
        .onRef('channelMembers.channelId', '=', 'channels.id')
        .on('channelMembers.userId', '=', sql<string>`any(${userIds}::uuid[])`),
    )
    .select(['channels.id', 'channels.kind', 'channelMembers.userId'])
    .where('channels.id', '=', sql<string>`any(${channelIds}::uuid[])`)
    .where('channels.archivedAt', 'is', null)
    .execute()
  const open = new Set(
    rows.map(({ id, kind, userId }) => (kind === 'public' ? id : `${id} ${userId}`)),
  )
  return (channelId: string, userId: string) =>
    open.has(channelId) || open.has(`${channelId} ${userId}`)
}
