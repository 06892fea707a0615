// The channels of a project. There is one, made together with the project.
import type { Db, Trx } from '../../db/database.ts'
import type { Channel } from '../../protocol/events.ts'
import { notFound } from '../../protocol/errors.ts'
import { DEFAULT_CHANNEL } from '../../protocol/names.ts'

export async function findDefaultChannel(db: Db | Trx, projectId: string) {
  const channel = await db
    .selectFrom('channels')
    .select(['id', 'lastSeq'])
    .where('projectId', '=', projectId)
    .where('name', '=', DEFAULT_CHANNEL)
    .executeTakeFirst()
  if (!channel) throw notFound('Channel')
  return channel
}

/** The project's channels as one person sees them: what is read, what is not. */
export async function listChannels(
  db: Db | Trx,
  projectId: string,
  userId: string,
): Promise<Channel[]> {
  const rows = await db
    .selectFrom('channels')
    .leftJoin('readMarks', (join) =>
      join.onRef('readMarks.channelId', '=', 'channels.id').on('readMarks.userId', '=', userId),
    )
    .select(({ ref, val, fn, selectFrom }) => [
      'channels.id',
      'channels.name',
      'channels.lastSeq',
      fn.coalesce('readMarks.seq', val(0)).as('readSeq'),
      selectFrom('messages')
        .select((messages) => messages.fn.countAll<number>().as('count'))
        .where('messages.channelId', '=', ref('channels.id'))
        .where('messages.authorId', '!=', userId)
        .where('messages.seq', '>', fn.coalesce('readMarks.seq', val(0)))
        .as('unread'),
    ])
    .where('channels.projectId', '=', projectId)
    .orderBy('channels.createdAt')
    .execute()
  return rows.map((row) => ({ ...row, unread: row.unread ?? 0 }))
}
