// Whom `@name` and `@channel` in a text mean: people of the project who may read the channel.
import { sql } from 'kysely'
import type { Db, Trx } from '../../db/database.ts'
import { asTable } from '../../db/table.ts'
import type { ChannelKind } from '../../protocol/chat.ts'

/** More in one message are not looked up. */
const MAX_NAMES = 50

/**
 * Code is not addressed to anybody: fenced blocks, also without an end, and spans. What looks ahead keeps long runs
 * from being tried at every length.
 */
const code =
  /^ {0,3}(`{3,}(?!`)|~{3,}(?!~)).*\n(?:[^]*?\n {0,3}\1[`~]* *$|[^]*$)|(?<!`)(`+)(?!`)[^]*?[^`]\2(?!`)/gm
/** As names are made: letters, digits, "-" and "_"; not in the middle of a word, such as an address. */
const mention = /(?<![\w@./])@([a-z0-9][a-z0-9_-]{1,48}[a-z0-9])/gi

export interface Named {
  /** Lower case, distinct */
  names: string[]
  all: boolean
}

export function parseMentions(text: string): Named {
  if (!text.includes('@')) return { names: [], all: false }
  const names = new Set(
    [...text.replaceAll(code, ' ').matchAll(mention)].map(([, name = '']) => name.toLowerCase()),
  )
  const all = names.delete('channel')
  return { names: [...names].slice(0, MAX_NAMES), all }
}

export interface NamedIn {
  channelId: string
  projectId: string
  kind: ChannelKind
  authorId: string
  names: readonly string[]
}

/** @returns for each text the ids of who is meant, sorted; nobody means themselves */
export async function findMentioned(db: Db | Trx, texts: readonly NamedIn[]): Promise<string[][]> {
  const wanted = new Map<string, object>()
  for (const { channelId, projectId, kind, names } of texts)
    for (const name of names)
      wanted.set(`${channelId} ${name}`, { channelId, projectId, kind, name })
  if (wanted.size === 0) return texts.map(() => [])
  const table = asTable(
    [...wanted.values()],
    '"channelId" uuid, "projectId" uuid, kind text, name text',
  )
  const { rows } = await sql<{ channelId: string; name: string; id: string }>`
    select w."channelId", w.name, u.id
    from ${table} w
    join users u on lower(u.username) = w.name
    join project_members m on m.project_id = w."projectId" and m.user_id = u.id
    where w.kind = 'public' or exists (
      select from channel_members c where c.channel_id = w."channelId" and c.user_id = u.id
    )`.execute(db)
  const ids = new Map(rows.map(({ channelId, name, id }) => [`${channelId} ${name}`, id]))
  return texts.map(({ channelId, authorId, names }) =>
    names
      .flatMap((name) => ids.get(`${channelId} ${name}`) ?? [])
      .filter((id) => id !== authorId)
      .toSorted(),
  )
}
