// Search over the messages that a person may read: whole words by full text, and what is no word, such as code, as it
// stands. Newest first.
import { sql, type SqlBool } from 'kysely'
import { isReadable, requireAccess, type Actor } from '../../db/access.ts'
import type { Db } from '../../db/database.ts'
import type { ChatMessage } from '../../protocol/chat.ts'
import { AppError } from '../../protocol/errors.ts'
import { isUuid } from '../../protocol/names.ts'
import { selectMessages, toMessage } from './messages.ts'

/** All of it together decides; without `q`, every message that the rest leaves. */
export interface SearchQuery {
  /** As in web search engines: words, "a phrase", or, -not; the last word may be a beginning */
  q?: string | undefined
  /** Id or name of a person */
  from?: string | undefined
  channelId?: string | undefined
  /** ISO 8601; sent then or later */
  after?: string | undefined
  /** ISO 8601; sent earlier */
  before?: string | undefined
  hasAttachment?: boolean | undefined
  /** Of the page before */
  cursor?: string | undefined
  limit?: number | undefined
}

export interface SearchPage {
  /** newest first */
  messages: ChatMessage[]
  /** Asks for the next page; null on the last one */
  cursor: string | null
}

/** Text that no index finds, such as "=>", is looked for in so many of a channel's newest messages. */
const UNINDEXED = 5_000

/** @param project id or slug */
export async function searchMessages(
  db: Db,
  reader: Actor,
  project: string,
  { q, from, channelId, after, before, hasAttachment, cursor, limit = 20 }: SearchQuery,
): Promise<SearchPage> {
  if (cursor !== undefined && !isUuid(cursor)) {
    throw new AppError('VALIDATION_ERROR', 'cursor: use the one of the page before')
  }
  const { project: found } = await requireAccess(db, reader, project, 'room:join')
  const text = q?.trim()
  const matches = text ? await matching(db, text) : undefined
  let query = selectMessages(db)
    .where('channels.projectId', '=', found.id)
    .where(isReadable(reader.id))
    .where('messages.deletedAt', 'is', null)
    .where('messages.system', 'is', null)
  if (matches) query = query.where(matches)
  if (channelId !== undefined) query = query.where('channels.id', '=', channelId)
  if (after !== undefined) query = query.where('messages.createdAt', '>=', after)
  if (before !== undefined) query = query.where('messages.createdAt', '<', before)
  if (cursor !== undefined) query = query.where('messages.id', '<', cursor)
  if (from !== undefined) {
    const author = isUuid(from)
      ? sql<string>`${from}`
      : sql<string>`(select id from users where lower(username) = ${from.toLowerCase()})`
    query = query.where('messages.authorId', '=', author)
  }
  if (hasAttachment !== undefined) {
    const carries = sql<SqlBool>`exists (select from attachments a where a.message_id = messages.id)`
    query = query.where(({ not }) => (hasAttachment ? carries : not(carries)))
  }
  // Ids are in order of time (UUID v7), and what is frequent is found from their index's end.
  const rows = await query
    .orderBy('messages.id', 'desc')
    .limit(limit + 1)
    .execute()
  const messages = rows.slice(0, limit).map(toMessage)
  return { messages, cursor: rows.length > limit ? (messages.at(-1)?.id ?? null) : null }
}

async function matching(db: Db, text: string) {
  const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
  // The index is of three letters or digits in a row.
  const contains = /[\p{L}\p{N}]{3}/u.test(text)
    ? sql<SqlBool>`messages.message ilike ${pattern}`
    : sql<SqlBool>`(messages.message ilike ${pattern} and messages.seq > channels.last_seq - ${UNINDEXED}::int)`
  const words = await readWords(db, text)
  if (words === undefined) return contains
  return sql<SqlBool>`(messages.search @@ ${words}::tsquery or ${contains})`
}

/** @returns a tsquery; undefined when there is no word to find in it, as in "=>" or "-word" */
async function readWords(db: Db, text: string): Promise<string | undefined> {
  const { rows } = await sql<{ words: string; indexed: string }>`
    select words::text, querytree(words) as indexed from websearch_to_tsquery('simple', ${text}) as words
  `.execute(db)
  const { words = '', indexed = '' } = rows[0] ?? {}
  // What querytree leaves is what an index can look for; T: nothing.
  if (indexed === '' || indexed === 'T') return undefined
  const last = text.split(/\s/).at(-1) ?? ''
  const isUnfinished = !/^[-"]/.test(last) && /[\p{L}\p{N}]$/u.test(last) && words.endsWith("'")
  return isUnfinished ? `${words}:*` : words
}
