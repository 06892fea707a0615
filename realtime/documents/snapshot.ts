// What is stored of a document: a snapshot, and the journal rows after it. Reading, creating, compacting.
import { sql } from 'kysely'
import * as Y from 'yjs'
import type { Db, Trx } from '../../db/database.ts'
import { notFound } from '../../protocol/errors.ts'
import { CONTENT } from '../../protocol/names.ts'
import { digest, type Digest } from './digest.ts'
import type { Edit } from './journal.ts'
import type { Row } from './ledger.ts'

export interface Stored {
  /** seq of the newest row that is in `rows` */
  seq: number
  snapshotSeq: number
  /** seq of the newest version, 0 without one */
  versionSeq: number
  /** The snapshot and who wrote it, if they are newer than what was asked for */
  snapshot: Uint8Array | null
  ledger: Uint8Array | null
  rows: Row[]
}

/** All that Yjs needs, in order. */
export const updatesOf = ({ snapshot, rows }: Pick<Stored, 'snapshot' | 'rows'>) => [
  ...(snapshot ? [snapshot] : []),
  ...rows.map(({ update }) => update),
]

/** Bytes of rows that are read at once: an embedded database serves nobody else meanwhile. */
const PAGE_BYTES = 256 * 1024
/** How often a compaction may come in between. */
const ATTEMPTS = 5

/**
 * Reads what came after `after`.
 * @returns undefined when the file is gone
 */
export async function readDocument(db: Db, fileId: string, after = 0): Promise<Stored | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const head = await readHead(db, fileId, after)
    if (!head) return undefined
    const { lastSeq: seq, versionSeq, ...rest } = head
    const from = Math.max(after, head.snapshotSeq)
    const rows = await readRows(db, fileId, from, seq)
    // A compaction deletes rows once there is a snapshot that has them.
    if (rows.length === Math.max(0, seq - from))
      return { seq, versionSeq: versionSeq ?? 0, rows, ...rest }
  }
  throw new Error(`the journal of file ${fileId} has holes after ${after}`)
}

const readHead = (db: Db, fileId: string, after: number) =>
  db
    .selectFrom('documents')
    .select((eb) => [
      'lastSeq',
      'snapshotSeq',
      eb.case().when('snapshotSeq', '>', after).then(eb.ref('snapshot')).end().as('snapshot'),
      eb.case().when('snapshotSeq', '>', after).then(eb.ref('ledger')).end().as('ledger'),
      eb
        .selectFrom('documentVersions')
        .select((inner) => inner.fn.max('seq').as('seq'))
        .whereRef('fileId', '=', 'documents.fileId')
        .as('versionSeq'),
    ])
    .where('fileId', '=', fileId)
    .executeTakeFirst()

/** Those after `from`, up to `to`, as far as they are there. */
async function readRows(db: Db, fileId: string, from: number, to: number): Promise<Row[]> {
  const rows: Row[] = []
  for (let last = from; last < to;) {
    const rest = db
      .selectFrom('documentUpdates')
      .select(['seq', 'update', 'userId'])
      .select(sql<number>`sum(octet_length("update")) over (order by seq)`.as('total'))
      .select(sql<number>`octet_length("update")`.as('size'))
      .where('fileId', '=', fileId)
      .where('seq', '>', last)
      .where('seq', '<=', to)
      .as('rest')
    const page = await db
      .selectFrom(rest)
      .select(['seq', 'update', 'userId'])
      .where((eb) => eb(eb('total', '-', eb.ref('size')), '<', PAGE_BYTES))
      .orderBy('seq')
      .execute()
    rows.push(...page)
    last = page.at(-1)?.seq ?? to
  }
  return rows
}

/** Runs `use` on a document that holds the updates, and frees it. */
function withDocument<Result>(updates: Uint8Array[], use: (document: Y.Doc) => Result): Result {
  const document = new Y.Doc()
  try {
    document.transact(() => {
      for (const update of updates) Y.applyUpdate(document, update)
    })
    return use(document)
  } finally {
    document.destroy()
  }
}

export const withContent = <Result>(updates: Uint8Array[], use: (content: Y.Text) => Result) =>
  withDocument(updates, (document) => use(document.getText(CONTENT)))

export const textOf = (updates: Uint8Array[]) => withContent(updates, (content) => content.toJSON())

/**
 * Makes a file's document, in the transaction that makes the file. The text is the first journal row, so that every
 * node which loads it gets the same structs and nothing is there twice.
 * @param userId whose text it is
 */
export async function createDocument(
  trx: Trx,
  fileId: string,
  text: string,
  userId: string | null = null,
) {
  const update = withDocument([], (document) => {
    // Half of a surrogate pair cannot be encoded.
    document.getText(CONTENT).insert(0, text.toWellFormed())
    return Y.encodeStateAsUpdate(document)
  })
  const rows = text === '' ? [] : [{ fileId, seq: 1, update, userId }]
  await trx.insertInto('documents').values({ fileId, lastSeq: rows.length }).execute()
  if (rows.length > 0) await trx.insertInto('documentUpdates').values(rows).execute()
}

/**
 * Appends a row, unless there are other rows than those up to `seq`.
 * @returns the newest seq that there is now, and whether it is this row's
 * @throws AppError NOT_FOUND
 */
export function appendAfter(db: Db, fileId: string, seq: number, edit: Edit) {
  return db.transaction().execute(async (trx) => {
    const head = await trx
      .selectFrom('documents')
      .select('lastSeq')
      .where('fileId', '=', fileId)
      .forUpdate()
      .executeTakeFirst()
    if (!head) throw notFound('File')
    if (head.lastSeq !== seq) return { lastSeq: head.lastSeq, isAppended: false }
    const next = seq + 1
    await trx.updateTable('documents').set({ lastSeq: next }).where('fileId', '=', fileId).execute()
    await trx
      .insertInto('documentUpdates')
      .values({ fileId, seq: next, ...edit })
      .execute()
    return { lastSeq: next, isAppended: true }
  })
}

/**
 * Merges the rows into the snapshot and deletes them. Merging happens before the lock is taken; rows that are
 * appended meanwhile have higher seqs and stay, and a snapshot that another node made meanwhile wins.
 * @returns the seq of the snapshot that there is now
 */
export async function compactDocument(db: Db, fileId: string, minRows = 1): Promise<number> {
  const stored = await readDocument(db, fileId)
  if (!stored) return 0
  if (stored.seq - stored.snapshotSeq < minRows) return stored.snapshotSeq
  return saveSnapshot(db, fileId, stored, await digest(stored))
}

/** @param made of what was `stored` */
export function saveSnapshot(
  db: Db,
  fileId: string,
  { seq, snapshotSeq }: Pick<Stored, 'seq' | 'snapshotSeq'>,
  { snapshot, ledger }: Pick<Digest, 'snapshot' | 'ledger'>,
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const head = await trx
      .updateTable('documents')
      .set({ snapshot, snapshotSeq: seq, ledger })
      .where('fileId', '=', fileId)
      .where('snapshotSeq', '=', snapshotSeq)
      .executeTakeFirst()
    if (head.numUpdatedRows === 0n) return snapshotSeq
    await trx
      .deleteFrom('documentUpdates')
      .where('fileId', '=', fileId)
      .where('seq', '<=', seq)
      .execute()
    return seq
  })
}
