// One transaction for many messages, with a constant number of statements. Whoever is refused is refused alone.
import { sql } from 'kysely'
import { v7 as uuid } from 'uuid'
import type { Db, Trx } from '../../db/database.ts'
import { asTable } from '../../db/table.ts'
import type { Attachment, ChatMessage } from '../../protocol/chat.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { judge, lockPlaces, type Place } from './admission.ts'
import { attach, takeAttachments } from './carried.ts'
import { requireOpen } from './door.ts'
import { fingerprintOf, type Draft, type Outcome } from './draft.ts'
import { findMentioned, parseMentions } from './mentions.ts'
import { readMessages } from './messages.ts'
import { countReplies, findRoots, joinThreads, type Root } from './replies.ts'

/** A message that is new with this batch. */
export interface Written {
  message: ChatMessage
  place: Place
  root: Root | undefined
}

export interface Batch {
  /** One for each draft, in their order */
  outcomes: Outcome[]
  /** In the order of seq per channel */
  written: Written[]
  /** Roots whose replies became more, as they are now */
  roots: ChatMessage[]
  /** Who is in the direct and group channels of the batch, by channel */
  people: Map<string, string[]>
}

interface Item {
  draft: Draft
  fingerprint: string
  place?: Place
  root?: Root | undefined
  attachments: Attachment[]
  /** The item of the same batch that has the same nonce */
  same?: Item
  outcome?: Outcome
}

export function writeBatch(db: Db, drafts: readonly Draft[]): Promise<Batch> {
  const items: Item[] = drafts.map((draft) => ({
    draft,
    fingerprint: fingerprintOf(draft),
    attachments: [],
  }))
  return db.transaction().execute(async (trx) => {
    await admit(trx, items)
    await findRepeated(trx, items)
    await findThreads(trx, items)
    await findAttachments(trx, items)
    const fresh = items.filter(isOpen)
    const written = fresh.length > 0 ? await append(trx, fresh) : []
    const roots = await raiseRoots(trx, written)
    const people = await readPeople(trx, written)
    return { outcomes: items.map(outcomeOf), written, roots, people }
  })
}

const isOpen = (item: Item) => !item.outcome && !item.same

/** Takes a step with each that is not settled; who throws is refused, the others go on. */
function each(items: readonly Item[], step: (item: Item) => void) {
  for (const item of items.filter(isOpen)) {
    try {
      step(item)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      item.outcome = { error }
    }
  }
}

const placeOf = (item: Item): Place => {
  if (!item.place) throw notFound('Channel')
  return item.place
}

async function admit(trx: Trx, items: readonly Item[]) {
  const places = await lockPlaces(
    trx,
    items.map(({ draft }) => draft),
  )
  items.forEach((item, n) => {
    const place = places[n]
    if (place) item.place = place
  })
  const people = items.flatMap(({ draft: { sender, system }, place }) =>
    place && !system ? [{ sender, place }] : [],
  )
  const requireVoice = await judge(trx, people)
  each(items, (item) => {
    const place = placeOf(item)
    if (item.draft.system) requireOpen(place)
    else requireVoice(item.draft.sender, place)
  })
}

const nonceConflict = () => new AppError('CONFLICT', 'This nonce was used for another message')

async function findRepeated(trx: Trx, items: readonly Item[]) {
  const open = items.filter(isOpen)
  const keyOf = (item: Item) =>
    JSON.stringify([placeOf(item).id, item.draft.sender.id, item.draft.nonce])
  const first = new Map<string, Item>()
  for (const item of open) {
    const same = first.get(keyOf(item))
    if (same) item.same = same
    else first.set(keyOf(item), item)
  }
  if (open.length === 0) return
  const wanted = [...first].map(([key, item]) => ({
    key,
    channelId: placeOf(item).id,
    authorId: item.draft.sender.id,
    nonce: item.draft.nonce,
  }))
  const columns = 'key text, "channelId" uuid, "authorId" uuid, nonce text'
  const { rows } = await sql<{
    key: string
    id: string
    fingerprint: string | null
    message: string
  }>`
    select w.key, m.id, m.fingerprint, m.message from ${asTable(wanted, columns)} w
    join messages m on m.channel_id = w."channelId" and m.author_id = w."authorId" and m.nonce = w.nonce`.execute(
    trx,
  )
  if (rows.length === 0) return
  const messages = new Map(
    (
      await readMessages(
        trx,
        rows.map(({ id }) => id),
      )
    ).map((message) => [message.id, message]),
  )
  for (const { key, id, fingerprint, message } of rows) {
    const item = first.get(key)
    const earlier = messages.get(id)
    if (!item || !earlier) continue
    const isSame = fingerprint
      ? fingerprint === item.fingerprint
      : message === item.draft.message && !item.draft.threadId
    item.outcome = isSame ? { message: earlier } : { error: nonceConflict() }
  }
}

async function findThreads(trx: Trx, items: readonly Item[]) {
  const ids = items.filter(isOpen).flatMap(({ draft }) => draft.threadId ?? [])
  const roots = await findRoots(trx, ids)
  each(items, (item) => {
    const { threadId } = item.draft
    if (!threadId) return
    item.root = roots.get(threadId.toLowerCase())
    if (item.root?.channelId !== placeOf(item).id) {
      throw new AppError('NOT_FOUND', 'There is no message in this channel to reply to')
    }
  })
}

async function findAttachments(trx: Trx, items: readonly Item[]) {
  const ids = items.filter(isOpen).flatMap(({ draft }) => draft.attachmentIds)
  const take = await takeAttachments(trx, ids)
  each(items, (item) => {
    const { attachmentIds, sender } = item.draft
    item.attachments = take(attachmentIds, sender.id, placeOf(item).projectId)
  })
}

/** Everything of new messages but what they change in their roots. */
async function append(trx: Trx, items: readonly Item[]): Promise<Written[]> {
  const named = items.map(({ draft }) =>
    draft.system ? { names: [], all: false } : parseMentions(draft.message),
  )
  const mentioned = await findMentioned(
    trx,
    items.map((item, n) => ({
      channelId: placeOf(item).id,
      projectId: placeOf(item).projectId,
      kind: placeOf(item).kind,
      authorId: item.draft.sender.id,
      names: named[n]?.names ?? [],
    })),
  )
  const written = items.map((item, n): Written => {
    const { draft, root, attachments } = item
    const place = placeOf(item)
    const message: ChatMessage = {
      id: uuid(),
      projectId: place.projectId,
      channelId: place.id,
      seq: ++place.lastSeq,
      rev: ++place.lastRev,
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
    item.outcome = { message }
    return { message, place, root }
  })
  await insert(trx, written, items)
  await insertMentions(trx, written)
  await attach(trx, written)
  return written
}

async function insert(trx: Trx, written: readonly Written[], items: readonly Item[]) {
  const rows = written.map(({ message }, n) => ({
    ...message,
    authorId: message.author.id,
    fingerprint: items[n]?.fingerprint,
  }))
  const columns = `id uuid, "channelId" uuid, seq int8, rev int8, "threadId" uuid, "authorId" uuid, message text,
    nonce text, fingerprint text, system jsonb, "mentionsAll" boolean`
  const { rows: inserted } = await sql<{ id: string; createdAt: string }>`
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

/** Each root with new replies takes a rev after them; then the channels' counters and the writers' marks are kept. */
async function raiseRoots(trx: Trx, written: readonly Written[]): Promise<ChatMessage[]> {
  if (written.length === 0) return []
  const changes = new Map<string, { id: string; rev: number; count: number; lastReplyAt: string }>()
  for (const { message, place, root } of written) {
    if (!root) continue
    const change = changes.get(root.id) ?? {
      id: root.id,
      rev: ++place.lastRev,
      count: 0,
      lastReplyAt: '',
    }
    changes.set(root.id, { ...change, count: change.count + 1, lastReplyAt: message.createdAt })
  }
  if (changes.size > 0) {
    await countReplies(trx, [...changes.values()])
    await joinThreads(
      trx,
      written.flatMap(({ message, root }) =>
        root ? [{ ...message, root, authorId: message.author.id }] : [],
      ),
    )
  }
  await keepCounters(trx, written)
  return readMessages(trx, [...changes.keys()])
}

async function keepCounters(trx: Trx, written: readonly Written[]) {
  const places = [...new Set(written.map(({ place }) => place))]
  const marks = new Map<string, object>()
  for (const { message, root } of written) {
    const { channelId, author, seq, system } = message
    // Who writes has read what stands above; who replies, or is told of, has read a thread or nothing.
    if (!root && !system)
      marks.set(`${channelId} ${author.id}`, { channelId, userId: author.id, seq })
  }
  await sql`
    with marked as (
      insert into read_marks (channel_id, user_id, seq)
      select "channelId", "userId", seq
      from ${asTable([...marks.values()], '"channelId" uuid, "userId" uuid, seq int8')} t
      on conflict (channel_id, user_id) do update set seq = greatest(read_marks.seq, excluded.seq)
    )
    update channels set last_seq = c."lastSeq", last_rev = c."lastRev"
    from ${asTable(places, 'id uuid, "lastSeq" int8, "lastRev" int8')} c where channels.id = c.id`.execute(
    trx,
  )
}

async function readPeople(trx: Trx, written: readonly Written[]): Promise<Map<string, string[]>> {
  const talks = written.filter(({ place: { kind } }) => kind === 'direct' || kind === 'group')
  if (talks.length === 0) return new Map()
  const rows = await trx
    .selectFrom('channelMembers')
    .select(['channelId', 'userId'])
    .where('channelId', '=', sql<string>`any(${talks.map(({ place }) => place.id)}::uuid[])`)
    .execute()
  const people = Map.groupBy(rows, ({ channelId }) => channelId)
  return new Map([...people].map(([id, members]) => [id, members.map(({ userId }) => userId)]))
}

const outcomeOf = (item: Item): Outcome => {
  const { same, outcome } = item
  if (same && same.fingerprint !== item.fingerprint) return { error: nonceConflict() }
  return (
    outcome ?? same?.outcome ?? { error: new AppError('INTERNAL_ERROR', 'Nothing was decided') }
  )
}
