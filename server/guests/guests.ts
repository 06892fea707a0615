// People without an account: what they see of a call before they come, and how they prove who they are on the socket.
import { v7 as uuid } from 'uuid'
import { isReadable, requireAccess } from '../../db/access.ts'
import type { Db, Trx } from '../../db/database.ts'
import { selectGuests } from '../../db/guests.ts'
import type { Authenticate, Principal } from '../../protocol/access.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { newSecret, sha256 } from '../accounts/sessions.ts'
import type { Guest, GuestCall } from './schema.ts'

/** A call is over by then. Milliseconds. */
const LIFETIME = 12 * 3_600_000

/** Tells tokens of guests from access tokens, so that each is asked only where it belongs. */
const PREFIX = 'guest.'

const findLink = (db: Db, token: string) =>
  db
    .selectFrom('callLinks')
    .innerJoin('projects', 'projects.id', 'callLinks.projectId')
    .leftJoin('channels', 'channels.id', 'callLinks.channelId')
    .select(['callLinks.id', 'callLinks.projectId', 'callLinks.channelId'])
    .select(['projects.name', 'projects.slug', 'channels.name as channelName'])
    .where('callLinks.tokenHash', '=', sha256(token))
    .where('callLinks.expiresAt', '>', new Date().toISOString())
    .where('projects.callGuests', '=', true)
    .where('channels.archivedAt', 'is', null)
    .executeTakeFirstOrThrow(() => notFound('Call'))

type Link = Awaited<ReturnType<typeof findLink>>

const callOf = ({ projectId, channelId }: Pick<Link, 'projectId' | 'channelId'>) => ({
  projectId,
  ...(channelId !== null && { channelId }),
})

/** Whether this person would be let in without the link. */
async function isMember(db: Db, principal: Principal, { projectId, channelId }: Link) {
  try {
    await requireAccess(db, principal, projectId, 'call:join')
  } catch (error) {
    if (error instanceof AppError) return false
    throw error
  }
  if (channelId === null) return true
  const channel = await db
    .selectFrom('channels')
    .select('id')
    .where('id', '=', channelId)
    .where(isReadable(principal.id))
    .executeTakeFirst()
  return channel !== undefined
}

/** @param principal who is signed in, where somebody is */
export async function readGuestCall(
  db: Db,
  token: string,
  principal: Principal | undefined,
): Promise<GuestCall> {
  const link = await findLink(db, token)
  const { name, slug, channelName } = link
  return {
    project: { name },
    channel: channelName === null ? null : { name: channelName },
    member: principal && (await isMember(db, principal, link)) ? { slug, ...callOf(link) } : null,
  }
}

/** Somebody comes by a link; in the call they are when somebody there lets them in. */
export async function addGuest(db: Db, linkToken: string, name: string): Promise<Guest> {
  const link = await findLink(db, linkToken)
  const id = uuid()
  const token = `${PREFIX}${newSecret()}`
  const expiresAt = new Date(Date.now() + LIFETIME).toISOString()
  await db
    .insertInto('callGuests')
    .values({ id, tokenHash: sha256(token), linkId: link.id, name, expiresAt })
    .execute()
  return { token, id, name, call: callOf(link), expiresAt }
}

/**
 * On the socket, and nowhere else, guests are somebody.
 * @throws AppError INVALID_TOKEN
 */
export const withGuests =
  (db: Db, authenticate: Authenticate): Authenticate =>
  async (token) => {
    if (!token.startsWith(PREFIX)) return authenticate(token)
    const row = await selectGuests(db)
      .select(['callGuests.id', 'callGuests.name', 'callLinks.projectId', 'callLinks.channelId'])
      .where('callGuests.tokenHash', '=', sha256(token))
      .executeTakeFirst()
    if (!row) throw new AppError('INVALID_TOKEN', 'This link does not let guests in any more')
    const { id, name } = row
    const user = { id, username: '', displayName: name, avatar: '', guest: true } as const
    return { id, role: 'member', user, sessionId: id, guest: callOf(row) }
  }

/** The project allows guests no more. @returns who is out */
export async function deleteGuests(trx: Trx, projectId: string): Promise<string[]> {
  const links = trx.selectFrom('callLinks').select('id').where('projectId', '=', projectId)
  const rows = await trx
    .deleteFrom('callGuests')
    .where('linkId', 'in', links)
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}
