// Files in the trash: nobody can open them, on any node, and what was saved is there when they come back.
import { sql } from 'kysely'
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

async function open() {
  const ada = await stage.person()
  const fileId = await stage.file(await stage.project({ [ada.id]: 'member' }), 'text')
  const name = documentName(fileId)
  const { buses, lose, gap } = connectBuses(2)
  const [one, two] = [await startNode(stage, buses[0]!), await startNode(stage, buses[1]!)]
  const trash = (isIn: boolean) =>
    database.db
      .updateTable('files')
      .set({ deletedAt: isIn ? sql`now()` : null })
      .where('id', '=', fileId)
      .execute()
  return { ada, fileId, name, one, two, lose, gap, trash }
}

test('[D19] a trashed file is closed on every node, refused, and opens with all that was saved once it is back', async () => {
  const { ada, fileId, name, one, two, trash } = await open()
  for (let round = 0; round < 3; round++) {
    const [a, b] = [openCollab(one, name, ada.id), openY(two, name, { token: ada.id })]
    await Promise.all([a.saved(), b.synced()])
    const before = a.text.toJSON()
    a.text.insert(0, `${round} `)
    await a.saved()
    await trash(true)
    one.documents.closeFile(fileId)
    await until(() => a.denials.length > 0 && b.closes.length > 0)
    expect(a.denials[0]).toBe('NOT_FOUND: The file was deleted')
    expect(b.closes[0]).toEqual({ code: 4404, reason: 'The file was deleted' })
    const late = openY(round % 2 ? one : two, name, { token: ada.id })
    await until(() => late.closes.length > 0)
    expect(late.closes[0]!.code).toBe(4404)
    await expect(two.documents.replaceText(fileId, 'x')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await trash(false)
    // At once, while the old document may still be on its way out.
    const again = [openCollab(two, name, ada.id), openCollab(one, name, ada.id)]
    await Promise.all(again.map((client) => client.saved()))
    for (const client of again) {
      expect(client.text.toJSON()).toBe(`${round} ${before}`)
      expect(client.denials).toEqual([])
      client.close()
    }
    expect(one.documents.stats().backlogBytes + two.documents.stats().backlogBytes).toBe(0)
  }
})

test('[D19] a file that goes and comes back in the same moment stays open for whoever connects', async () => {
  const { ada, fileId, name, one, trash } = await open()
  const first = openCollab(one, name, ada.id)
  await first.saved()
  const release = await stage.holdDocument(fileId)
  // The document waits for this edit, and cannot leave memory.
  first.text.insert(0, 'never saved ')
  await until(() => one.documents.stats().backlogBytes > 0)
  one.documents.closeFile(fileId)
  await release()
  await trash(false)
  const back = openCollab(one, name, ada.id)
  await back.saved()
  back.text.insert(0, 'and ')
  await back.saved()
  expect(back.denials).toEqual([])
})

test('[D19] a node that did not hear of it closes the file when it hears the others again', async () => {
  const { ada, fileId, name, one, two, lose, gap, trash } = await open()
  const client = openY(two, name, { token: ada.id })
  await client.synced()
  lose(true)
  await trash(true)
  one.documents.closeFile(fileId)
  lose(false)
  gap()
  await until(() => client.closes.length > 0)
  expect(client.closes[0]).toEqual({ code: 4404, reason: 'The file was deleted' })
})
