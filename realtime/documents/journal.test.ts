// "Saved" means durable, and what is durable is loaded again, on both databases.
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import * as Y from 'yjs'
import { openDatabase, type OpenDatabase } from '../../db/database.ts'
import { CONTENT, documentName } from '../../protocol/names.ts'
import { createPostgresDatabase } from '../../test/postgres.ts'
import { openCollab, openY, setStage, startNode, until, type Stage } from './fixture.ts'
import { appendUpdates, createJournal } from './journal.ts'
import { compactDocument, readDocument, textOf, updatesOf } from './snapshot.ts'

/** Updates of one writer, each adding one word. */
function writer(word: string) {
  const document = new Y.Doc()
  const updates: Uint8Array[] = []
  document.on('update', (update: Uint8Array) => updates.push(update))
  return (count: number) => {
    const text = document.getText(CONTENT)
    for (let n = 0; n < count; n++) text.insert(text.length, `${word} `)
    return updates.splice(0).map((update) => ({ update, userId: null }))
  }
}

/** A database with people and files in it, for the tests of one `describe`. */
function useDatabase(kind: 'embedded' | 'postgres') {
  let database: OpenDatabase
  let stage: Stage
  let drop = async () => {}
  beforeAll(async () => {
    const postgres = kind === 'postgres' ? await createPostgresDatabase() : undefined
    drop = postgres?.drop ?? drop
    database = await openDatabase({ url: postgres?.url, dataDir: 'memory://' })
    stage = await setStage(database.db)
  })
  afterAll(async () => {
    await database.close()
    await drop()
  })

  return {
    get db() {
      return database.db
    },
    get stage() {
      return stage
    },
    async open(text = '') {
      const ada = await stage.person()
      const fileId = await stage.file(await stage.project({ [ada.id]: 'member' }), text)
      return { ada, fileId, name: documentName(fileId), node: await startNode(stage) }
    },
    storedText: async (fileId: string) =>
      textOf(updatesOf((await readDocument(database.db, fileId))!)),
  }
}

const hasPostgres = inject('postgresUrl') !== null
const kinds = hasPostgres ? (['embedded', 'postgres'] as const) : (['embedded'] as const)

describe.for(kinds)('on the %s database', (kind) => {
  const on = useDatabase(kind)

  test('[D2] an edit is not reported saved before its commit', async () => {
    const { ada, fileId, name, node } = await on.open()
    const client = openCollab(node, name, ada.id)
    const reader = openY(node, name, { token: ada.id })
    await Promise.all([client.saved(), reader.synced()])
    const release = await on.stage.holdDocument(fileId)
    client.text.insert(0, 'edit')
    // Others see it at once: they need not wait for the disk.
    await until(() => reader.text.toJSON() === 'edit')
    // A round trip later it is not saved either.
    reader.text.insert(4, ' seen')
    await until(() => client.text.toJSON() === 'edit seen')
    expect(client.provider.hasUnsyncedChanges).toBe(true)
    await release()
    await client.saved()
    expect(await on.storedText(fileId)).toContain('edit')
  })

  test('a document waits in memory for its edits to be saved', async () => {
    const { ada, fileId, name, node } = await on.open()
    const client = openCollab(node, name, ada.id)
    await client.saved()
    const release = await on.stage.holdDocument(fileId)
    client.text.insert(0, 'left behind')
    await until(() => node.documents.stats().backlogBytes > 0)
    client.close()
    await until(() => node.documents.stats().connections === 0)
    expect(node.documents.stats().documents).toBe(1)
    await release()
    await until(() => node.documents.stats().documents === 0)
    expect(await on.storedText(fileId)).toBe('left behind')
  })

  test('while the database fails, edits wait, and are saved once it is back', async () => {
    const { ada, fileId, name, node } = await on.open()
    const client = openCollab(node, name, ada.id)
    const reader = openY(node, name, { token: ada.id })
    await Promise.all([client.saved(), reader.synced()])
    const rename = (from: string, to: string) =>
      sql.raw(`alter table ${from} rename to ${to}`).execute(on.db)
    await rename('document_updates', 'hidden')
    let edits = 0
    try {
      for (; edits < 20; edits++) {
        client.text.insert(edits, 'x')
        await until(() => reader.text.length === edits + 1)
      }
      expect(client.provider.unsyncedChanges).toBe(20)
    } finally {
      await rename('hidden', 'document_updates')
    }
    await client.saved()
    expect(await on.storedText(fileId)).toBe('x'.repeat(20))
  })

  test('what belongs to a file that is gone is dropped, and holds nobody up', async () => {
    const { ada, fileId, name, node } = await on.open()
    const gone = await on.stage.file(await on.stage.project({ [ada.id]: 'member' }))
    const clients = [openCollab(node, documentName(gone), ada.id), openCollab(node, name, ada.id)]
    await Promise.all(clients.map((client) => client.saved()))
    // Nobody tells this node.
    await on.db.deleteFrom('files').where('id', '=', gone).execute()
    for (const { text } of clients) text.insert(0, 'edit')
    await clients[1]!.saved()
    await until(() => clients[0]!.denials.length > 0)
    expect(clients[0]!.denials[0]).toBe('NOT_FOUND: The file was deleted')
    expect(clients[0]!.provider.hasUnsyncedChanges).toBe(true)
    expect(await on.storedText(fileId)).toBe('edit')
  })

  test('closing writes what waits', async () => {
    const { ada, fileId, name, node } = await on.open()
    const client = openCollab(node, name, ada.id)
    await client.saved()
    const release = await on.stage.holdDocument(fileId)
    client.text.insert(0, 'last words')
    await until(() => node.documents.stats().backlogBytes > 0)
    const stopped = node.stop()
    await release()
    await stopped
    expect(await on.storedText(fileId)).toBe('last words')
  })

  test('seqs are dense, whoever appends at once', async () => {
    const { fileId } = await on.open('text')
    const other = await on.stage.file(await on.stage.project())
    const writers = Array.from({ length: 4 }, (_, n) => writer(`w${n}`))
    await Promise.all(
      writers.flatMap((write) =>
        Array.from({ length: 5 }, () =>
          appendUpdates(on.db, new Map([fileId, other].map((id) => [id, write(2)]))),
        ),
      ),
    )
    const rows = await on.db
      .selectFrom('documentUpdates')
      .select('seq')
      .where('fileId', '=', fileId)
      .orderBy('seq')
      .execute()
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 41 }, (_, n) => n + 1))
  })

  test('compaction among appends loses nothing, and what it merged is gone', async () => {
    const { fileId } = await on.open('text ')
    const write = writer('word')
    let written = 0
    const appending = (async () => {
      for (; written < 60; written += 3) await appendUpdates(on.db, new Map([[fileId, write(3)]]))
    })()
    // Two nodes may compact at once.
    for (let round = 0; round < 10; round++)
      await Promise.all([1, 2].map(() => compactDocument(on.db, fileId)))
    await appending
    const stored = (await readDocument(on.db, fileId))!
    expect(stored.seq).toBe(61)
    expect(textOf(updatesOf(stored))).toMatch(/text /)
    expect(textOf(updatesOf(stored)).match(/word/g)).toHaveLength(60)
    await compactDocument(on.db, fileId)
    const compacted = (await readDocument(on.db, fileId))!
    expect(compacted).toMatchObject({ seq: 61, snapshotSeq: 61 })
    expect(updatesOf(compacted)).toHaveLength(1)
    expect(textOf(updatesOf(compacted))).toBe(textOf(updatesOf(stored)))
    expect(await readDocument(on.db, fileId, 61)).toMatchObject({ snapshot: null, rows: [] })
  })

  test('a document that was edited a lot is compacted while it is open', async () => {
    const { ada, fileId, name, node } = await on.open()
    const client = openCollab(node, name, ada.id)
    await client.synced()
    for (let n = 0; n < 700; n++) client.text.insert(n, 'x')
    await client.saved()
    await until(async () => (await readDocument(on.db, fileId))!.snapshotSeq > 0)
    expect(await on.storedText(fileId)).toHaveLength(700)
  })
})

describe.skipIf(!hasPostgres)('on PostgreSQL alone', () => {
  const on = useDatabase('postgres')

  // The embedded database has one connection, so that nobody could sign in while it is held.
  test('offline edits of somebody who comes back are not reported saved before', async () => {
    const { ada, fileId, name, node } = await on.open('online')
    const first = openCollab(node, name, ada.id)
    await first.saved()
    first.close()
    first.text.insert(6, ' and offline')
    const reader = openY(node, name, { token: ada.id })
    await reader.synced()
    const release = await on.stage.holdDocument(fileId)
    const back = openCollab(node, name, ada.id, first.document)
    await back.synced()
    await until(() => reader.text.toJSON() === 'online and offline')
    // One more, which makes the round trip after the offline edits.
    reader.text.insert(0, 'now ')
    await until(() => back.text.toJSON() === 'now online and offline')
    expect(back.provider.hasUnsyncedChanges).toBe(true)
    await release()
    await back.saved()
    expect(await on.storedText(fileId)).toContain('online and offline')
  })

  // The embedded database takes ten seconds for so many bytes.
  test('the backlog of a database that is away is bounded', async () => {
    const { fileId } = await on.open()
    const committed: number[] = []
    const journal = createJournal({
      db: on.db,
      log: pino({ level: 'silent' }),
      onCommitted: (_fileId, firstSeq, updates) => committed.push(firstSeq, updates.length),
      onMissing: () => undefined,
    })
    const release = await on.stage.holdDocument(fileId)
    for (let n = 0; n < 16; n++) journal.append(fileId, new Uint8Array(4 * 1024 * 1024), null)
    expect(journal.isFull()).toBe(false)
    journal.append(fileId, new Uint8Array(1), null)
    expect(journal.isFull()).toBe(true)
    const durable = new Promise((resolve) => journal.whenDurable(fileId, resolve))
    await release()
    expect(await durable).toBe(true)
    expect(journal.isFull()).toBe(false)
    await journal.close(1_000)
    expect(committed.filter((_, index) => index % 2 === 1).reduce((a, b) => a + b)).toBe(17)
  })

  test('what comes after the end is not saved, and said so', async () => {
    const { fileId } = await on.open()
    const journal = createJournal({
      db: on.db,
      log: pino({ level: 'silent' }),
      onCommitted: () => undefined,
      onMissing: () => undefined,
    })
    await journal.close(1_000)
    journal.append(fileId, new Uint8Array(1), null)
    expect(await new Promise((resolve) => journal.whenDurable(fileId, resolve))).toBe(false)
  })

  // The embedded database has one connection, so that nothing can come between.
  test('a snapshot that is newer is never replaced by an older one', async () => {
    const { db } = on
    const { fileId } = await on.open('text')
    const write = writer('word')
    await appendUpdates(db, new Map([[fileId, write(1)]]))
    const before = (await readDocument(db, fileId))!
    let slow: Promise<number> | undefined
    await db.transaction().execute(async (trx) => {
      await trx.updateTable('documents').set({ lastSeq: 3 }).where('fileId', '=', fileId).execute()
      slow = compactDocument(db, fileId)
      await until(async () => {
        const waiting = sql`select 1 from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`
        return (await waiting.execute(trx)).rows.length > 0
      })
      // Meanwhile another node appended a row and compacted.
      const snapshot = Y.mergeUpdates([
        ...updatesOf(before),
        ...write(1).map(({ update }) => update),
      ])
      const head = { snapshot, snapshotSeq: 3 }
      await trx.updateTable('documents').set(head).where('fileId', '=', fileId).execute()
      await trx.deleteFrom('documentUpdates').where('fileId', '=', fileId).execute()
    })
    await slow
    expect(await readDocument(db, fileId)).toMatchObject({ seq: 3, snapshotSeq: 3 })
    expect(await on.storedText(fileId)).toContain('word word')
  })
})
