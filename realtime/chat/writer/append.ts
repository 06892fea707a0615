// What a batch writes for the messages that it accepted: the rows, what they mention and carry, counters and marks.
import { sql } from 'kysely'
import { v7 as uuid } from 'uuid'
import type { Trx } from '../../../db/database.ts'
import { asTable } from '../../../db/table.ts'
import type { Attachment, ChatMessage } from '../../../protocol/chat.ts'
import type { HeldChannel } from './admission.ts'
import { attach } from './attachments.ts'
import type { Draft } from './draft.ts'
import { findMentioned, parseMentions } from '../mentions.ts'
import { readMessages } from '../messages.ts'
import { countReplies, joinThreads, type Root } from './replies.ts'

export interface Accepted {
  draft: Draft
  fingerprint: string
  channel: HeldChannel
  root: Root | undefined
  attachments: Attachment[]
}

/** A message that is new with a batch. */
export interface Written {
  message: ChatMessage
  channel: HeldChannel
  root: Root | undefined
}

/** @returns the messages, and the roots whose replies became more, as they are now */
export async function append(
  trx: Trx,
  accepted: readonly Accepted[],
): Promise<{ written: Written[]; roots: ChatMessage[] }> {
  const named = accepted.map(({ draft }) =>
    draft.system ? { names: [], all: false } : parseMentions(draft.message),
  )
  const mentioned = await findMentioned(
    trx,
    accepted.map(({ draft, channel }, n) => ({
      ...channel,
      channelId: channel.id,
      authorId: draft.sender.id,
      names: named[n]?.names ?? [],
    })),
  )
  const written = accepted.map(({ draft, channel, root, attachments }, n): Written => {
    const message: ChatMessage = {
      id: uuid(),
      projectId: channel.projectId,
      channelId: channel.id,
      seq: ++channel.lastSeq,
      rev: ++channel.lastRev,
      threadId: root?.id ?? null,
      message: draft.message,
      author: draft.sender.user,
      nonce: draft.nonce,
      createdAt: '',
      editedAt: null,
      deletedAt: null,
      system: draft.system,
      thread: null,
      reactions: [],
      attachments,
      mentions: mentioned[n] ?? [],
      mentionsAll: named[n]?.all ?? false,
    }
    return { message, channel, root }
  })
  // Each root with new replies takes a rev after them.
  const revs = new Map<string, number>()
  for (const { channel, root } of written)
    if (root && !revs.has(root.id)) revs.set(root.id, ++channel.lastRev)
  await insert(trx, written, accepted)
  await insertMentions(trx, written)
  await attach(trx, written)
  return { written, roots: await raiseRoots(trx, written, revs) }
}

/** The rows, the channels' counters and the writers' marks: they do not depend on each other, and go in one statement. */
async function insert(trx: Trx, written: readonly Written[], accepted: readonly Accepted[]) {
  const rows = written.map(({ message }, n) => ({
    ...message,
    authorId: message.author.id,
    fingerprint: accepted[n]?.fingerprint,
  }))
  const columns = `id uuid, "channelId" uuid, seq int8, rev int8, "threadId" uuid, "authorId" uuid, message text,
    nonce text, fingerprint text, system jsonb, "mentionsAll" boolean`
  const channels = [...new Set(written.map(({ channel }) => channel))]
  const marks = new Map<string, object>()
  for (const { message, root } of written) {
    const { channelId, author, seq, system } = message
    // Who writes has read what stands above; who replies, or is told of, has read a thread or nothing.
    if (!root && !system)
      marks.set(`${channelId} ${author.id}`, { channelId, userId: author.id, seq })
  }
  const { rows: inserted } = await sql<{ id: string; createdAt: string }>`
    with marked as (
      insert into read_marks (channel_id, user_id, seq)
      select "channelId", "userId", seq
      from ${asTable([...marks.values()], '"channelId" uuid, "userId" uuid, seq int8')} t
      on conflict (channel_id, user_id) do update set seq = greatest(read_marks.seq, excluded.seq)
    ),
    counted as (
      update channels set last_seq = c."lastSeq", last_rev = c."lastRev"
      from ${asTable(channels, 'id uuid, "lastSeq" int8, "lastRev" int8')} c where channels.id = c.id
    )
    insert into messages (id, channel_id, seq, rev, created_rev, parent_id, author_id, message, nonce, fingerprint,
      system, mentions_all, created_at)
    select id, "channelId", seq, rev, rev, "threadId", "authorId", message, nonce, fingerprint,
      system, "mentionsAll", clock_timestamp()
    from ${asTable(rows, columns)} t
    returning id, created_at as "createdAt"`.execute(trx)
  const times = new Map(inserted.map(({ id, createdAt }) => [id, createdAt]))
  for (const { message } of written) message.createdAt = times.get(message.id) ?? ''
}

async function insertMentions(trx: Trx, written: readonly Written[]) {
  const rows = written.flatMap(({ message }) =>
    message.mentions.map((userId) => ({ ...message, messageId: message.id, userId })),
  )
  if (rows.length === 0) return
  const columns = '"messageId" uuid, "userId" uuid, "channelId" uuid, seq int8'
  await sql`insert into mentions (message_id, user_id, channel_id, seq)
    select "messageId", "userId", "channelId", seq from ${asTable(rows, columns)} t`.execute(trx)
}

async function raiseRoots(
  trx: Trx,
  written: readonly Written[],
  revs: ReadonlyMap<string, number>,
): Promise<ChatMessage[]> {
  const replies = written.flatMap(({ message, root }) => (root ? [{ message, root }] : []))
  if (replies.length === 0) return []
  const changes = [...revs].map(([id, rev]) => {
    const own = replies.filter(({ root }) => root.id === id)
    return { id, rev, count: own.length, lastReplyAt: own.at(-1)?.message.createdAt ?? '' }
  })
  await countReplies(trx, changes)
  await joinThreads(
    trx,
    replies.map(({ message, root }) => ({ ...message, root, authorId: message.author.id })),
  )
  return readMessages(trx, [...revs.keys()])
}

/** Who reads the direct and group channels among those written to, by channel; who left the project is still in them. */
export async function readPeople(
  trx: Trx,
  written: readonly Written[],
): Promise<Map<string, string[]>> {
  const talks = written.filter(({ channel: { kind } }) => kind === 'direct' || kind === 'group')
  if (talks.length === 0) return new Map()
  const rows = await trx
    .selectFrom('channelMembers')
    .innerJoin('channels', 'channels.id', 'channelMembers.channelId')
    .innerJoin('users', 'users.id', 'channelMembers.userId')
    .leftJoin('projectMembers', (join) =>
      join
        .onRef('projectMembers.projectId', '=', 'channels.projectId')
        .onRef('projectMembers.userId', '=', 'users.id'),
    )
    .select(['channelMembers.channelId', 'channelMembers.userId'])
    .where('channels.id', '=', sql<string>`any(${talks.map(({ channel }) => channel.id)}::uuid[])`)
    .where(({ eb, or }) =>
      or([eb('projectMembers.userId', 'is not', null), eb('users.role', '=', 'admin')]),
    )
    .execute()
  const people = Map.groupBy(rows, ({ channelId }) => channelId)
  return new Map([...people].map(([id, members]) => [id, members.map(({ userId }) => userId)]))
}
