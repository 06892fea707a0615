// Which channels a person may read, as a condition of a query.
import { sql, type SqlBool } from 'kysely'

/**
 * Where `channels` is joined, and the reader may be in the room of its project: public channels, and those that the
 * person is in.
 */
export const isReadable = (userId: string) => sql<SqlBool>`(
  channels.kind = 'public' or exists (
    select from channel_members
    where channel_members.channel_id = channels.id and channel_members.user_id = ${userId}
  )
)`
