// One transaction for many messages, with a constant number of statements. Whoever is refused is refused alone.
import { sql } from 'kysely'
import type { Db, Trx } from '../../db/database.ts'
import { asTable } from '../../db/table.ts'
import type { Attachment, ChatMessage } from '../../protocol/chat.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { judge, lockPlaces, type Place } from './admission.ts'
import { append, raiseRoots, readPeople, type Written } from './append.ts'
import { takeAttachments } from './carried.ts'
import { requireOpen } from './door.ts'
import { fingerprintOf, type Draft, type Outcome } from './draft.ts'
import { readMessages } from './messages.ts'
import { findRoots, type Root } from './replies.ts'

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
    const accepted = fresh.map((item) => ({ ...item, place: placeOf(item), root: item.root }))
    const written = accepted.length > 0 ? await append(trx, accepted) : []
    written.forEach(({ message }, n) => {
      const item = fresh[n]
      if (item) item.outcome = { message }
    })
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
  const keyOf = (item: Item) =>
    JSON.stringify([placeOf(item).id, item.draft.sender.id, item.draft.nonce])
  const groups = Map.groupBy(items.filter(isOpen), keyOf)
  if (groups.size === 0) return
  const wanted = [...groups.values()].flatMap(([item]) =>
    item
      ? { channelId: placeOf(item).id, authorId: item.draft.sender.id, nonce: item.draft.nonce }
      : [],
  )
  const table = asTable(wanted, '"channelId" uuid, "authorId" uuid, nonce text')
  const { rows } = await sql<{ id: string; fingerprint: string | null }>`
    select m.id, m.fingerprint from ${table} w
    join messages m on m.channel_id = w."channelId" and m.author_id = w."authorId"
      and m.nonce = w.nonce`.execute(trx)
  const fingerprints = new Map(rows.map(({ id, fingerprint }) => [id, fingerprint]))
  for (const message of await readMessages(trx, [...fingerprints.keys()])) {
    const key = JSON.stringify([message.channelId, message.author.id, message.nonce])
    // Older messages have none.
    const known = fingerprints.get(message.id) ?? fingerprintOf({ ...message, attachmentIds: [] })
    for (const item of groups.get(key) ?? [])
      item.outcome = known === item.fingerprint ? { message } : { error: nonceConflict() }
    groups.delete(key)
  }
  for (const [first, ...others] of groups.values())
    for (const item of others)
      if (first?.fingerprint === item.fingerprint) item.same = first
      else item.outcome = { error: nonceConflict() }
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

const outcomeOf = ({ same, outcome }: Item): Outcome =>
  outcome ?? same?.outcome ?? { error: new AppError('INTERNAL_ERROR', 'Nothing was decided') }
