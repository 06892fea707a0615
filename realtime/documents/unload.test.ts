// Memory comes back: documents that were left, and documents that could not be loaded.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase, type OpenDatabase } from '../../db/database.ts'
import { CONTENT, documentName } from '../../protocol/names.ts'
import { openCollab, openY, setStage, startNode, until, type Node, type Stage } from './fixture.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const DOCUMENTS = 100
const CHARACTERS = 200_000
const AT_ONCE = 20

let database: OpenDatabase
let stage: Stage
beforeAll(async () => {
  database = await openDatabase({ dataDir: 'memory://' })
  stage = await setStage(database.db)
})
afterAll(() => database.close())

/** Texts are on the heap; the embedded database is not. */
function usedBytes() {
  collect()
  return process.memoryUsage().heapUsed
}

/** A stock client that the test does not hold on to, as the fixture's would be until the end. */
function visitOnce({ url }: Pick<Node, 'url'>, fileId: string, token: string) {
  const websocketProvider = new HocuspocusProviderWebsocket({ url: `${url}/collab` })
  const provider = new HocuspocusProvider({ websocketProvider, name: documentName(fileId), token })
  provider.attach()
  return {
    isSynced: () => provider.isSynced,
    isSaved: () => !provider.hasUnsyncedChanges,
    write: () => provider.document.getText(CONTENT).insert(0, 'changed '),
    leave() {
      provider.destroy()
      websocketProvider.destroy()
      provider.document.destroy()
    },
  }
}

test(
  `[D10] ${DOCUMENTS} documents that were left leave nothing in memory`,
  { timeout: 240_000 },
  async () => {
    const node = await startNode(stage)
    const ada = await stage.person()
    const projectId = await stage.project({ [ada.id]: 'member' })
    const fileIds: string[] = []
    for (let n = 0; n < DOCUMENTS; n++)
      fileIds.push(await stage.file(projectId, `${n} `.repeat(CHARACTERS).slice(0, CHARACTERS)))

    /** Opens each once, all of them in memory at the same time, writes, and leaves. */
    async function visit(ids: string[]) {
      const clients: ReturnType<typeof visitOnce>[] = []
      for (let n = 0; n < ids.length; n += AT_ONCE) {
        const opened = ids.slice(n, n + AT_ONCE).map((id) => visitOnce(node, id, ada.id))
        clients.push(...opened)
        await until(() => opened.every((client) => client.isSynced()), 'documents to open')
      }
      expect(node.documents.stats().documents).toBe(ids.length)
      for (const client of clients) client.write()
      await until(() => clients.every((client) => client.isSaved()), 'edits to be saved')
      for (const client of clients) client.leave()
      await until(() => node.documents.stats().documents === 0, 'the documents to leave')
    }
    // What loading needs once is there after the first.
    await visit(fileIds.slice(0, AT_ONCE))
    const before = usedBytes()
    await visit(fileIds)
    await until(
      () => usedBytes() - before < (DOCUMENTS * CHARACTERS) / 4,
      'the memory of the documents to come back',
    )
  },
)

test('[D10] a document that cannot be loaded is forgotten, and opens when it can', async () => {
  const node = await startNode(stage)
  const ada = await stage.person()
  const fileId = await stage.file(await stage.project({ [ada.id]: 'member' }), 'text')
  const { db } = database
  await db.updateTable('documents').set({ lastSeq: 5 }).where('fileId', '=', fileId).execute()
  const collab = openCollab(node, documentName(fileId), ada.id)
  const plain = openY(node, documentName(fileId), { token: ada.id })
  await until(() => collab.closes.length > 2 && plain.closes.length > 2, 'clients to come back')
  expect(collab.denials).toEqual([])
  expect(plain.closes.map(({ code }) => code)).toContain(4503)
  await db.updateTable('documents').set({ lastSeq: 1 }).where('fileId', '=', fileId).execute()
  await Promise.all([collab.synced(), plain.synced()])
  expect([collab.text.toJSON(), plain.text.toJSON()]).toEqual(['text', 'text'])
  collab.close()
  plain.close()
  await until(() => node.documents.stats().documents === 0, 'the document to leave')
  await until(() => node.documents.stats().connections === 0, 'the connections to end')
})
