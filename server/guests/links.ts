// Links that let whoever has one knock at a call, without an account, where the project allows it.
import { v7 as uuid } from 'uuid'
import { isReadable, requireAccess, type Actor } from '../../db/access.ts'
import type { Db, Trx } from '../../db/database.ts'
import { publicUser } from '../../db/people.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { MAX_CALL_LINKS } from '../../protocol/limits.ts'
import { isUuid } from '../../protocol/names.ts'
import type { AccessChange } from '../../protocol/requests.ts'
import { newSecret, sha256 } from '../accounts/sessions.ts'
import { holdProject } from '../projects/hold.ts'
import type { CallLink, NewCallLink } from './schema.ts'

export interface GuestOptions {
  db: Db
  /** Closes the live connections of guests who are out */
  accessChanged: (change: AccessChange) => void
}

const HOUR = 3_600_000

/** Those of channels that the person may not read are none of their business. */
const selectLinks = (db: Db | Trx, actor: Actor, projectId: string) =>
  db
    .selectFrom('callLinks')
    .leftJoin('channels', 'channels.id', 'callLinks.channelId')
    .where('callLinks.projectId', '=', projectId)
    .where('callLinks.expiresAt', '>', new Date().toISOString())
    .where(({ or, eb }) => or([eb('callLinks.channelId', 'is', null), isReadable(actor.id)]))

async function readLinks(db: Db | Trx, actor: Actor, projectId: string): Promise<CallLink[]> {
  const rows = await selectLinks(db, actor, projectId)
    .select(['callLinks.id', 'callLinks.createdAt', 'callLinks.expiresAt'])
    .select(['callLinks.channelId', 'channels.name'])
    .select(publicUser('callLinks.createdBy').as('createdBy'))
    .orderBy('callLinks.id', 'desc')
    .execute()
  return rows.map(({ channelId, name, ...link }) => ({
    ...link,
    channel: channelId === null || name === null ? null : { id: channelId, name },
  }))
}

/** Newest first. */
export async function listLinks(db: Db, actor: Actor, project: string): Promise<CallLink[]> {
  const access = await requireAccess(db, actor, project, 'call:moderate')
  return readLinks(db, actor, access.project.id)
}

async function requireChannel(trx: Trx, actor: Actor, projectId: string, channelId: string) {
  const channel = await trx
    .selectFrom('channels')
    .select(['kind', 'archivedAt'])
    .where('id', '=', channelId)
    .where('projectId', '=', projectId)
    .where(isReadable(actor.id))
    .executeTakeFirstOrThrow(() => notFound('Channel'))
  if (channel.kind === 'direct' || channel.kind === 'group')
    throw new AppError('UNPROCESSABLE', 'Guests come to calls of channels, not of conversations')
  if (channel.archivedAt !== null)
    throw new AppError('UNPROCESSABLE', 'This channel is archived: nobody calls in it')
}

/** What nobody can use any more goes; who came by a link may be in a call for a while after its end. */
export async function deleteOldLinks(db: Db) {
  const now = Date.now()
  await db.deleteFrom('callGuests').where('expiresAt', '<', new Date(now).toISOString()).execute()
  const dayAgo = new Date(now - 24 * HOUR).toISOString()
  await db.deleteFrom('callLinks').where('expiresAt', '<', dayAgo).execute()
}

/** @returns with the token, which nobody learns again */
export async function createLink(
  db: Db,
  actor: Actor,
  project: string,
  { channelId, expiresIn = 168 }: NewCallLink,
): Promise<CallLink & { token: string }> {
  const token = newSecret()
  return db.transaction().execute(async (trx) => {
    const access = await holdProject(trx, actor, project, 'call:moderate')
    const projectId = access.project.id
    const { callGuests } = await trx
      .selectFrom('projects')
      .select('callGuests')
      .where('id', '=', projectId)
      .executeTakeFirstOrThrow()
    if (!callGuests) {
      const reason = 'This project lets no guests into its calls; a maintainer can allow it'
      throw new AppError('CONFLICT', reason)
    }
    if (channelId !== undefined) await requireChannel(trx, actor, projectId, channelId)
    const { count } = await trx
      .selectFrom('callLinks')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('projectId', '=', projectId)
      .where('expiresAt', '>', new Date().toISOString())
      .executeTakeFirstOrThrow()
    if (count >= MAX_CALL_LINKS) {
      const reason = `A project has at most ${MAX_CALL_LINKS} links for guests; revoke one first`
      throw new AppError('UNPROCESSABLE', reason)
    }
    const id = uuid()
    const expiresAt = new Date(Date.now() + expiresIn * HOUR).toISOString()
    await trx
      .insertInto('callLinks')
      .values({
        id,
        tokenHash: sha256(token),
        projectId,
        channelId: channelId ?? null,
        createdBy: actor.id,
        expiresAt,
      })
      .execute()
    const link = (await readLinks(trx, actor, projectId)).find((one) => one.id === id)
    if (!link) throw notFound('Link')
    return { ...link, token }
  })
}

/** Whoever came by it is out. */
export async function revokeLink(
  { db, accessChanged }: GuestOptions,
  actor: Actor,
  project: string,
  linkId: string,
) {
  const guests = await db.transaction().execute(async (trx) => {
    const access = await requireAccess(trx, actor, project, 'call:moderate')
    if (!isUuid(linkId)) throw notFound('Link')
    await selectLinks(trx, actor, access.project.id)
      .select('callLinks.id')
      .where('callLinks.id', '=', linkId)
      .forUpdate('callLinks')
      .executeTakeFirstOrThrow(() => notFound('Link'))
    const left = await trx
      .deleteFrom('callGuests')
      .where('linkId', '=', linkId)
      .returning('id')
      .execute()
    await trx.deleteFrom('callLinks').where('id', '=', linkId).execute()
    return left
  })
  for (const { id } of guests) accessChanged({ userId: id })
}
