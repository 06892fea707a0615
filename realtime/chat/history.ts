// Reading a channel: pages of its history, and what changed since a position.
import type { Actor } from '../../db/access.ts'
import type { Db } from '../../db/database.ts'
import type { ChangePage, ChatMessage, MessagePage } from '../../protocol/chat.ts'
import { openChannel } from './door.ts'
import { selectMessages, toMessage, type MessageRow } from './messages.ts'

/** Bytes of JSON in a page: on a slow line more is taken for not reading, and several channels may be asked at once. */
const PAGE_BYTES = 128 * 1024

/** @returns the first of them that fit in a page, at least one */
function fitPage(rows: readonly MessageRow[], limit: number): ChatMessage[] {
  const messages: ChatMessage[] = []
  let bytes = 0
  for (const row of rows.slice(0, limit)) {
    const message = toMessage(row)
    bytes += Buffer.byteLength(JSON.stringify(message))
    if (bytes > PAGE_BYTES && messages.length > 0) break
    messages.push(message)
  }
  return messages
}

/** `before`, `after` and `around` are seqs; without any, the newest messages. */
export interface MessageRange {
  channelId?: string | undefined
  /** The thread's messages and the one that began it; otherwise those outside of threads */
  threadId?: string | undefined
  before?: number | undefined
  after?: number | undefined
  around?: number | undefined
  limit?: number | undefined
}

export interface ChangeRange {
  channelId?: string | undefined
  /** A `rev` */
  after: number
  limit?: number | undefined
}

/** @param project id or slug */
export async function listMessages(
  db: Db,
  reader: Actor,
  project: string,
  range: MessageRange,
): Promise<MessagePage> {
  const channel = await openChannel(db, reader, project, range.channelId)
  const { threadId, before, after, around, limit = 50 } = range
  const all = selectMessages(db)
    .where('messages.channelId', '=', channel.id)
    .where((eb) =>
      threadId
        ? eb.or([eb('messages.id', '=', threadId), eb('messages.parentId', '=', threadId)])
        : eb('messages.parentId', 'is', null),
    )
  const read = async (above: number | undefined, below: number | undefined, count: number) => {
    const forward = above !== undefined
    const rows = await all
      .$if(forward, (query) => query.where('messages.seq', '>', above ?? 0))
      .$if(below !== undefined, (query) => query.where('messages.seq', '<', below ?? 0))
      .orderBy('messages.seq', forward ? 'asc' : 'desc')
      .limit(count + 1)
      .execute()
    const messages = fitPage(rows, count)
    const more = rows.length > messages.length
    return { messages: forward ? messages : messages.reverse(), more }
  }

  if (around !== undefined) {
    const older = await read(undefined, around + 1, Math.ceil(limit / 2))
    const newer = await read(around, undefined, limit - older.messages.length)
    const messages = [...older.messages, ...newer.messages]
    return { messages, hasMore: older.more, hasNewer: newer.more }
  }
  const { messages, more } = await read(after, before, limit)
  if (after !== undefined) return { messages, hasMore: more, hasNewer: more }
  const hasNewer =
    before !== undefined && (await read(before - 1, undefined, 1)).messages.length > 0
  return { messages, hasMore: more, hasNewer }
}

/** @param project id or slug */
export async function listChanges(
  db: Db,
  reader: Actor,
  project: string,
  { channelId, after, limit = 100 }: ChangeRange,
): Promise<ChangePage> {
  // `lastRev` is read before the messages: all up to it is in them, as it was then or as it is now.
  const { id, lastRev } = await openChannel(db, reader, project, channelId)
  if (after > lastRev) return { messages: [], rev: lastRev, hasMore: false, reset: true }
  const rows = await selectMessages(db)
    .where('messages.channelId', '=', id)
    .where('messages.rev', '>', after)
    .orderBy('messages.rev')
    .limit(limit + 1)
    .execute()
  const messages = fitPage(rows, limit)
  const hasMore = rows.length > messages.length
  const last = messages.at(-1)?.rev ?? after
  return { messages, rev: hasMore ? last : Math.max(last, lastRev), hasMore, reset: false }
}
