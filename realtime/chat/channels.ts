// Channels as they are read: which ones a person may see, and what is unread in them.
import { sql, type SqlBool } from 'kysely'
import { isReadable } from '../../db/access.ts'
import type { Db, Trx } from '../../db/database.ts'
import { publicUser } from '../../db/people.ts'
import { UNREAD_LIMIT, type Channel, type ChannelInfo } from '../../protocol/chat.ts'
import { notFound } from '../../protocol/errors.ts'
import type { PublicUser } from '../../protocol/events.ts'
import { DEFAULT_CHANNEL } from '../../protocol/names.ts'

const members = sql<PublicUser[] | null>`case when channels.kind <> 'public' then (
  select coalesce(json_agg(${publicUser('c.userId')} order by c.joined_at, c.user_id), '[]')
  from channel_members c where c.channel_id = channels.id
) end`

export const selectChannels = (db: Db | Trx) =>
  db
    .selectFrom('channels')
    .select([
      'channels.id',
      'channels.projectId',
      'channels.kind',
      'channels.name',
      'channels.topic',
      'channels.archivedAt',
      'channels.createdBy',
      'channels.lastSeq',
      'channels.lastRev as rev',
      members.as('members'),
    ])

const countTo = (rows: ReturnType<typeof sql>) =>
  sql<number>`(select count(*) from (${rows} limit ${sql.lit(UNREAD_LIMIT)}) counted)`

/** Messages that somebody has not read; `marks.seq` is theirs, null where they read nothing. */
const isUnread = (userId: string) => sql<SqlBool>`
  m.channel_id = channels.id and m.seq > coalesce(marks.seq, 0)
  and m.author_id <> ${userId} and m.deleted_at is null and m.system is null`

const unread = (userId: string) =>
  countTo(sql`select from messages m where m.parent_id is null and ${isUnread(userId)}`)

/** By name or as everybody; who is meant both ways in one message is meant once. */
const mentioned = (userId: string) =>
  countTo(sql`
    (select m.seq from mentions n join messages m on m.id = n.message_id
      where n.user_id = ${userId} and n.channel_id = channels.id and n.seq > coalesce(marks.seq, 0)
      and ${isUnread(userId)} limit ${sql.lit(UNREAD_LIMIT)})
    union
    (select m.seq from messages m where m.mentions_all and ${isUnread(userId)}
      limit ${sql.lit(UNREAD_LIMIT)})`)

const selectOwnChannels = (db: Db | Trx, userId: string) =>
  selectChannels(db)
    .leftJoin('readMarks as marks', (join) =>
      join.onRef('marks.channelId', '=', 'channels.id').on('marks.userId', '=', userId),
    )
    .select([
      sql<number>`coalesce(marks.seq, 0)`.as('readSeq'),
      unread(userId).as('unread'),
      mentioned(userId).as('mentions'),
    ])

/** All that a person of the project may read: the default channel, then by name, then talks, newest first. */
export const listChannels = (db: Db | Trx, projectId: string, userId: string): Promise<Channel[]> =>
  selectOwnChannels(db, userId)
    .where('channels.projectId', '=', projectId)
    .where(isReadable(userId))
    .orderBy(sql`channels.name is distinct from ${DEFAULT_CHANNEL}`)
    .orderBy(sql`channels.name is null`)
    .orderBy('channels.name')
    .orderBy(
      sql`coalesce((select m.created_at from messages m
        where m.channel_id = channels.id and m.seq = channels.last_seq), channels.created_at) desc`,
    )
    .execute()

/** One channel as a person sees it, who may read it. */
export const readChannel = (db: Db | Trx, channelId: string, userId: string): Promise<Channel> =>
  selectOwnChannels(db, userId)
    .where('channels.id', '=', channelId)
    .executeTakeFirstOrThrow(() => notFound('Channel'))

/** One channel as everybody sees it who may read it. */
export const readInfo = (db: Db | Trx, channelId: string): Promise<ChannelInfo> =>
  selectChannels(db)
    .where('channels.id', '=', channelId)
    .executeTakeFirstOrThrow(() => notFound('Channel'))
