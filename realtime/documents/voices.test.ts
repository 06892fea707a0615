// Who may say what in awareness: each connection speaks for its own client, on every node.
import { Document, type Connection } from '@hocuspocus/server'
import * as encoding from 'lib0/encoding'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase, type OpenDatabase } from '../../db/database.ts'
import type { Principal } from '../../protocol/access.ts'
import { documentName } from '../../protocol/names.ts'
import { bytes, openRaw } from './attacker.ts'
import { connectBuses, openCollab, openY, setStage, startNode, until } from './fixture.ts'
import type { Node, Stage } from './fixture.ts'
import { writeAwarenessStates, type AwarenessState } from './frames.ts'
import { readAwareness } from './guard.ts'
import { createVoices } from './voices.ts'

let database: OpenDatabase
let stage: Stage
beforeAll(async () => {
  database = await openDatabase({ dataDir: 'memory://' })
  stage = await setStage(database.db)
})
afterAll(() => database.close())

type Client = ReturnType<typeof openCollab> | ReturnType<typeof openY>

const awareness = ({ provider }: Client) => provider.awareness!
const stateOf = (client: Client, id: number) => awareness(client).getStates().get(id)
const sees = (client: Client, other: Client, text: string) =>
  until(() => stateOf(client, other.document.clientID)?.['says'] === text, `"${text}"`)

async function open() {
  const [ada, eve] = [await stage.person(), await stage.person()]
  const projectId = await stage.project({ [ada.id]: 'member', [eve.id]: 'member' })
  const name = documentName(await stage.file(projectId))
  const { buses, lose, gap } = connectBuses(2)
  const [one, two] = [await startNode(stage, buses[0]!), await startNode(stage, buses[1]!)]
  return { ada, eve, name, one, two, lose, gap }
}

/** Somebody who says what they like. */
async function openLiar(node: Node, name: string, { id }: Principal) {
  const path = `${node.url}/yjs/${encodeURIComponent(name)}`
  const raw = await openRaw(path, [`bearer.${id}`])
  const say = (...states: AwarenessState[]) =>
    raw.send(
      bytes((encoder) => {
        encoding.writeVarUint(encoder, 1)
        encoding.writeVarUint8Array(encoder, writeAwarenessStates(states))
      }),
    )
  return { ...raw, say }
}

describe.for(['the same node', 'another node'])('from %s', (where) => {
  test('[D12] nobody speaks for a client of somebody else, nor takes it out', async () => {
    const { ada, eve, name, one, two } = await open()
    const [victim, witness] = [openCollab(one, name, ada.id), openY(two, name, { token: ada.id })]
    await Promise.all([victim.synced(), witness.synced()])
    awareness(victim).setLocalStateField('says', 'truth')
    await sees(witness, victim, 'truth')
    const liar = await openLiar(where === 'the same node' ? one : two, name, eve)
    const client = victim.document.clientID
    liar.say({ client, clock: 50, state: { says: 'lie' } })
    liar.say({ client, clock: 60, state: null })
    // What it says for itself is heard, so the lies were there before.
    liar.say({ client: 99, clock: 1, state: { says: 'me' } })
    liar.say({ client: 98, clock: 1, state: { says: 'me, too' } })
    await until(() => stateOf(witness, 99) !== undefined && stateOf(victim, 99) !== undefined)
    for (const each of [victim, witness]) {
      expect(stateOf(each, client)).toMatchObject({ says: 'truth' })
      expect(stateOf(each, 98)).toBeUndefined()
    }
    awareness(victim).setLocalStateField('says', 'more')
    await sees(witness, victim, 'more')

    // Who is away for a moment is not replaced either.
    victim.socket.disconnect()
    await until(() => stateOf(witness, client) === undefined)
    const second = await openLiar(where === 'the same node' ? one : two, name, eve)
    second.say({ client, clock: 90, state: { says: 'lie' } })
    second.say({ client: 97, clock: 1, state: {} })
    await until(() => stateOf(witness, 97) !== undefined)
    expect(stateOf(witness, client)).toBeUndefined()
    void victim.socket.connect()
    await sees(witness, victim, 'more')
  })

  test('[D13] who comes back with the same client is seen at once, and does not go with the old connection', async () => {
    const { ada, name, one, two } = await open()
    const first = openCollab(one, name, ada.id)
    const witness = openY(one, name, { token: ada.id })
    await Promise.all([first.synced(), witness.synced()])
    awareness(first).setLocalStateField('says', 'here')
    await sees(witness, first, 'here')
    const client = first.document.clientID
    const { clock } = awareness(first).meta.get(client)!
    const old = await openLiar(one, name, ada)
    // The old connection is half dead: it neither says anything nor ends.
    first.socket.disconnect()
    await until(() => stateOf(witness, client) === undefined)
    old.say({ client, clock, state: { says: 'here' } })
    await sees(witness, first, 'here')
    const back = await openLiar(where === 'the same node' ? one : two, name, ada)
    back.say({ client, clock, state: { says: 'here' } })
    back.say({ client, clock: clock + 1, state: { says: 'back' } })
    await sees(witness, first, 'back')
    old.close()
    await until(() => one.documents.stats().connections === (where === 'the same node' ? 2 : 1))
    back.say({ client, clock: clock + 2, state: { says: 'still here' } })
    await sees(witness, first, 'still here')
    back.say({ client, clock: clock + 3, state: null })
    await until(() => stateOf(witness, client) === undefined)
    expect(one.documents.stats().documents).toBe(1)
  })
})

test('[D12] a connection speaks for one client, also after that one left', async () => {
  const { ada, eve, name, one } = await open()
  const witness = openCollab(one, name, ada.id)
  await witness.synced()
  const liar = await openLiar(one, name, eve)
  liar.say({ client: 99, clock: 1, state: {} })
  await until(() => stateOf(witness, 99) !== undefined)
  liar.say({ client: 99, clock: 2, state: null }, { client: 98, clock: 1, state: {} })
  await until(() => stateOf(witness, 99) === undefined)
  liar.say({ client: 99, clock: 3, state: {} })
  await until(() => stateOf(witness, 99) !== undefined)
  expect(stateOf(witness, 98)).toBeUndefined()
})

test('[D12] what y-websocket clients repeat of others, and whom they miss, is not heard', async () => {
  const { ada, eve, name, one } = await open()
  const clients = [ada, eve, ada, eve].map((person) => openY(one, name, { token: person.id }))
  await Promise.all(clients.map((client) => client.synced()))
  for (const [n, client] of clients.entries()) awareness(client).setLocalStateField('says', `${n}`)
  for (const client of clients)
    for (const [n, other] of clients.entries()) await sees(client, other, `${n}`)
  // What the 30 s time-out of y-protocols does.
  const { removeAwarenessStates } = await import('y-protocols/awareness')
  const [deaf, ...others] = clients as [Client, ...Client[]]
  removeAwarenessStates(
    awareness(deaf),
    others.map(({ document }) => document.clientID),
    'timeout',
  )
  awareness(deaf).setLocalStateField('says', 'alone')
  for (const other of others) await sees(other, deaf, 'alone')
  for (const client of others)
    for (const other of others) expect(stateOf(client, other.document.clientID)).toBeDefined()
  for (const client of clients) expect((client as ReturnType<typeof openY>).closes).toEqual([])
})

test('[D13] what a client hears of itself and repeats is no news', async () => {
  const { ada, name, one } = await open()
  const [here, witness] = [openY(one, name, { token: ada.id }), openCollab(one, name, ada.id)]
  await Promise.all([here.synced(), witness.synced()])
  awareness(here).setLocalStateField('says', 'hello')
  await sees(witness, here, 'hello')
  here.provider.disconnect()
  await until(() => stateOf(witness, here.document.clientID) === undefined)
  // It is told of the newer clock with which others see it again, and repeats that.
  here.provider.connect()
  await sees(witness, here, 'hello')
  const clock = () => awareness(here).meta.get(here.document.clientID)?.clock ?? 0
  const before = clock()
  const edits = 20
  for (let n = 0; n < edits; n++) {
    here.text.insert(0, `${n}.`)
    await until(() => witness.text.toJSON().startsWith(`${n}.`))
    witness.text.insert(0, `(${n})`)
    await until(() => here.text.toJSON().startsWith(`(${n})`))
  }
  expect(clock() - before).toBeLessThan(edits / 2)
})

test('[D14] a user in awareness has the id of the person, and the rest as the client wrote it', async () => {
  const { ada, eve, name, one, two } = await open()
  const witness = openY(two, name, { token: ada.id })
  await witness.synced()
  const claims = [{ id: ada.id, name: 'Ada', color: '#fff' }, { name: 'no id' }, 'a string', null]
  const clients = claims.map((user) => {
    const client = openCollab(one, name, eve.id)
    awareness(client).setLocalStateField('user', user)
    return client
  })
  const users = () =>
    clients.map(({ document }) => stateOf(witness, document.clientID)?.['user'] as unknown)
  await until(() => users().every((user) => user !== undefined))
  expect(users()).toEqual([
    { id: eve.id, name: 'Ada', color: '#fff' },
    { id: eve.id, name: 'no id' },
    'a string',
    null,
  ])
})

test('[D15] a client that says it leaves is gone for everybody, comes back, and goes with its connection', async () => {
  const { ada, name, one, two } = await open()
  const client = openCollab(one, name, ada.id)
  const witnesses = [openY(one, name, { token: ada.id }), openCollab(two, name, ada.id)]
  await Promise.all([client, ...witnesses].map((each) => each.synced()))
  const seen = () => witnesses.filter((each) => stateOf(each, client.document.clientID)).length
  for (let round = 0; round < 2; round++) {
    awareness(client).setLocalState({ says: 'here' })
    await until(() => seen() === 2)
    awareness(client).setLocalState(null)
    await until(() => seen() === 0)
  }
  awareness(client).setLocalState({ says: 'here' })
  await until(() => seen() === 2)
  client.close()
  await until(() => seen() === 0)
  expect(witnesses.map((each) => awareness(each).getStates().size)).toEqual([1, 1])
})

test('[D15] whose leaving was lost between the nodes is gone soon after the nodes hear each other again', async () => {
  const { ada, name, one, two, lose, gap } = await open()
  const [goes, stays] = [openCollab(one, name, ada.id), openCollab(one, name, ada.id)]
  const witness = openY(two, name, { token: ada.id })
  await Promise.all([goes, stays, witness].map((each) => each.synced()))
  for (const client of [goes, stays]) awareness(client).setLocalStateField('says', 'here')
  for (const client of [goes, stays]) await sees(witness, client, 'here')
  lose(true)
  goes.close()
  await until(() => one.documents.stats().connections === 1)
  lose(false)
  gap()
  await until(() => stateOf(witness, goes.document.clientID) === undefined)
  expect(stateOf(witness, stays.document.clientID)).toMatchObject({ says: 'here' })
})

test('[D13] who comes back is not overruled by what a node says that had not heard of it', () => {
  const document = new Document('file')
  const told: AwarenessState[] = []
  const voices = createVoices({
    document,
    fileId: 'file',
    tell: (news) => {
      if (news.kind === 'awareness') told.push(...readAwareness(news.update))
    },
  })
  const connection = {} as Connection
  voices.take(connection, 'ada', [{ client: 7, clock: 1, state: { says: 'back' } }])
  const hear = (clock: number, age: number) =>
    voices.hear(
      [{ client: 7, clock, state: { says: 'elsewhere' } }],
      [{ userId: 'ada', age }],
      'another',
    )
  hear(9, 60_000)
  const [, said] = told
  expect(said).toEqual({ client: 7, clock: 10, state: { says: 'back' } })
  // They went there after they were here.
  hear(20, 0)
  expect(told).toHaveLength(2)
  expect(document.awareness.states.get(7)).toEqual({ says: 'elsewhere' })
  document.destroy()
})

test('[D13] who comes back after their node forgot the document is heard, and leaves', () => {
  const document = new Document('file')
  const voices = createVoices({ document, fileId: 'file', tell: () => undefined })
  const hear = (clock: number, state: AwarenessState['state'], node: string, age: number) =>
    voices.hear([{ client: 7, clock, state }], [{ userId: 'ada', age }], node)
  const heard = () => document.awareness.states.get(7)
  hear(9, { says: 'first' }, 'one', 50)
  hear(9, null, 'one', 60)
  expect(heard()).toBeUndefined()
  hear(2, { says: 'back' }, 'one', 0)
  expect(heard()).toEqual({ says: 'back' })
  hear(3, { says: 'more' }, 'one', 10)
  expect(heard()).toEqual({ says: 'more' })
  // To another node, before the first noticed that they had left it.
  hear(1, { says: 'moved' }, 'two', 0)
  expect(heard()).toEqual({ says: 'moved' })
  hear(4, { says: 'late' }, 'one', 60_000)
  hear(4, null, 'one', 60_000)
  expect(heard()).toEqual({ says: 'moved' })
  hear(1, null, 'two', 20)
  expect(heard()).toBeUndefined()
  document.destroy()
})
