// Random people on two nodes open, edit, leave and come back while news gets lost and journals are compacted. In the
// end everybody has the same text, which is what is stored, and every word that was reported saved is in it once.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type OpenDatabase } from '../../db/database.ts'
import { documentName } from '../../protocol/names.ts'
import { createRandom } from '../../test/random.ts'
import { connectBuses, openCollab, openY, setStage, startNode, until } from './fixture.ts'
import type { Stage } from './fixture.ts'
import { compactDocument, readDocument, textOf, updatesOf } from './snapshot.ts'

let database: OpenDatabase
let stage: Stage
beforeAll(async () => {
  database = await openDatabase({ dataDir: 'memory://' })
  stage = await setStage(database.db)
})
afterAll(() => database.close())

test('what was reported saved is in the text of everybody, once', async () => {
  const seed = Date.now() % 2 ** 31
  const random = createRandom(seed).below
  const log: string[] = []
  const ada = await stage.person()
  const fileId = await stage.file(await stage.project({ [ada.id]: 'member' }), '[start]')
  const name = documentName(fileId)
  const { buses, lose, gap } = connectBuses(2)
  const nodes = await Promise.all(buses.map((bus) => startNode(stage, bus)))
  const words: string[] = []

  /** One visit: open on some node, write some words, wait until they are saved, leave. */
  async function visit(who: number) {
    const node = nodes[random(2)]!
    const client = openCollab(node, name, ada.id)
    for (let n = random(4); n >= 0; n--) {
      const word = `[${who}.${words.length}]`
      const { text } = client
      // At the end of a word, so that none is torn apart; also before the document is there.
      const place = text.toJSON().indexOf(']', random(text.length + 1)) + 1
      log.push(`${word} at ${place} on ${nodes.indexOf(node)}`)
      text.insert(place, word)
      words.push(word)
      if (random(2) === 0) await client.synced()
    }
    await client.saved()
    client.close()
  }

  async function disturb() {
    for (let n = 0; n < 20; n++) {
      lose(random(3) === 0)
      if (random(3) === 0) await compactDocument(database.db, fileId)
      if (random(3) === 0) gap()
      await new Promise((resolve) => setTimeout(resolve, random(30)))
    }
    lose(false)
  }

  const people = [0, 1, 2].map(async (who) => {
    for (let visits = 0; visits < 8; visits++) await visit(who)
  })
  await Promise.all([...people, disturb()])
  const story = `seed ${seed}\n${log.join('\n')}`
  const readers = nodes.map((node) => openY(node, name, { token: ada.id }))
  await Promise.all(readers.map((reader) => reader.synced()))
  gap()
  await until(() => readers[0]!.text.toJSON() === readers[1]!.text.toJSON(), story)
  const text = readers[0]!.text.toJSON()
  expect(text.match(/\[[^\]]*\]/g)?.toSorted(), story).toEqual(['[start]', ...words].toSorted())
  const stored = await readDocument(database.db, fileId)
  expect(textOf(stored ? updatesOf(stored) : []), story).toBe(text)
})
