// Read marks of channels: they only grow, and never run ahead of the channel.
import { sql } from 'kysely'
import type { Actor } from '../../db/access.ts'
import type { Db } from '../../db/database.ts'
import type { ReadState } from '../../protocol/chat.ts'
import { readChannel } from './channels.ts'
import { openChannel } from './door.ts'

/** @param project id or slug */
export async function raiseMark(
  db: Db,
  reader: Actor,
  project: string,
  channelId: string | undefined,
  seq: number,
): Promise<{ state: ReadState; projectId: string; isRaised: boolean }> {
  const { id, projectId, lastSeq } = await openChannel(db, reader, project, channelId)
  const raised = await db
    .insertInto('readMarks')
    .values({ channelId: id, userId: reader.id, seq: Math.min(seq, lastSeq) })
    .onConflict((conflict) =>
      conflict
        .columns(['channelId', 'userId'])
        .doUpdateSet({ seq: sql`excluded.seq` })
        .where(sql`read_marks.seq`, '<', sql`excluded.seq`),
    )
    .returning('seq')
    .execute()
  const { readSeq, unread, mentions } = await readChannel(db, id, reader.id)
  return {
    state: { channelId: id, readSeq, unread, mentions },
    projectId,
    isRaised: raised.length > 0,
  }
}
