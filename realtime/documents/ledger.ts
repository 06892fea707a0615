// Who wrote what of a document. A Yjs client id says nothing about a person, and whoever likes can use it; but journal
// rows are kept with who sent them. So what counts is which row brought a struct first: spans of clocks per client.
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { CONTENT } from '../../protocol/names.ts'

/** Clocks of a client from `clock` on, up to the next span, came from this person; null: nobody knows. */
interface Span {
  clock: number
  userId: string | null
}

export interface Ledger {
  /** Client id → its spans, by clock */
  clients: Map<number, Span[]>
  /** Person → the newest row of theirs */
  worked: Map<string, number>
}

export interface Row {
  seq: number
  update: Uint8Array
  userId: string | null
}

/** So many UTF-16 code units in a row are of this person. */
export interface Run {
  length: number
  userId: string | null
}

export const emptyLedger = (): Ledger => ({ clients: new Map(), worked: new Map() })

function note(ledger: Ledger, client: number, clock: number, userId: string | null) {
  const spans = ledger.clients.get(client)
  if ((spans?.at(-1)?.userId ?? null) === userId) return
  if (spans) spans.push({ clock, userId })
  else ledger.clients.set(client, [{ clock, userId }])
}

/** Applies rows in their order, and notes who brought what. Within one transaction of the document. */
export function applyRows(document: Y.Doc, ledger: Ledger, rows: readonly Row[]) {
  for (const { seq, update, userId } of rows) {
    const clients = [...Y.parseUpdateMeta(update).to.keys()]
    const before = clients.map((client) => Y.getState(document.store, client))
    Y.applyUpdate(document, update)
    for (const [index, client] of clients.entries()) {
      const clock = before[index] ?? 0
      if (Y.getState(document.store, client) > clock) note(ledger, client, clock, userId)
    }
    if (userId !== null) ledger.worked.set(userId, seq)
  }
}

/**
 * Walks the text as it is.
 * @returns its runs, and the spans that anything of is left: what is deleted never comes back under the same clock
 */
export function readRuns(document: Y.Doc, { clients }: Ledger) {
  const runs: Run[] = []
  const used = new Map<number, Set<Span>>()
  for (let item = document.getText(CONTENT)._start; item; item = item.right) {
    if (item.deleted || !(item.content instanceof Y.ContentString)) continue
    const { client, clock } = item.id
    const spans = clients.get(client) ?? []
    // An item may have been written by several people: a server's client id is that of all who edit over REST.
    for (let at = clock, end = clock + item.length; at < end;) {
      const next = spans.findIndex((span) => span.clock > at)
      const span = spans.at(next < 0 ? -1 : next - 1)
      const isKnown = span && span.clock <= at
      const until = Math.min(end, next < 0 ? end : (spans[next]?.clock ?? end))
      const userId = isKnown ? span.userId : null
      if (isKnown) used.set(client, (used.get(client) ?? new Set()).add(span))
      const last = runs.at(-1)
      if (last?.userId === userId) last.length += until - at
      else runs.push({ length: until - at, userId })
      at = until
    }
  }
  const left = [...used].map(
    ([client, spans]) => [client, [...spans].sort((a, b) => a.clock - b.clock)] as const,
  )
  return { runs, clients: new Map(left) }
}

export function encodeLedger({ clients, worked }: Ledger): Uint8Array {
  const encoder = encoding.createEncoder()
  const spans = [...clients.values()].flat()
  const people = [...new Set([...spans.map(({ userId }) => userId ?? ''), ...worked.keys()])]
  const index = new Map(people.map((userId, position) => [userId, position]))
  const writePerson = (userId: string) => encoding.writeVarUint(encoder, index.get(userId) ?? 0)
  encoding.writeVarUint(encoder, people.length)
  for (const userId of people) encoding.writeVarString(encoder, userId)
  encoding.writeVarUint(encoder, clients.size)
  for (const [client, list] of clients) {
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, list.length)
    for (const { clock, userId } of list) {
      encoding.writeVarUint(encoder, clock)
      writePerson(userId ?? '')
    }
  }
  encoding.writeVarUint(encoder, worked.size)
  for (const [userId, seq] of worked) {
    writePerson(userId)
    encoding.writeVarUint(encoder, seq)
  }
  return encoding.toUint8Array(encoder)
}

/** A list whose length stands before it. */
function readList<Item>(decoder: decoding.Decoder, read: () => Item): Item[] {
  return Array.from({ length: decoding.readVarUint(decoder) }, read)
}

export function decodeLedger(bytes: Uint8Array): Ledger {
  const decoder = decoding.createDecoder(bytes)
  const count = () => decoding.readVarUint(decoder)
  const people = readList(decoder, () => decoding.readVarString(decoder))
  const person = () => people[count()] ?? ''
  const clients = readList(
    decoder,
    () =>
      [count(), readList(decoder, () => ({ clock: count(), userId: person() || null }))] as const,
  )
  const worked = readList(decoder, () => [person(), count()] as const)
  return { clients: new Map(clients), worked: new Map(worked) }
}
