// Several nodes on one database: what one takes reaches the others, also when the bus loses it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type OpenDatabase } from '../../db/database.ts'
import { documentName } from '../../protocol/names.ts'
import { connectBuses, openCollab, openY, setStage, startNode, until } from './fixture.ts'
import type { Stage } from './fixture.ts'

let database: OpenDatabase
let stage: Stage
beforeAll(async () => {
  database = await openDatabase({ dataDir: 'memory://' })
  stage = await setStage(database.db)
})
afterAll(() => database.close())

async function openCluster(text = '') {
  const ada = await stage.person()
  const fileId = await stage.file(await stage.project({ [ada.id]: 'member' }), text)
  const name = documentName(fileId)
  const { buses, lose, gap } = connectBuses(2)
  const [one, two] = [await startNode(stage, buses[0]!), await startNode(stage, buses[1]!)]
  return { ada, fileId, name, one, two, lose, gap }
}

test('clients of two nodes converge, and each journal row is one node\u2019s', async () => {
  const { ada, fileId, name, one, two } = await openCluster('start ')
  const clients = [openCollab(one, name, ada.id), openY(two, name, { token: ada.id })]
  await Promise.all(clients.map((client) => client.synced()))
  for (let n = 0; n < 100; n++) {
    const { text } = clients[n % 2]!
    text.insert((n * 7) % text.length, 'ab'[n % 2]!)
    if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await until(() => clients[0]!.text.toJSON() === clients[1]!.text.toJSON(), 'one text')
  expect(clients[0]!.text.toJSON()).toHaveLength(106)
  await until(() => one.documents.stats().backlogBytes + two.documents.stats().backlogBytes === 0)
  const { lastSeq } = await database.db
    .selectFrom('documents')
    .select('lastSeq')
    .where('fileId', '=', fileId)
    .executeTakeFirstOrThrow()
  expect(lastSeq).toBe(101)
})

test('both nodes load the same file at once, and its text is there once', async () => {
  const { ada, name, one, two } = await openCluster('once')
  const clients = [one, two].map((node) => openCollab(node, name, ada.id))
  await Promise.all(clients.map((client) => client.synced()))
  clients[0]!.text.insert(4, ' only')
  await until(() => clients[1]!.text.toJSON() === 'once only')
  expect(clients[0]!.text.toJSON()).toBe('once only')
})

test('news that was lost is read from the journal: at the next news, or when the bus tells of a gap', async () => {
  const { ada, name, one, two, lose, gap } = await openCluster()
  const [a, b] = [openCollab(one, name, ada.id), openCollab(two, name, ada.id)]
  await Promise.all([a.saved(), b.saved()])
  lose(true)
  a.text.insert(0, 'lost ')
  await a.saved()
  expect(b.text.toJSON()).toBe('')
  lose(false)
  a.text.insert(5, 'heard ')
  await until(() => b.text.toJSON() === 'lost heard ')
  lose(true)
  a.text.insert(11, 'lost again')
  b.text.insert(0, 'and here ')
  await Promise.all([a.saved(), b.saved()])
  lose(false)
  gap()
  const both = 'and here lost heard lost again'
  await until(() => a.text.toJSON() === both && b.text.toJSON() === both)
  expect(a.text.toJSON()).toBe(both)
})

test('awareness reaches clients of the other node, also those who come later', async () => {
  const { ada, name, one, two } = await openCluster()
  const a = openCollab(one, name, ada.id)
  await a.synced()
  a.provider.setAwarenessField('name', 'on one')
  const b = openY(two, name, { token: ada.id })
  const names = () => [...b.provider.awareness.getStates().values()].map((state) => state['name'])
  await until(() => names().includes('on one'))
  a.close()
  await until(() => !names().includes('on one'))
  expect(b.provider.awareness.getStates().size).toBe(1)
})

test('replacing a text on one node reaches who has it open on the other', async () => {
  const { ada, fileId, name, one, two } = await openCluster('old text')
  const client = openY(two, name, { token: ada.id })
  await client.synced()
  await one.documents.replaceText(fileId, 'new text')
  await until(() => client.text.toJSON() === 'new text')
  expect(await two.documents.readText(fileId)).toBe('new text')
})

test('a file that is deleted on one node is closed on the other', async () => {
  const { ada, fileId, name, one, two } = await openCluster('text')
  const client = openY(two, name, { token: ada.id })
  await client.synced()
  await database.db.deleteFrom('files').where('id', '=', fileId).execute()
  one.documents.closeFile(fileId)
  await until(() => client.closes.length > 0)
  expect(client.closes[0]).toEqual({ code: 4404, reason: 'The file was deleted' })
})

test('a client that moves to another node before its edit is saved does not lose it', async () => {
  const { ada, fileId, name, one, two } = await openCluster()
  const a = openCollab(one, name, ada.id)
  await a.saved()
  const b = openCollab(two, name, ada.id)
  await b.saved()
  const release = await stage.holdDocument(fileId)
  a.text.insert(0, 'on the way')
  await until(() => one.documents.stats().backlogBytes > 0)
  a.close()
  await release()
  const moved = openCollab(two, name, ada.id, a.document)
  await moved.saved()
  await until(() => b.text.toJSON() === 'on the way')
  expect(await two.documents.readText(fileId)).toBe('on the way')
})
