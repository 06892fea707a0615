// How long somebody waits who opens a file that was edited a hundred thousand times and is in nobody's memory.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import * as encoding from 'lib0/encoding'
import pg from 'pg'
import * as Y from 'yjs'
import type { Services } from '../servers.ts'
import { openClient } from './client.ts'
import { startBare, startOwn, type Target } from './targets.ts'

const ROUNDS = 3
const PATIENCE = 60_000
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Typing in bursts of some twenty characters here and there, one of ten a deletion; always the same. */
function writeHistory(operations: number) {
  let seed = 42
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
  const document = new Y.Doc()
  const text = document.getText('content')
  const updates: Uint8Array[] = []
  document.on('update', (update: Uint8Array) => updates.push(update))
  let cursor = 0
  while (updates.length < operations) {
    if (random(20) === 0) cursor = random(text.length + 1)
    if (random(10) === 0 && cursor > 0) text.delete((cursor -= 1), 1)
    else text.insert(cursor++, random(6) === 0 ? ' ' : String.fromCharCode(97 + random(26)))
  }
  return { updates, text: text.toJSON() }
}

/** Milliseconds from asking for the connection until all of the document is there. */
async function timeOpening({ wire, ports, tokens }: Target, name: string, text: string) {
  const start = performance.now()
  const done = Promise.withResolvers<Uint8Array>()
  const place = { wire, port: ports[0] ?? 0, name, token: tokens[0] ?? '' }
  const client = await openClient(place, { onUpdate: (update) => done.resolve(update.slice()) })
  const update = await done.promise
  const time = performance.now() - start
  client.close()
  const document = new Y.Doc()
  Y.applyUpdate(document, update)
  if (document.getText('content').toJSON() !== text) throw new Error(`${name} is another text`)
  await pause(500)
  return time
}

async function median(run: () => Promise<number>) {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) times.push(await run())
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN
}

/** @returns milliseconds by what there is to load from */
export async function measureLoading(services: Services, operations: number) {
  const { updates, text } = writeHistory(operations)
  const encoder = encoding.createEncoder()
  for (const update of updates) encoding.writeVarUint8Array(encoder, update)
  const file = path.join(services.directory, 'journal')
  writeFileSync(file, encoding.toUint8Array(encoder))
  const bare = await startBare('hocuspocus', file)
  const replayed = await median(() => timeOpening(bare, 'document', text))
  await bare.close()

  const own = await startOwn(services, { nodes: 1, database: 'PostgreSQL' })
  const [name = ''] = await own.createDocuments(1)
  const fileId = name.slice('file:'.length)
  const db = new pg.Client(own.databaseUrl)
  await db.connect()
  await db.query(
    'insert into document_updates (file_id, seq, update) select $1, place, row from unnest($2::bytea[]) with ordinality as r(row, place)',
    [fileId, updates.map((update) => Buffer.from(update))],
  )
  await db.query('update documents set last_seq = $2 where file_id = $1', [fileId, operations])
  // Nobody's file has such a journal: it is merged every few hundred rows.
  const journal = await timeOpening(own, name, text)
  const compacted = async () =>
    (await db.query('select from documents where file_id = $1 and snapshot_seq > 0', [fileId]))
      .rowCount === 1
  for (const start = Date.now(); !(await compacted()); await pause(50))
    if (Date.now() - start > PATIENCE) throw new Error('the journal was never compacted')
  const snapshot = await median(() => timeOpening(own, name, text))
  await db.end()
  await own.close()
  return { replayed, journal, snapshot, length: text.length }
}
