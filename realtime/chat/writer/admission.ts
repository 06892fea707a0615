// The door of a batch of messages: finds and locks the channels, then judges every sender, in two statements.
import { sql } from 'kysely'
import { accessOf, requirePermissions, type Actor } from '../../../db/access.ts'
import type { Trx } from '../../../db/database.ts'
import { asTable } from '../../../db/table.ts'
import type { ProjectRole } from '../../../protocol/access.ts'
import type { ChannelKind } from '../../../protocol/chat.ts'
import { notFound } from '../../../protocol/errors.ts'
import { DEFAULT_CHANNEL, isUuid } from '../../../protocol/names.ts'
import type { Visibility } from '../../../db/schema.ts'
import { muted } from '../../../db/voice.ts'
import type { Draft } from './draft.ts'
import { requireOpen } from '../door.ts'

/** A channel under our lock. */
export interface HeldChannel {
  id: string
  projectId: string
  slug: string
  visibility: Visibility
  kind: ChannelKind
  name: string | null
  archivedAt: string | null
  lastSeq: number
  lastRev: number
}

interface Standing {
  role: ProjectRole | null
  isIn: boolean
  mutedUntil: string | null
}

/** A message that has the same author and nonce. */
export interface Earlier {
  id: string
  fingerprint: string | null
}

export interface Verdicts {
  /**
   * @throws AppError as `requireAccess` does, NOT_FOUND for a channel that this person may not know of, and
   *   INSUFFICIENT_PERMISSIONS where nobody writes or this person is muted
   */
  requireVoice(sender: Actor, channel: HeldChannel): void
  findEarlier(sender: Actor, channel: HeldChannel, nonce: string): Earlier | undefined
}

/**
 * Locks the channels in the order of their ids, until the commit: seqs and revs are dense, and commits come in their
 * order. It is the lock that leaves foreign keys alone, so that nobody else waits.
 */
export async function lockChannels(
  trx: Trx,
  drafts: readonly Pick<Draft, 'project' | 'channelId'>[],
): Promise<(HeldChannel | undefined)[]> {
  const keys = drafts.map(({ project, channelId }) => `${project} ${channelId ?? ''}`)
  const wanted = new Map(
    drafts.map(({ project, channelId }, n) => [
      keys[n],
      { key: keys[n], [isUuid(project) ? 'id' : 'slug']: project, channelId },
    ]),
  )
  const { rows } = await sql<HeldChannel & { key: string }>`
    with w as (
      select t.key, t."channelId",
        coalesce(t.id, (select id from projects where slug = t.slug)) as "projectId"
      from ${asTable([...wanted.values()], 'key text, id uuid, slug text, "channelId" uuid')} t
    ),
    -- First of all: a deletion of the project waits here, and does not take what we need next.
    p as materialized (
      select id, slug, visibility from projects where id in (select "projectId" from w)
      order by id for key share
    )
    select w.key, c.id, c.project_id as "projectId", p.slug, p.visibility, c.kind, c.name,
      c.archived_at as "archivedAt", c.last_seq as "lastSeq", c.last_rev as "lastRev"
    from w
    join p on p.id = w."projectId"
    join channels c on c.project_id = p.id
      and c.id = coalesce(w."channelId",
        (select id from channels where project_id = p.id and name = ${DEFAULT_CHANNEL}))
    order by c.id
    for no key update of c`.execute(trx)
  // The same channel by two names is one channel.
  const channels = new Map(rows.map(({ key: _key, ...channel }) => [channel.id, channel]))
  const byKey = new Map(rows.map(({ key, id }) => [key, channels.get(id)]))
  return keys.map((key) => byKey.get(key))
}

/**
 * Reads what decides, and keeps it so until the commit: who takes a role or a membership away waits for it, and
 * nothing of that person comes in afterwards.
 */
export async function judge(
  trx: Trx,
  asked: readonly { sender: Actor; channel: HeldChannel; nonce: string }[],
): Promise<Verdicts> {
  const wanted = asked.map(({ sender, channel, nonce }) => ({
    userId: sender.id,
    projectId: channel.projectId,
    channelId: channel.id,
    nonce,
  }))
  const table = asTable(wanted, '"userId" uuid, "projectId" uuid, "channelId" uuid, nonce text')
  type Row = Standing & { userId: string; channelId: string; nonce: string } & {
    [Key in keyof Earlier]: Earlier[Key] | null
  }
  const { rows } = await sql<Row>`
    with w as (select * from ${table} t),
    roles as (
      select project_id, user_id, role from project_members
      where (project_id, user_id) in (select "projectId", "userId" from w) for share
    ),
    insiders as (
      select channel_id, user_id from channel_members
      where (channel_id, user_id) in (select "channelId", "userId" from w) for share
    )
    select w."userId", w."channelId", w.nonce, roles.role, insiders.user_id is not null as "isIn",
      mutes.until as "mutedUntil", m.id, m.fingerprint
    from w
    left join roles on roles.project_id = w."projectId" and roles.user_id = w."userId"
    left join insiders on insiders.channel_id = w."channelId" and insiders.user_id = w."userId"
    left join mutes on mutes.project_id = w."projectId" and mutes.user_id = w."userId"
      and mutes.until > now()
    left join messages m on m.channel_id = w."channelId" and m.author_id = w."userId"
      and m.nonce = w.nonce`.execute(trx)
  const standings = new Map(rows.map((row) => [`${row.userId} ${row.channelId}`, row]))
  const earlier = new Map(
    rows.flatMap(({ userId, channelId, nonce, id, fingerprint }) =>
      id === null ? [] : [[`${userId} ${channelId} ${nonce}`, { id, fingerprint }]],
    ),
  )

  return {
    requireVoice(sender, channel) {
      const standing = standings.get(`${sender.id} ${channel.id}`)
      const project = { id: channel.projectId, slug: channel.slug, visibility: channel.visibility }
      const access = accessOf(sender, project, standing?.role ?? null)
      requirePermissions(access, 'room:join')
      if (channel.kind !== 'public' && !standing?.isIn) throw notFound('Channel')
      requirePermissions(access, 'chat:write')
      requireOpen(channel)
      if (standing?.mutedUntil) throw muted(standing.mutedUntil)
    },
    findEarlier: (sender, channel, nonce) => earlier.get(`${sender.id} ${channel.id} ${nonce}`),
  }
}
