// Versions of files: when they are made, by whichever node, what they cost, and whose text is whose.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import * as Y from 'yjs'
import { openDatabase, type OpenDatabase } from '../../db/database.ts'
import { CONTENT, documentName } from '../../protocol/names.ts'
import { createPostgresDatabase } from '../../test/postgres.ts'
import { createRandom } from '../../test/random.ts'
import { connectBuses, openBoth, openCollab, setStage, startNode, until } from './fixture.ts'
import type { Stage } from './fixture.ts'
import { appendUpdates } from './journal.ts'
import { readContent, readCurrent, recordVersion } from './versions.ts'

let database: OpenDatabase
let stage: Stage
let drop = async () => {}
beforeAll(async () => {
  // Two nodes do nothing at the same time on the one connection of an embedded database.
  const postgres = inject('postgresUrl') ? await createPostgresDatabase() : undefined
  drop = postgres?.drop ?? drop
  database = await openDatabase({ url: postgres?.url, dataDir: 'memory://' })
  stage = await setStage(database.db)
})
afterAll(async () => {
  await database.close()
  await drop()
})

const quick = { idleMs: 100, maxMs: 600_000, lookMs: 20 }

async function open(text = '') {
  const [ada, bob] = [await stage.person(), await stage.person()]
  const projectId = await stage.project({ [ada.id]: 'member', [bob.id]: 'member' })
  const fileId = await stage.file(projectId, text, ada.id)
  return { ada, bob, fileId, name: documentName(fileId) }
}

const listVersions = (fileId: string) =>
  database.db
    .selectFrom('documentVersions')
    .selectAll()
    .where('fileId', '=', fileId)
    .orderBy('number')
    .execute()

async function readVersions(fileId: string) {
  const versions = await listVersions(fileId)
  return Promise.all(
    versions.map(async (version) => ({
      ...version,
      ...(await readContent(database.db, version.id))!,
    })),
  )
}
const textsOf = async (fileId: string) => (await readVersions(fileId)).map(({ text }) => text)

describe('a session of work', () => {
  test('is a version when it ends: how the file came, nobody wrote for a while, the last one left', async () => {
    const { ada, bob, fileId, name } = await open('start')
    const node = await startNode(stage, undefined, { sessionTimes: quick })
    const [first, second] = [openCollab(node, name, ada.id), openCollab(node, name, bob.id)]
    await Promise.all([first.synced(), second.synced()])
    await until(async () => (await textsOf(fileId)).length === 1)
    first.text.insert(5, ' one')
    await first.saved()
    await until(async () => (await textsOf(fileId)).includes('start one'))
    second.text.insert(9, ' two')
    await second.saved()
    first.close()
    second.close()
    await until(async () => (await textsOf(fileId)).includes('start one two'))
    const versions = await readVersions(fileId)
    // The one between is thinned, if both ended in the same five minutes; its author is not forgotten.
    expect(versions[0]).toMatchObject({ number: 1, text: 'start', authors: [ada.id] })
    expect(versions.at(-1)).toMatchObject({ number: 3, text: 'start one two', reason: 'session' })
    const authors = new Set(versions.slice(1).flatMap((version) => version.authors))
    expect(authors).toEqual(new Set([ada.id, bob.id]))
    expect(versions.at(-1)!.runs).toEqual([
      { length: 9, userId: ada.id },
      { length: 4, userId: bob.id },
    ])
  })

  test('that never ends is cut', async () => {
    const { ada, fileId, name } = await open()
    const sessionTimes = { idleMs: 600_000, maxMs: 200, lookMs: 20 }
    const node = await startNode(stage, undefined, { sessionTimes })
    const client = openCollab(node, name, ada.id)
    await client.synced()
    await until(async () => {
      client.text.insert(0, 'x')
      return (await listVersions(fileId)).some(({ number }) => number > 1)
    })
    expect(client.closes).toEqual([])
  })

  test('in which nothing changed in the end is none', async () => {
    const { ada, fileId, name } = await open('text')
    const node = await startNode(stage)
    const client = openCollab(node, name, ada.id)
    await client.synced()
    await until(async () => (await listVersions(fileId)).length === 1)
    client.text.insert(0, 'x')
    client.text.delete(0, 1)
    await client.saved()
    client.close()
    await until(async () => (await listVersions(fileId))[0]!.seq === 3)
    expect(await textsOf(fileId)).toEqual(['text'])
  })

  test('[V1] is one version, though all nodes try to make it at once', async () => {
    const { ada, fileId, name } = await open('start')
    const { buses } = connectBuses(3)
    const nodes = await Promise.all(
      buses.map((bus) => startNode(stage, bus, { sessionTimes: quick })),
    )
    const clients = nodes.map((node) => openCollab(node, name, ada.id))
    await Promise.all(clients.map((client) => client.synced()))
    for (let round = 0; round < 10; round++) {
      for (const client of clients) client.text.insert(0, `${round}`)
      await Promise.all(clients.map((client) => client.saved()))
      const wish = { reason: 'hand' } as const
      const made = await Promise.all(nodes.map((node) => node.documents.keepVersion(fileId, wish)))
      expect(made.filter(({ isNew }) => isNew).length).toBeLessThanOrEqual(1)
      expect(new Set(made.map(({ id }) => id)).size).toBe(1)
    }
    for (const node of nodes) await node.stop()
    const versions = await readVersions(fileId)
    expect(new Set(versions.map(({ seq }) => seq)).size).toBe(versions.length)
    expect(new Set(versions.map(({ text }) => text)).size).toBe(versions.length)
    expect(new Set(versions.map(({ number }) => number)).size).toBe(versions.length)
    // One per round, and the first; sessions that end between them may be thinned.
    expect(versions.length).toBeGreaterThanOrEqual(11)
  })

  test('[V2] of a node that was killed is a version when the file is opened again', async () => {
    const { ada, bob, fileId, name } = await open('start ')
    await recordVersion(database.db, fileId, { reason: 'session' })
    // What a killed node leaves: rows, and nothing that says so.
    const lost = new Y.Doc()
    lost.getText(CONTENT).insert(0, 'saved, then killed ')
    const update = Y.encodeStateAsUpdate(lost)
    await appendUpdates(database.db, new Map([[fileId, [{ update, userId: bob.id }]]]))
    const node = await startNode(stage)
    const reader = openCollab(node, name, ada.id)
    await reader.synced()
    await until(async () => (await listVersions(fileId)).length === 2)
    const [, version] = await readVersions(fileId)
    expect(version!.text).toContain('saved, then killed')
    expect(version!.authors).toEqual([bob.id])
  })
})

describe('who wrote what', () => {
  test('[V3] what somebody writes under the client id of another is their own', async () => {
    const { ada, bob, fileId, name } = await open()
    const node = await startNode(stage)
    const victim = openCollab(node, name, ada.id)
    await victim.synced()
    victim.text.insert(0, 'mine ')
    await victim.saved()
    const forged = new Y.Doc()
    Y.applyUpdate(forged, Y.encodeStateAsUpdate(victim.document))
    forged.clientID = victim.document.clientID
    victim.close()
    await until(() => node.documents.stats().documents === 0)
    forged.getText(CONTENT).insert(5, 'forged')
    const forger = openCollab(node, name, bob.id, forged)
    await forger.saved()
    expect(await readCurrent(database.db, fileId)).toMatchObject({
      text: 'mine forged',
      runs: [
        { length: 5, userId: ada.id },
        { length: 6, userId: bob.id },
      ],
    })
    // Nor does sending what others wrote make it one's own.
    const { id } = (await recordVersion(database.db, fileId, { reason: 'hand' }))!
    expect((await readContent(database.db, id))!.runs[0]).toEqual({ length: 5, userId: ada.id })
  })

  test('text replaced over REST is of who did it, and only what differs', async () => {
    const { ada, bob, fileId } = await open('one two three')
    const node = await startNode(stage)
    await node.documents.replaceText(fileId, 'one 2 three', bob.id)
    expect(await readCurrent(database.db, fileId)).toMatchObject({
      runs: [
        { length: 4, userId: ada.id },
        { length: 1, userId: bob.id },
        { length: 6, userId: ada.id },
      ],
    })
  })

  test('both protocols, many edits, compaction: every letter is its author’s', async () => {
    const { ada, bob, fileId } = await open()
    const node = await startNode(stage)
    const clients = [...openBoth(node, fileId, ada), ...openBoth(node, fileId, bob)]
    await Promise.all(clients.map((client) => client.synced()))
    const seed = Date.now() % 2 ** 31
    const { below } = createRandom(seed)
    for (let n = 0; n < 1_200; n++) {
      const who = below(4)
      const { text } = clients[who]!
      const at = below(text.length + 1)
      if (below(4) === 0) text.delete(at, Math.min(3, text.length - at))
      else text.insert(at, (who < 2 ? 'a' : 'b').repeat(1 + below(3)))
      if (n % 50 === 0) await until(() => new Set(clients.map((c) => c.text.toJSON())).size === 1)
    }
    await until(() => new Set(clients.map((c) => c.text.toJSON())).size === 1)
    for (const client of clients) client.close()
    await until(() => node.documents.stats().documents === 0)
    await until(async () => (await listVersions(fileId)).length > 0)
    const version = (await readVersions(fileId)).at(-1)!
    const claimed = version.runs.map(({ length, userId }) =>
      (userId === ada.id ? 'a' : 'b').repeat(length),
    )
    expect(claimed.join(''), `seed ${seed}`).toBe(version.text)
  })
})

test('[V4] what a file that is edited a lot costs is bounded, and every version that is left can be read', async () => {
  const { ada, bob, fileId } = await open()
  const seed = Date.now() % 2 ** 31
  const { below } = createRandom(seed)
  const limits = { versions: 30, bytes: 32 * 1024 }
  const document = new Y.Doc()
  const text = document.getText(CONTENT)
  const texts = new Map<string, string>()
  let now = Date.parse('2026-01-01')
  for (let round = 0; round < 100; round++) {
    const before = Y.encodeStateVector(document)
    for (let n = 0; n < 20; n++) {
      const at = below(text.length + 1)
      if (text.length > 6_000) text.delete(at, Math.min(below(400), text.length - at))
      else text.insert(at, `${below(2 ** 30).toString(36)} ${round}\n`)
    }
    const update = Y.encodeStateAsUpdate(document, before)
    const { id: userId } = below(2) === 0 ? ada : bob
    await appendUpdates(database.db, new Map([[fileId, [{ update, userId }]]]))
    now += below(8 * 3_600_000)
    const made = (await recordVersion(database.db, fileId, { reason: 'session' }, { now, limits }))!
    if (made.isNew) texts.set(made.id, text.toJSON())
    if (round % 25 !== 24) continue
    const versions = await readVersions(fileId)
    const bytes = versions.reduce((sum, version) => sum + version.content.byteLength, 0)
    expect(versions.length, `seed ${seed}`).toBeLessThanOrEqual(limits.versions)
    // Thinning may give a version another base, which the next one counts.
    expect(bytes, `seed ${seed}`).toBeLessThan(limits.bytes * 1.5)
    for (const version of versions) {
      expect(version.text === texts.get(version.id), `seed ${seed}`).toBe(true)
      expect(version.runs.reduce((sum, run) => sum + run.length, 0)).toBe(version.text.length)
    }
    expect(versions.at(-1)!.text).toBe(text.toJSON())
  }
  expect((await listVersions(fileId)).some(({ baseId }) => baseId !== null)).toBe(true)
})

test('the versions of a big file are made in a thread, and are the same', async () => {
  const { ada, fileId } = await open(`${'a line of text that repeats itself\n'.repeat(6_000)}`)
  const { isNew, id } = (await recordVersion(database.db, fileId, { reason: 'session' }))!
  expect(isNew).toBe(true)
  const content = (await readContent(database.db, id))!
  expect(content.text).toHaveLength(6_000 * 35)
  expect(content.runs).toEqual([{ length: 6_000 * 35, userId: ada.id }])
})
