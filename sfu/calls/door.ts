// Who may be in a call: whoever may join those of the project, and, of a channel, may read it. And a guest in the one
// that their link is to.
import { sql } from 'kysely'
import { can, isReadable, requireAccess, selectReaders } from '../../db/access.ts'
import type { Db } from '../../db/database.ts'
import { readGuests, selectGuests } from '../../db/guests.ts'
import type { Permission, Principal } from '../../protocol/access.ts'
import { callKey, type CallAddress } from '../../protocol/calls.ts'
import type { ChannelKind } from '../../protocol/chat.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import type { Peer } from '../peer.ts'
import type { Room } from '../room.ts'

export interface CallDoor {
  /** Whether this person may moderate it */
  moderates: boolean
  /** Of the channel; null: the call is the project's own */
  kind: ChannelKind | null
}

/** @throws AppError as `requireAccess`, and NOT_FOUND when this person may not know of the channel */
export async function openCall(
  db: Db,
  principal: Principal,
  address: CallAddress,
  ...required: Permission[]
): Promise<CallDoor> {
  if (principal.guest) return openAsGuest(db, principal, address, required)
  const { projectId, channelId } = address
  const access = await requireAccess(db, principal, projectId, 'call:join', ...required)
  const moderates = can(access, 'call:moderate')
  if (channelId === undefined) return { moderates, kind: null }
  const channel = await db
    .selectFrom('channels')
    .select(['kind', 'archivedAt'])
    .where('id', '=', channelId)
    .where('projectId', '=', access.project.id)
    .where(isReadable(principal.id))
    .executeTakeFirst()
  if (!channel) throw notFound('Channel')
  if (channel.archivedAt !== null) {
    throw new AppError('INSUFFICIENT_PERMISSIONS', 'This channel is archived: nobody calls in it')
  }
  return { moderates, kind: channel.kind }
}

async function openAsGuest(
  db: Db,
  { id, guest }: Principal,
  address: CallAddress,
  required: Permission[],
): Promise<CallDoor> {
  if (!guest || callKey(guest) !== callKey(address)) throw notFound('Call')
  if (required.length > 0) {
    throw new AppError('INSUFFICIENT_PERMISSIONS', 'Guests may not do this', { required })
  }
  const row = await selectGuests(db)
    .select('channels.kind')
    .where('callGuests.id', '=', id)
    .executeTakeFirst()
  if (!row) throw new AppError('INVALID_TOKEN', 'This link does not let guests in any more')
  return { moderates: false, kind: row.kind }
}

/** Sends away guests who may not be there any more, and whoever may not be in the call of a channel. */
export async function closeRefused(db: Db, rooms: Room[]) {
  const all = rooms.flatMap((room) => room.peers)
  const guests = all.filter(({ caller }) => caller.principal.guest)
  await closeGuests(db, guests)
  const peers = all.filter(({ address, caller }) => address.channelId && !caller.principal.guest)
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

async function closeGuests(db: Db, peers: Peer[]) {
  const here = await readGuests(
    db,
    peers.map(({ caller }) => caller.principal.id),
  )
  for (const peer of peers) if (!here.has(peer.caller.principal.id)) peer.close('access_changed')
}

/** Which people may be in the calls of which channels, in one query; what it is asked about must be among these. */
async function readDoors(db: Db, channelIds: readonly string[], userIds: readonly string[]) {
  const rows = await selectReaders(db, userIds)
    .where('channels.id', '=', sql<string>`any(${channelIds}::uuid[])`)
    .where('channels.archivedAt', 'is', null)
    .execute()
  const open = new Set(
    rows.map(({ id, kind, userId }) => (kind === 'public' ? id : `${id} ${userId}`)),
  )
  return (channelId: string, userId: string) =>
    open.has(channelId) || open.has(`${channelId} ${userId}`)
}
