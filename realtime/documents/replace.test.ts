// Nothing is there twice: texts that are replaced on two nodes at once, files that two nodes load in one moment.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type OpenDatabase } from '../../db/database.ts'
import { documentName } from '../../protocol/names.ts'
import { connectBuses, openCollab, openNode, openY, setStage, startNode, until } from './fixture.ts'
import type { Stage } from './fixture.ts'

let database: OpenDatabase
let stage: Stage
beforeAll(async () => {
  database = await openDatabase({ dataDir: 'memory://' })
  stage = await setStage(database.db)
})
afterAll(() => database.close())

async function openCluster(text: string) {
  const ada = await stage.person()
  const fileId = await stage.file(await stage.project({ [ada.id]: 'member' }), text)
  const name = documentName(fileId)
  const { buses } = connectBuses(2)
  const [one, two] = [await startNode(stage, buses[0]!), await startNode(stage, buses[1]!)]
  return { ada, fileId, name, one, two, buses }
}

test.each([
  ['the same text', 'a new text', 'a new text'],
  ['different texts', 'written by one', 'typed at two'],
])('[D11] %s on two nodes at once: the later replaces the earlier', async (_, mine, theirs) => {
  const { ada, fileId, name, one, two, buses } = await openCluster('old')
  const clients = [openCollab(one, name, ada.id), openY(two, name, { token: ada.id })]
  await Promise.all(clients.map((client) => client.synced()))
  await Promise.all([
    one.documents.replaceText(fileId, mine),
    two.documents.replaceText(fileId, theirs),
  ])
  const texts = () => clients.map((client) => client.text.toJSON())
  const stored = () => one.documents.readContent(fileId, (text) => text.toJSON(), { stored: true })
  await until(
    async () => texts().every((text) => text === texts()[0]) && texts()[0] === (await stored()),
  )
  const [text = ''] = texts()
  // One of them came last, and replaced the other's.
  expect([mine, theirs]).toContain(text)

  const again = await startNode(stage, buses[0]!)
  const late = openCollab(again, name, ada.id)
  await late.synced()
  expect(late.text.toJSON()).toBe(text)
})

test('[D11] people type while both nodes replace: nothing is there twice', async () => {
  const { ada, fileId, name, one, two } = await openCluster('old')
  const typists = [openCollab(one, name, ada.id), openY(two, name, { token: ada.id })]
  await Promise.all(typists.map((client) => client.synced()))
  const typing = async () => {
    // Each keystroke is in the way of one attempt at most, so that both find a gap.
    for (let n = 0; n < 5; n++)
      for (const [index, { text }] of typists.entries()) {
        text.insert(index === 0 ? 0 : text.length, `<${index}${n}>`)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
  }
  const replacing = [one, two].map((node) => node.documents.replaceText(fileId, 'replaced'))
  await Promise.all([typing(), ...replacing])
  const texts = () => typists.map((client) => client.text.toJSON())
  await until(() => texts()[0] === texts()[1] && one.documents.stats().backlogBytes === 0)
  const [text = ''] = texts()
  expect(text.match(/replaced/g), text).toHaveLength(1)
  expect(text).not.toContain('old')
  const tokens = text.match(/<\d\d>/g) ?? []
  expect(new Set(tokens).size, text).toBe(tokens.length)
})

test('[D11] a new file that two nodes load at once, before and after a restart, is there once', async () => {
  const { ada, name, one, two, buses } = await openCluster('once')
  const both = [openCollab(one, name, ada.id), openY(two, name, { token: ada.id })]
  await Promise.all(both.map((client) => client.synced()))
  expect(both.map((client) => client.text.toJSON())).toEqual(['once', 'once'])
  both[0]!.text.insert(4, ' only')
  await until(() => both[1]!.text.toJSON() === 'once only')
  both[0]!.close()
  both[1]!.close()
  await Promise.all([one.stop(), two.stop()])

  const restarted = [await openNode(stage, buses[0]), await startNode(stage, buses[1])]
  // What the first clients had comes back with them, to the other node each.
  const back = [
    openY(restarted[0]!, name, { token: ada.id, document: both[0]!.document }),
    openCollab(restarted[1]!, name, ada.id, both[1]!.document),
    openCollab(restarted[0]!, name, ada.id),
    openY(restarted[1]!, name, { token: ada.id }),
  ]
  await Promise.all(back.map((client) => client.synced()))
  expect(back.map((client) => client.text.toJSON())).toEqual(back.map(() => 'once only'))
  await restarted[0]!.stop()
})
