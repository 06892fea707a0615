// Updates that are valid and yet cost too much: gaps, many parts, size. Their sender pays, nobody else.
import * as encoding from 'lib0/encoding'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { openDatabase, type OpenDatabase } from '../../db/database.ts'
import type { ProjectRole } from '../../protocol/access.ts'
import { documentName } from '../../protocol/names.ts'
import { awareness, bytes, openRaw, sync } from './attacker.ts'
import { writeAwarenessStates } from './frames.ts'
import { openCollab, openY, setStage, startNode, until, type Stage } from './fixture.ts'

let database: OpenDatabase
let stage: Stage
beforeAll(async () => {
  database = await openDatabase({ dataDir: 'memory://' })
  stage = await setStage(database.db)
})
afterAll(() => database.close())

async function openOne(others: Record<string, ProjectRole> = {}) {
  const ada = await stage.person()
  const fileId = await stage.file(await stage.project({ ...others, [ada.id]: 'member' }))
  const name = documentName(fileId)
  const node = await startNode(stage)
  const innocent = openCollab(node, name, ada.id)
  await innocent.saved()
  const path = `${node.url}/yjs/${encodeURIComponent(name)}`
  return { fileId, node, innocent, raw: await openRaw(path, [`bearer.${ada.id}`]) }
}

describe('gaps', () => {
  /** Updates of one writer, one letter each. */
  const letters = (count: number) => {
    const document = new Y.Doc()
    const updates: Uint8Array[] = []
    document.on('update', (update: Uint8Array) => updates.push(update))
    for (let n = 0; n < count; n++) document.getText('content').insert(n, 'x')
    return updates
  }

  test('an update that comes before what it needs is applied when that comes', async () => {
    const { fileId, node, innocent, raw } = await openOne()
    const updates = letters(30)
    for (const update of updates.toReversed()) raw.send(sync(2, update))
    await until(() => innocent.text.length === 30)
    innocent.text.insert(30, ' and on')
    await innocent.saved()
    expect(await node.documents.readText(fileId)).toBe(`${'x'.repeat(30)} and on`)
  })

  test('thousands that nothing will ever fill cost their sender the connection, and nobody else anything', async () => {
    const { fileId, node, innocent, raw } = await openOne()
    for (const [index, update] of letters(4_000).entries())
      if (index % 2 === 1) raw.send(sync(2, update))
    expect((await raw.closed).code).toBe(4400)
    innocent.text.insert(0, 'innocent')
    await innocent.saved()
    expect(await node.documents.readText(fileId)).toBe('innocent')
    const stored = await database.db
      .selectFrom('documentUpdates')
      .select('update')
      .where('fileId', '=', fileId)
      .execute()
    expect(stored).toHaveLength(1)
  })
})

test('[D17] what waits of one person is bounded, on however many connections', async () => {
  const { node, fileId, innocent, raw: first } = await openOne()
  const eve = innocent.provider.configuration.token as string
  const path = `${node.url}/yjs/${encodeURIComponent(documentName(fileId))}`
  const document = new Y.Doc()
  const updates: Uint8Array[] = []
  document.on('update', (update: Uint8Array) => updates.push(update))
  document.getText('content').insert(0, 'never sent')
  for (let n = 0; n < 2; n++) document.getText('content').insert(0, 'x'.repeat(3_900_000))
  const others = []
  for (let n = 0; n < 4; n++) others.push(await openRaw(path, [`bearer.${eve}`]))
  for (const raw of [first, ...others])
    for (const update of updates.slice(1)) raw.send(sync(2, update))
  expect(await Promise.race([first, ...others].map((raw) => raw.closed))).toMatchObject({
    code: 4400,
    reason: 'Not valid: updates that refer to what nobody sent',
  })
})

describe('an update of many parts', () => {
  test('that takes too long costs its sender the connection, while others go on', async () => {
    const { fileId, node, innocent, raw } = await openOne()
    const count = 20_000
    // Each struct makes Yjs walk over all those before it: 11 s for these 143 kB.
    const update = bytes((encoder) => {
      const write = (...numbers: number[]) =>
        numbers.forEach((number) => encoding.writeVarUint(encoder, number))
      write(2, 1, 9, 0)
      encoding.writeUint8(encoder, 4)
      write(1)
      encoding.writeVarString(encoder, 'content')
      encoding.writeVarString(encoder, 'x'.repeat(count))
      write(count, 5, 0)
      for (let n = 0; n < count; n++) {
        encoding.writeUint8(encoder, 4 | 64)
        write(9, count - 1 - n)
        encoding.writeVarString(encoder, 'a')
      }
      write(0)
    })
    raw.send(sync(2, update))
    innocent.text.insert(0, 'innocent')
    await innocent.saved()
    expect(await raw.closed).toMatchObject({
      code: 4400,
      reason: 'Not valid: an update that takes too long',
    })
    expect(await node.documents.readText(fileId)).toBe('innocent')
  })

  test('that is honest is applied, and so is what is typed after it', async () => {
    const { fileId, node, innocent } = await openOne()
    const { text, document } = innocent
    text.insert(0, 'a '.repeat(10_000))
    await innocent.saved()
    document.transact(() => {
      for (let n = 9_999; n >= 0; n--) {
        text.delete(2 * n, 1)
        text.insert(2 * n, 'b')
      }
    })
    text.insert(0, 'and ')
    await innocent.saved()
    expect(await node.documents.readText(fileId)).toBe(`and ${'b '.repeat(10_000)}`)
  })
})

test('[D17] the frames of a flood wait for their turns while what somebody else types is saved', async () => {
  const flooder = await stage.person()
  const { fileId, node, innocent } = await openOne({ [flooder.id]: 'member' })
  const path = `${node.url}/yjs/${encodeURIComponent(documentName(fileId))}`
  const raw = await openRaw(path, [`bearer.${flooder.id}`])
  const states = innocent.provider.awareness!.states
  const frames = 3_000
  for (let clock = 1; clock <= frames; clock++)
    raw.send(awareness(writeAwarenessStates([{ client: 7, clock, state: { clock } }])))
  await until(() => states.has(7))
  innocent.text.insert(0, 'innocent')
  await innocent.saved()
  expect(states.get(7)!['clock']).toBeLessThan(frames)
  // It was slowed down, and nothing of it is lost.
  await until(() => states.get(7)?.['clock'] === frames)
})

test('[L6] a document that is full takes deletions, and says why it takes nothing else', async () => {
  const ada = await stage.person()
  const fileId = await stage.file(await stage.project({ [ada.id]: 'member' }))
  const node = await startNode(stage, undefined, { maxSize: 64 * 1024 })
  const name = documentName(fileId)
  const writer = openCollab(node, name, ada.id)
  await writer.saved()
  for (let n = 0; n < 9; n++) {
    writer.text.insert(0, 'x'.repeat(8 * 1024))
    await until(() => writer.denials.length > 0 || !writer.provider.hasUnsyncedChanges)
  }
  const more = openY(node, name, { token: ada.id })
  await more.synced()
  more.text.insert(0, 'more')
  await until(() => writer.denials.length > 0 && more.closes.length > 0)
  expect(writer.denials[0]).toMatch(/^PAYLOAD_TOO_LARGE: The document is full/)
  expect(more.closes[0]!.code).toBe(4413)
  const cleaner = openY(node, name, { token: ada.id })
  await cleaner.synced()
  cleaner.text.delete(0, cleaner.text.length - 3)
  await until(async () => (await node.documents.readText(fileId)) === 'xxx')
  cleaner.text.insert(3, ' and room again')
  await until(async () => (await node.documents.readText(fileId)) === 'xxx and room again')
  expect(cleaner.closes).toEqual([])
})
