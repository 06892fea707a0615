// One transaction for many messages, with a constant number of statements. Whoever is refused is refused alone.
import type { Db, Trx } from '../../../db/database.ts'
import type { Attachment, ChatMessage } from '../../../protocol/chat.ts'
import { AppError, notFound } from '../../../protocol/errors.ts'
import { judge, lockChannels, type HeldChannel, type Verdicts } from './admission.ts'
import { append, readPeople, type Written } from './append.ts'
import { takeAttachments } from './attachments.ts'
import { requireOpen } from '../door.ts'
import { fingerprintOf, type Draft, type Outcome } from './draft.ts'
import { readMessages } from '../messages.ts'
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
  channel?: HeldChannel
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
    const { findEarlier } = await admit(trx, items)
    await findRepeated(trx, items, findEarlier)
    await findThreads(trx, items)
    await findAttachments(trx, items)
    const fresh = items.filter(isOpen)
    const accepted = fresh.map((item) => ({ ...item, channel: channelOf(item), root: item.root }))
    const { written, roots } =
      accepted.length > 0 ? await append(trx, accepted) : { written: [], roots: [] }
    written.forEach(({ message }, n) => {
      const item = fresh[n]
      if (item) item.outcome = { message }
    })
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

const channelOf = (item: Item): HeldChannel => {
  if (!item.channel) throw notFound('Channel')
  return item.channel
}

async function admit(trx: Trx, items: readonly Item[]): Promise<Verdicts> {
  const channels = await lockChannels(
    trx,
    items.map(({ draft }) => draft),
  )
  items.forEach((item, n) => {
    const channel = channels[n]
    if (channel) item.channel = channel
  })
  const verdicts = await judge(
    trx,
    items.flatMap(({ draft: { sender, nonce }, channel }) =>
      channel ? [{ sender, nonce, channel }] : [],
    ),
  )
  each(items, (item) => {
    const channel = channelOf(item)
    if (item.draft.system) requireOpen(channel)
    else verdicts.requireVoice(item.draft.sender, channel)
  })
  return verdicts
}

const nonceConflict = () => new AppError('CONFLICT', 'This nonce was used for another message')

async function findRepeated(
  trx: Trx,
  items: readonly Item[],
  findEarlier: Verdicts['findEarlier'],
) {
  const keyOf = (item: Item) =>
    JSON.stringify([channelOf(item).id, item.draft.sender.id, item.draft.nonce])
  const groups = Map.groupBy(items.filter(isOpen), keyOf)
  const fingerprints = new Map<string, string | null>()
  for (const [item] of groups.values()) {
    const earlier = item && findEarlier(item.draft.sender, channelOf(item), item.draft.nonce)
    if (earlier) fingerprints.set(earlier.id, earlier.fingerprint)
  }
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
    if (item.root?.channelId !== channelOf(item).id) {
      throw new AppError('NOT_FOUND', 'There is no message in this channel to reply to')
    }
  })
}

async function findAttachments(trx: Trx, items: readonly Item[]) {
  const ids = items.filter(isOpen).flatMap(({ draft }) => draft.attachmentIds)
  const take = await takeAttachments(trx, ids)
  each(items, (item) => {
    const { attachmentIds, sender } = item.draft
    item.attachments = take(attachmentIds, sender.id, channelOf(item).projectId)
  })
}

const outcomeOf = ({ same, outcome }: Item): Outcome =>
  outcome ?? same?.outcome ?? { error: new AppError('INTERNAL_ERROR', 'Nothing was decided') }
