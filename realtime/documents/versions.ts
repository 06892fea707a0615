// Versions of a file: made from what the database has, so that any node can make them at any time, at most one for each
// state of the journal.
import { v7 as uuid } from 'uuid'
import type { Db, Trx } from '../../db/database.ts'
import type { VersionReason } from '../../db/tables/documents.ts'
import { digest, type Digest } from './digest.ts'
import { compress, decodeContent, decompress, encodeContent, type Content } from './packing.ts'
import { thinVersions, type RetentionLimits } from './retention.ts'
import { readDocument, saveSnapshot, type Stored } from './snapshot.ts'

/** Versions that are kept as what differs from one of them. */
const MAX_DEPENDENTS = 32
/** As many are given another base at once, when theirs goes: each is unpacked and packed again. */
const MAX_REPACKED = 4
/** Of that one's size; beyond, the next one is kept whole. */
const WORTH_A_BASE = 0.6
/** Another node may make one in the same moment. */
const ATTEMPTS = 5

export interface VersionWish {
  reason: VersionReason
  /** Who asked for it */
  userId?: string
  restoredFrom?: number
}

export interface RecordOptions {
  /** Milliseconds */
  now?: number
  limits?: RetentionLimits | undefined
}

const headColumns = [
  'id',
  'number',
  'seq',
  'reason',
  'name',
  'authors',
  'bytes',
  'baseId',
  'createdAt',
] as const
const selectHeads = (db: Db | Trx, fileId: string) =>
  db.selectFrom('documentVersions').select(headColumns).where('fileId', '=', fileId)
type Head = Awaited<ReturnType<ReturnType<typeof selectHeads>['executeTakeFirstOrThrow']>>

/** @returns undefined when there is no such version any more */
async function readRaw(db: Db | Trx, id: string): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('documentVersions as version')
    .leftJoin('documentVersions as base', 'base.id', 'version.baseId')
    .select(['version.content', 'base.content as base'])
    .where('version.id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  return decompress(row.content, row.base ? await decompress(row.base) : undefined)
}

/** @returns undefined when there is no such version any more */
export async function readContent(db: Db | Trx, id: string): Promise<Content | undefined> {
  const raw = await readRaw(db, id)
  return raw && decodeContent(raw)
}

/** What the database has of the file now. @returns undefined when the file is gone */
export async function readCurrent(db: Db, fileId: string): Promise<Content | undefined> {
  const stored = await readDocument(db, fileId)
  return stored && digest(stored)
}

/** Packs against the whole version before, if that saves something. */
async function pack(db: Db, raw: Uint8Array, newest: Head | undefined) {
  const baseId = newest && (newest.baseId ?? newest.id)
  const base = baseId === undefined ? undefined : await readRaw(db, baseId)
  if (base && baseId !== undefined) {
    const { dependents, bytes } = await db
      .selectFrom('documentVersions')
      .select((eb) => [
        eb.fn.countAll<number>().filterWhere('baseId', '=', baseId).as('dependents'),
        eb.fn.sum<number>('bytes').filterWhere('id', '=', baseId).as('bytes'),
      ])
      .where((eb) => eb.or([eb('id', '=', baseId), eb('baseId', '=', baseId)]))
      .executeTakeFirstOrThrow()
    const { packed, isAgainst } = await compress(raw, base)
    if (isAgainst && dependents < MAX_DEPENDENTS && packed.byteLength < bytes * WORTH_A_BASE)
      return { content: packed, baseId }
  }
  return { content: (await compress(raw)).packed, baseId: null }
}

/** Deletes what is due; versions that were kept as what differs from one of those get another base. */
async function thin(trx: Trx, heads: Head[], now: number, limits: RetentionLimits | undefined) {
  const dependents = Map.groupBy(heads, ({ baseId }) => baseId)
  const needs = (id: string) => (dependents.get(id)?.length ?? 0) > MAX_REPACKED
  const kept = heads.map((head) => ({ ...head, isNeeded: needs(head.id) }))
  const gone = thinVersions(kept, now, limits)
  if (gone.length === 0) return
  const ids = new Set(gone.map(({ id }) => id))
  for (const { id, baseId } of gone) {
    const [first, ...others] = heads.filter((head) => head.baseId === id && !ids.has(head.id))
    if (baseId !== null || !first) continue
    const whole = await readRaw(trx, first.id)
    const rest = await Promise.all(others.map((head) => readRaw(trx, head.id)))
    await repack(trx, first.id, null, whole)
    for (const [index, head] of others.entries())
      await repack(trx, head.id, { id: first.id, raw: whole }, rest[index])
  }
  await passAuthorsOn(trx, heads, ids)
  await trx
    .deleteFrom('documentVersions')
    .where('id', 'in', [...ids])
    .execute()
}

/** Their work is in the next version that stays. */
async function passAuthorsOn(trx: Trx, heads: Head[], gone: Set<string>) {
  let passed: string[] = []
  for (const { id, authors } of heads) {
    const all = [...new Set([...passed, ...authors])]
    if (!gone.has(id) && all.length > authors.length)
      await trx
        .updateTable('documentVersions')
        .set({ authors: JSON.stringify(all) })
        .where('id', '=', id)
        .execute()
    passed = gone.has(id) ? all : []
  }
}

async function repack(
  trx: Trx,
  id: string,
  base: { id: string; raw: Uint8Array | undefined } | null,
  raw: Uint8Array | undefined,
) {
  if (!raw) return
  const { packed, isAgainst } = await compress(raw, base?.raw)
  await trx
    .updateTable('documentVersions')
    .set({
      content: packed,
      bytes: packed.byteLength,
      baseId: isAgainst && base ? base.id : null,
    })
    .where('id', '=', id)
    .execute()
}

/** @returns the version; undefined when another node was faster */
async function insertVersion(
  db: Db,
  fileId: string,
  { seq }: Stored,
  made: Digest,
  newest: Head | undefined,
  { reason, userId, restoredFrom }: VersionWish,
  { now = Date.now(), limits }: RecordOptions,
): Promise<string | undefined> {
  const { content, baseId } = await pack(db, encodeContent(made), newest)
  const id = uuid()
  return db.transaction().execute(async (trx) => {
    // Whoever makes a version waits here for whoever does it at the same time.
    const heads = await selectHeads(trx, fileId).orderBy('number').forUpdate().execute()
    const last = heads.at(-1)
    if ((last?.seq ?? -1) >= seq || (baseId !== null && !heads.some((head) => head.id === baseId)))
      return undefined
    const inserted = await trx
      .insertInto('documentVersions')
      .values({
        id,
        fileId,
        number: (last?.number ?? 0) + 1,
        seq,
        reason,
        restoredFrom: restoredFrom ?? null,
        authors: JSON.stringify(made.workers),
        length: made.text.length,
        content,
        baseId,
        bytes: content.byteLength,
        createdBy: userId ?? null,
        createdAt: new Date(now).toISOString(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning(headColumns)
      .executeTakeFirst()
    if (!inserted) return undefined
    await thin(trx, [...heads, inserted], now, limits)
    return id
  })
}

export interface Recorded {
  id: string
  /** Whether it is of this wish; else it is another's that has this text already */
  isNew: boolean
  /** Of the document, encoded; known where something was made, and before a restore */
  state?: Uint8Array
}

/**
 * Makes a version of what the database has now, and saves the snapshot with it.
 * @returns undefined when the file is gone, and when nobody ever wrote into it and a session ended
 */
export async function recordVersion(
  db: Db,
  fileId: string,
  wish: VersionWish,
  options: RecordOptions = {},
): Promise<Recorded | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const head = await db
      .selectFrom('documents')
      .select('lastSeq')
      .where('fileId', '=', fileId)
      .executeTakeFirst()
    const newest = await selectHeads(db, fileId).orderBy('number', 'desc').executeTakeFirst()
    if (!head || (head.lastSeq === 0 && wish.reason === 'session')) return undefined
    const isKept = newest !== undefined && newest.seq >= head.lastSeq
    if (isKept && wish.reason !== 'before_restore') return keepLonger(db, newest.id, wish)
    const stored = await readDocument(db, fileId)
    if (!stored) return undefined
    const made = await digest(stored)
    const state = made.snapshot
    if (newest?.seq === stored.seq) return { ...(await keepLonger(db, newest.id, wish)), state }
    const isSame = newest && (await readContent(db, newest.id))?.text === made.text
    const id = isSame
      ? await moveVersion(db, fileId, newest.id, stored.seq)
      : await insertVersion(db, fileId, stored, made, newest, wish, options)
    if (id === undefined) continue
    if (stored.rows.length > 0) await saveSnapshot(db, fileId, stored, made)
    return isSame ? { ...(await keepLonger(db, id, wish)), state } : { id, isNew: true, state }
  }
  throw new Error('other nodes made versions all the time')
}

/** A session's version that somebody relies on is thinned later. */
async function keepLonger(
  db: Db,
  id: string,
  { reason, userId, restoredFrom }: VersionWish,
): Promise<Recorded> {
  if (reason === 'session') return { id, isNew: false }
  const { numUpdatedRows } = await db
    .updateTable('documentVersions')
    .set({ reason, createdBy: userId ?? null, restoredFrom: restoredFrom ?? null })
    .where('id', '=', id)
    .where('reason', '=', 'session')
    .executeTakeFirst()
  return { id, isNew: numUpdatedRows > 0n }
}

/** Written and taken back: the version is that of the newer state, too. */
function moveVersion(db: Db, fileId: string, id: string, seq: number): Promise<string | undefined> {
  return db.transaction().execute(async (trx) => {
    // Waits for whoever makes one, which only the next statement sees.
    await selectHeads(trx, fileId).orderBy('number').forUpdate().execute()
    const newest = await selectHeads(trx, fileId).orderBy('number', 'desc').executeTakeFirst()
    if (newest?.id !== id || newest.seq >= seq) return undefined
    await trx.updateTable('documentVersions').set({ seq }).where('id', '=', id).execute()
    return id
  })
}
