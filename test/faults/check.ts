// Compares what was acknowledged, what every device received, and what the database holds.
import pg from 'pg'
import type { Device } from './device.ts'
import type { Ledger } from './ledger.ts'

/** What the checker asks of a device. */
export type Witness = Pick<Device, 'name' | 'replicas' | 'marks' | 'heard' | 'updates'> & {
  person: { id: string }
}

export interface Row {
  id: string
  channelId: string
  seq: number
  rev: number
  authorId: string
  nonce: string
  threadId: string | null
  /** Of a root: how many of its replies are not deleted, as it says */
  replies: number
  message: string
  isDeleted: boolean
  isSystem: boolean
  versions: string[]
  /** `person emoji`, sorted */
  reactions: string[]
  /** Ids, sorted */
  attachments: string[]
}

export interface Truth {
  rows: Row[]
  /** `readers`: null when all may read it */
  channels: { id: string; lastSeq: number; lastRev: number; readers: string[] | null }[]
  /** By `channel person` */
  marks: Map<string, number>
  activity: number[]
}

export async function readTruth(url: string, projectId: string): Promise<Truth> {
  const client = new pg.Client(url)
  await client.connect()
  const query = async <R>(text: string) =>
    (await client.query<R & pg.QueryResultRow>(text, [projectId])).rows
  try {
    const rows = await query<Row>(`
      select m.id, channel_id as "channelId", seq::float8, rev::float8, author_id as "authorId", nonce,
        parent_id as "threadId", reply_count as replies, message,
        deleted_at is not null as "isDeleted", system is not null as "isSystem",
        array(select message from message_versions where message_id = m.id order by version) as versions,
        array(select user_id || ' ' || emoji from reactions where message_id = m.id) as reactions,
        array(select id::text from attachments where message_id = m.id order by id) as attachments
      from messages m join channels c on c.id = m.channel_id where c.project_id = $1 order by channel_id, seq`)
    rows.forEach(({ reactions }) => reactions.sort())
    const channels = await query<Truth['channels'][number]>(`
      select id, last_seq::float8 as "lastSeq", last_rev::float8 as "lastRev", case when kind <> 'public'
        then array(select user_id::text from channel_members where channel_id = channels.id) end as readers
      from channels where project_id = $1`)
    const marks = await query<{ key: string; seq: number }>(`
      select channel_id || ' ' || user_id as key, seq::float8 from read_marks
      where channel_id in (select id from channels where project_id = $1)`)
    const activity = await query<{ seq: number }>(
      'select seq::float8 from activity where project_id = $1 order by seq',
    )
    return {
      rows,
      channels,
      marks: new Map(marks.map(({ key, seq }) => [key, seq])),
      activity: activity.map(({ seq }) => seq),
    }
  } finally {
    await client.end()
  }
}

/** @returns what is wrong, a line each */
export function compare(truth: Truth, ledger: Ledger, devices: readonly Witness[]): string[] {
  return [
    ...ledger.problems,
    ...compareLedger(truth, ledger),
    ...compareOrder(truth),
    ...devices.flatMap((device) => [
      ...compareReplica(truth, device),
      ...compareHeard(truth, device),
    ]),
  ]
}

/** Everything acknowledged is there once, and nothing that nobody asked for. */
function* compareLedger({ rows, marks }: Truth, ledger: Ledger): Generator<string> {
  const byNonce = Map.groupBy(rows, ({ nonce }) => nonce)
  for (const [nonce, draft] of ledger.sent) {
    const { kept, text, authorId, channelId, threadId } = draft
    const found = byNonce.get(nonce) ?? []
    if (!kept) yield `"${text}" was never acknowledged`
    if (found.length > 1 || (kept && found.length === 0))
      yield `"${text}" is there ${found.length} times`
    const [row] = found
    if (!row || !kept) continue
    if (row.id !== kept.id || row.seq !== kept.seq || row.channelId !== channelId)
      yield `"${text}" was acknowledged as ${kept.seq} and is ${row.seq}`
    if (row.authorId !== authorId) yield `"${text}" has another author`
    if (row.threadId !== (threadId ?? null)) yield `"${text}" is in another thread`
    const attachments = (!row.isDeleted && draft.attachmentIds) || []
    if (row.attachments.join() !== attachments.toSorted().join())
      yield `"${text}" does not carry what was sent with it`
  }
  const byId = new Map(rows.map((row) => [row.id, row]))
  for (const { nonce, message, isSystem } of rows)
    if (!isSystem && !ledger.sent.has(nonce)) yield `"${message}" is there, and nobody sent it`
  for (const [id, texts] of ledger.texts) {
    const row = byId.get(id)
    if (!row) continue
    const isDeleted = ledger.deleted.has(id)
    if (row.isDeleted !== isDeleted)
      yield `"${texts[0]}" is ${row.isDeleted ? 'deleted' : 'not deleted'}`
    if (isDeleted || row.isDeleted) {
      if (row.message !== '' || row.versions.length > 0 || row.reactions.length > 0)
        yield `of "${texts[0]}", which is deleted, something is left`
      continue
    }
    const held = [...row.versions, row.message]
    if (held.join('|') !== texts.join('|'))
      yield `edits: acknowledged ${texts.join('|')}, held ${held.join('|')}`
  }
  for (const [key, isOn] of ledger.reactions) {
    const [id = '', userId, emoji] = key.split(' ')
    const row = byId.get(id)
    if (!row || row.isDeleted) continue
    if (row.reactions.includes(`${userId} ${emoji}`) !== isOn)
      yield `reaction ${emoji} on "${row.message}" should be ${isOn ? 'there' : 'gone'}`
  }
  for (const { id, message, reactions } of rows)
    for (const reaction of reactions)
      if (!ledger.reactions.has(`${id} ${reaction}`))
        yield `${reaction} is on "${message}", and nobody put it there`
  for (const [key, seq] of ledger.reads)
    if ((marks.get(key) ?? 0) < seq) yield `read mark ${key} is ${marks.get(key)} below ${seq}`
}

/** Dense seqs, revs that are each used once, heads and counts that fit. */
function* compareOrder({ rows, channels, activity }: Truth): Generator<string> {
  for (const { id, lastSeq, lastRev } of channels) {
    const inChannel = rows.filter(({ channelId }) => channelId === id)
    if (inChannel.some(({ seq }, n) => seq !== n + 1) || inChannel.length !== lastSeq)
      yield `the seqs of ${id} are not dense up to ${lastSeq}`
    const revs = inChannel.map(({ rev }) => rev)
    if (new Set(revs).size !== revs.length) yield `a rev of ${id} is there twice`
    if (Math.max(0, ...revs) !== lastRev) yield `the last rev of ${id} is not ${lastRev}`
  }
  const replies = Map.groupBy(
    rows.filter(({ isDeleted }) => !isDeleted),
    ({ threadId }) => threadId,
  )
  for (const { id, message, replies: said } of rows) {
    const there = replies.get(id)?.length ?? 0
    if (said !== there) yield `"${message}" says that it has ${said} replies, and has ${there}`
  }
  if (activity.some((seq, n) => seq !== n + 1)) yield 'the seqs of the updates are not dense'
}

const idsOf = (things: readonly { id: string }[]) =>
  things
    .map(({ id }) => id)
    .sort()
    .join()

function* compareReplica(truth: Truth, { name, person, ...device }: Witness): Generator<string> {
  for (const { id: channelId, readers } of truth.channels) {
    const known = device.replicas.get(channelId)?.messages
    if (readers && !readers.includes(person.id)) {
      if (known) yield `${name} knows ${channelId}, which it may not read`
      continue
    }
    if (!known) {
      yield `${name} does not know ${channelId}`
      continue
    }
    const rows = truth.rows.filter((row) => row.channelId === channelId)
    for (const row of rows) {
      const message = known.get(row.id)
      const reactions = message?.reactions.flatMap(({ emoji, userIds }) =>
        userIds.map((userId) => `${userId} ${emoji}`),
      )
      if (!message) yield `${name} misses seq ${row.seq} "${row.message}"`
      else if (
        message.rev !== row.rev ||
        message.seq !== row.seq ||
        message.message !== row.message ||
        (message.deletedAt !== null) !== row.isDeleted ||
        message.threadId !== row.threadId ||
        (message.thread?.replyCount ?? 0) !== row.replies ||
        idsOf(message.attachments) !== row.attachments.join() ||
        reactions?.sort().join() !== row.reactions.join()
      )
        yield `${name} has seq ${row.seq} as of rev ${message.rev}, and it is at ${row.rev}`
    }
    if (known.size > rows.length) yield `${name} knows ${known.size} messages of ${rows.length}`
    const mark = truth.marks.get(`${channelId} ${person.id}`) ?? 0
    const shown = device.marks.get(channelId) ?? 0
    if (shown !== mark) yield `${name} shows ${shown} as read, and ${mark} is`
  }
  const first = Math.min(...device.updates)
  const missed = truth.activity.filter((seq) => seq >= first && !device.updates.has(seq))
  if (missed.length > 0) yield `${name} misses the updates ${missed.join()}`
}

/** On one connection: in order, nothing twice, nothing before what came earlier, nothing left out. */
function* compareHeard(truth: Truth, { name, heard }: Witness): Generator<string> {
  const final = new Map<string, number[]>()
  for (const { channelId, rev } of truth.rows)
    final.set(channelId, [...(final.get(channelId) ?? []), rev])
  final.forEach((revs) => revs.sort((a, b) => a - b))
  for (const events of Map.groupBy(heard, (event) => `${event.connection} ${event.key}`).values()) {
    const [{ connection, key } = { connection: 0, key: '' }] = events
    const where = `${name}, connection ${connection}, ${key}`
    const fresh = new Set<string>()
    let last = 0
    /** Up to where nothing is left out, once it is known where the telling began */
    let told: number | undefined
    for (const event of events) {
      if (event.name === 'joined') {
        told ??= Math.max(event.rev, last)
        continue
      }
      if (event.rev <= last) yield `${where}: ${event.rev} after ${last}`
      if (event.name === 'chat_message') {
        if (fresh.has(event.id)) yield `${where}: message ${event.id} twice as new`
        fresh.add(event.id)
      }
      last = Math.max(last, event.rev)
      if (told === undefined || event.rev <= told) continue
      // What a later change replaced need not be told; what is at a rev now must be.
      const left = (final.get(key) ?? []).filter((rev) => rev > told! && rev < event.rev)
      if (left.length > 0) yield `${where}: ${left.join()} left out before ${event.rev}`
      if (event.name === 'project_update' && event.rev !== told + 1)
        yield `${where}: update ${event.rev} after ${told}`
      told = event.rev
    }
  }
}
