// Who wrote what, as the journal knows it.
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { createRandom } from '../../test/random.ts'
import { applyRows, decodeLedger, emptyLedger, encodeLedger, readRuns } from './ledger.ts'

test('every character belongs to who sent it first, through any compaction', () => {
  const seed = Date.now() % 2 ** 31
  const { below } = createRandom(seed)
  const people = ['ada', 'bob', null]
  // Three documents for three people; the last one is everybody's, as a server's own is.
  const documents = people.map(() => new Y.Doc())
  const shared = new Y.Doc()
  const all = [...documents, shared]
  let stored = new Y.Doc()
  let ledger = emptyLedger()
  for (let seq = 1; seq <= 400; seq++) {
    const who = below(people.length)
    const document = below(4) === 0 ? shared : documents[who]!
    const text = document.getText('content')
    const at = below(text.length + 1)
    const letter = 'AB?'[who]!
    const updates: Uint8Array[] = []
    document.once('update', (update: Uint8Array) => updates.push(update))
    if (below(3) === 0) text.delete(at, Math.min(below(5), text.length - at))
    else text.insert(at, letter.repeat(1 + below(4)))
    for (const update of updates.splice(0)) {
      stored.transact(() => applyRows(stored, ledger, [{ seq, update, userId: people[who]! }]))
      for (const other of all) Y.applyUpdate(other, update)
    }
    if (below(20) > 0) continue
    const { runs, clients } = readRuns(stored, ledger)
    const written = stored.getText('content').toJSON()
    const claimed = runs.map(({ length, userId }) => 'AB?'[people.indexOf(userId)]!.repeat(length))
    expect(claimed.join(''), `seed ${seed}`).toBe(written)
    // As it comes out of the database again.
    ledger = decodeLedger(encodeLedger({ ...ledger, clients }))
    const snapshot = Y.encodeStateAsUpdate(stored)
    stored = new Y.Doc()
    Y.applyUpdate(stored, snapshot)
  }
  expect([...ledger.worked.keys()].sort()).toEqual(['ada', 'bob'])
})

test('what of a ledger nothing is left of goes', () => {
  const [document, ledger] = [new Y.Doc(), emptyLedger()]
  for (let seq = 1; seq <= 50; seq++) {
    const page = new Y.Doc()
    Y.applyUpdate(page, Y.encodeStateAsUpdate(document))
    const before = Y.encodeStateVector(page)
    const text = page.getText('content')
    text.delete(0, text.length)
    text.insert(0, `visit ${seq}`)
    const update = Y.encodeStateAsUpdate(page, before)
    applyRows(document, ledger, [{ seq, update, userId: 'ada' }])
  }
  const { runs, clients } = readRuns(document, ledger)
  expect(runs).toEqual([{ length: 8, userId: 'ada' }])
  expect(clients.size).toBe(1)
})
