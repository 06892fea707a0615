// What the history of a heavily edited file costs: 2,000 lines, 100,000 random edits by three people in 30 days, a
// version after each session of work. On PGlite in memory, or on DATABASE_URL.
import { sql } from 'kysely'
import { v7 as uuid } from 'uuid'
import * as Y from 'yjs'
import { openDatabase } from '../db/database.ts'
import { CONTENT } from '../protocol/names.ts'
import { appendUpdates, type Edit } from '../realtime/documents/journal.ts'
import { createDocument } from '../realtime/documents/snapshot.ts'
import { recordVersion } from '../realtime/documents/versions.ts'
import { diffVersions, listVersions, readVersion } from '../server/versions/versions.ts'
import { createRandom } from '../test/random.ts'

const EDITS = Number(process.env['BENCH_EDITS'] ?? 100_000)
const DAYS = 30
const SESSIONS = 8 * DAYS
const LINES = 2_000
const PEOPLE = 3

const { below } = createRandom(Number(process.env['BENCH_SEED'] ?? 1))
const { db, close } = await openDatabase({
  url: process.env['DATABASE_URL'],
  dataDir: 'memory://',
})
const kib = (bytes: number) => `${Math.round(bytes / 1024).toLocaleString('en')} KiB`

const people = Array.from({ length: PEOPLE }, () => uuid())
for (const id of people)
  await db
    .insertInto('users')
    .values({ id, username: id, email: `${id}@example.com` })
    .execute()
const [projectId, fileId] = [uuid(), uuid()]
await db
  .insertInto('projects')
  .values({ id: projectId, name: projectId, slug: projectId })
  .execute()
const line = (n: number) =>
  `  const value${(n * 7919) % 1000} = compute(input[${n}], "x${n % 13}") // note\n`
const text = Array.from({ length: LINES }, (_, n) => line(n)).join('')
await db.transaction().execute(async (trx) => {
  await trx.insertInto('files').values({ id: fileId, projectId, path: 'heavy.ts' }).execute()
  await createDocument(trx, fileId, text, people[0])
})

const documents = people.map(() => new Y.Doc())
const first = await db.selectFrom('documentUpdates').selectAll().execute()
for (const document of documents) for (const row of first) Y.applyUpdate(document, row.update)
const words = ['value', ' ', '\n', '(input)', 'return', ' = ', 'x', '// why\n', 'if (ok) ', '0']

/** People write in turns of 20 edits: after each edit of somebody else Yjs looks for a place from the beginning. */
const TURN = 20

function makeEdits(count: number): Edit[] {
  const edits: Edit[] = []
  while (edits.length < count) {
    const who = below(PEOPLE)
    const document = documents[who]!
    const content = document.getText(CONTENT)
    const turn: Uint8Array[] = []
    const note = (update: Uint8Array) => void turn.push(update)
    document.on('update', note)
    for (let n = 0; n < TURN; n++) {
      const at = below(content.length)
      if (below(2) === 0) content.insert(at, words[below(words.length)]!)
      else content.delete(at, Math.min(1 + below(8), content.length - at))
    }
    document.off('update', note)
    edits.push(...turn.map((update) => ({ update, userId: people[who]! })))
    for (const other of documents)
      if (other !== document)
        other.transact(() => turn.forEach((update) => Y.applyUpdate(other, update)))
  }
  return edits
}

const start = Date.now() - DAYS * 86_400_000
const recordings: number[] = []
for (let session = 0; session < SESSIONS; session++) {
  await appendUpdates(db, new Map([[fileId, makeEdits(Math.round(EDITS / SESSIONS))]]))
  const now = start + ((session + 1) * DAYS * 86_400_000) / SESSIONS
  const began = performance.now()
  await recordVersion(db, fileId, { reason: 'session' }, { now })
  recordings.push(performance.now() - began)
}

const tables = ['documents', 'document_updates', 'document_versions']
console.log('| table | rows | bytes with indexes |\n| --- | ---: | ---: |')
for (const table of tables) {
  await sql.raw(`vacuum full ${table}`).execute(db)
  const { rows } = await sql<{ bytes: number; rows: number }>`
    select pg_total_relation_size(${table}) as bytes, (select count(*) from ${sql.table(table)}) as rows`.execute(
    db,
  )
  console.log(`| ${table} | ${rows[0]!.rows} | ${kib(rows[0]!.bytes)} |`)
}
const versions = await db
  .selectFrom('documentVersions')
  .select(['id', 'bytes', 'length', 'baseId'])
  .orderBy('number')
  .execute()
const mean = (list: number[]) => list.reduce((sum, value) => sum + value, 0) / (list.length || 1)
const [whole, against] = [true, false].map((isWhole) =>
  versions.filter(({ baseId }) => (baseId === null) === isWhole).map(({ bytes }) => bytes),
)
const document = documents[0]!
console.log(`
text ${kib(document.getText(CONTENT).length)}, Yjs state ${kib(Y.encodeStateAsUpdate(document).byteLength)}
versions made ${SESSIONS}, kept ${versions.length}: ${whole!.length} whole of ${kib(mean(whole!))}, ${against!.length} as differences of ${kib(mean(against!))}`)

async function time(what: string, work: () => Promise<unknown>) {
  const times: number[] = []
  for (let round = 0; round < 11; round++) {
    const began = performance.now()
    await work()
    times.push(performance.now() - began)
  }
  console.log(`${what}: p50 ${Math.round(times.sort((a, b) => a - b)[5]!)} ms`)
}
recordings.sort((a, b) => a - b)
console.log(
  `make a version: p50 ${Math.round(recordings[SESSIONS / 2]!)} ms, longest ${Math.round(recordings.at(-1)!)} ms, in a thread`,
)
const actor = { id: people[0]!, role: 'admin' as const }
const file = { slug: projectId, fileId }
const [oldest, newest] = [versions[0]!.id, versions.at(-1)!.id]
const neighbour = versions.at(-2)!.id
await time('list 50', () => listVersions({ db }, actor, file, { page: 1, limit: 50 }))
await time('read one', () => readVersion({ db }, actor, { ...file, versionId: neighbour }))
await time('compare neighbours', () =>
  diffVersions({ db }, actor, { ...file, from: neighbour, to: newest }, { context: 3 }),
)
await time('compare first and last', () =>
  diffVersions({ db }, actor, { ...file, from: oldest, to: newest }, { context: 3 }),
)
await close()
