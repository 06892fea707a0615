// Many documents as they are stored, in one look.
import { sql } from 'kysely'
import type { Db } from '../../db/database.ts'
import { textOf } from './snapshot.ts'

export interface StoredUpdates {
  /** seq of the newest row */
  seq: number
  /** All that Yjs needs, in order */
  updates: Uint8Array[]
}

/** @returns by file; nothing of those that are gone */
export async function readStored(
  db: Db,
  fileIds: readonly string[],
): Promise<Map<string, StoredUpdates>> {
  if (fileIds.length === 0) return new Map()
  // One statement sees one moment: a compaction in between deletes no rows that an older snapshot lacks.
  const rows = await db
    .selectFrom('documents')
    .leftJoin('documentUpdates as row', (join) =>
      join
        .onRef('row.fileId', '=', 'documents.fileId')
        .onRef('row.seq', '>', 'documents.snapshotSeq'),
    )
    .select((eb) => [
      'documents.fileId',
      'lastSeq',
      'row.seq',
      'row.update',
      // Once, and not with every row.
      eb
        .case()
        .when(
          eb.or([
            eb('row.seq', 'is', null),
            eb('row.seq', '=', eb('documents.snapshotSeq', '+', 1)),
          ]),
        )
        .then(eb.ref('snapshot'))
        .end()
        .as('snapshot'),
    ])
    .where('documents.fileId', '=', sql<string>`any(${fileIds}::uuid[])`)
    .orderBy('documents.fileId')
    .orderBy('row.seq')
    .execute()
  const stored = new Map<string, StoredUpdates>()
  for (const { fileId, lastSeq, snapshot, update } of rows) {
    const entry = stored.get(fileId) ?? { seq: lastSeq, updates: [] }
    stored.set(fileId, entry)
    if (snapshot) entry.updates.push(snapshot)
    if (update) entry.updates.push(update)
  }
  return stored
}

/** @returns by file; nothing of those that are gone */
export async function readStoredTexts(
  db: Db,
  fileIds: readonly string[],
): Promise<Map<string, string>> {
  const stored = await readStored(db, fileIds)
  return new Map([...stored].map(([fileId, { updates }]) => [fileId, textOf(updates)]))
}
