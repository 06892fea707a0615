// One contract for both databases.
import fs, { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { v7 as uuid } from 'uuid'
import { createPostgresDatabase } from '../test/postgres.ts'
import {
  isUniqueViolation,
  openDatabase,
  type DatabaseOptions,
  type OpenDatabase,
} from './database.ts'
import { createMigrator } from './migrate.ts'

const openPglite = () => Promise.resolve({ dataDir: 'memory://' })
const openPostgres = async () => {
  const { url, drop } = await createPostgresDatabase()
  return { url, dataDir: 'unused', drop }
}
const kinds = [
  { name: 'PGlite', open: openPglite },
  // The test command has said so when PostgreSQL is not to be had.
  ...(inject('postgresUrl') ? [{ name: 'PostgreSQL', open: openPostgres }] : []),
]

describe.each(kinds)('$name', ({ open }) => {
  let database: OpenDatabase
  let options: DatabaseOptions & { drop?: () => Promise<void> }
  beforeAll(async () => {
    options = await open()
    database = await openDatabase(options)
  })
  afterAll(async () => {
    await database.close()
    await options.drop?.()
  })

  test('both drivers read a type into the same value', async () => {
    const { rows } = await sql<Record<string, unknown>>`
      select 9007199254740991::int8 as big, count(*) as count, 7::int4 as small, '\\x00ff'::bytea as bytes,
        timestamptz '2026-11-23 10:00:00.25+02' as at, '{"aKey":[1,"x"]}'::jsonb as json, true as flag,
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid as id, null::text as nothing
    `.execute(database.db)
    expect(rows[0]).toEqual({
      big: 9007199254740991,
      count: 1,
      small: 7,
      bytes: new Uint8Array([0, 255]),
      at: '2026-11-23T08:00:00.250Z',
      json: { aKey: [1, 'x'] },
      flag: true,
      id: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      nothing: null,
    })
  })

  test('bytes, lists and times come back as they went in', async () => {
    const { db } = database
    const userId = uuid()
    await db.insertInto('users').values({ id: userId, email: 'a@b.co', username: 'ada' }).execute()
    const profile = await db
      .insertInto('userProfiles')
      .values({ id: uuid(), userId, skills: JSON.stringify(['C', 'Ada']) })
      .returningAll()
      .executeTakeFirstOrThrow()
    expect(profile.skills).toEqual(['C', 'Ada'])
    expect(profile.interests).toEqual([])
    expect(profile.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)

    const projectId = uuid()
    const fileId = uuid()
    await db.insertInto('projects').values({ id: projectId, name: 'P', slug: 'p' }).execute()
    await db.insertInto('files').values({ id: fileId, projectId, path: 'a' }).execute()
    await db.insertInto('documents').values({ fileId }).execute()
    const update = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    await db.insertInto('documentUpdates').values({ fileId, seq: 1, update }).execute()
    const row = await db.selectFrom('documentUpdates').selectAll().executeTakeFirstOrThrow()
    expect(row).toEqual({ fileId, seq: 1, update })
  })

  test('emails and usernames are unique whatever their case', async () => {
    const add = (email: string, username: string) =>
      database.db.insertInto('users').values({ id: uuid(), email, username }).execute()
    await add('grace@navy.mil', 'grace')
    const error = await add('GRACE@navy.mil', 'other').catch((reason: unknown) => reason)
    expect(isUniqueViolation(error)).toBe(true)
    await expect(add('other@navy.mil', 'Grace')).rejects.toSatisfy(isUniqueViolation)
  })

  test('a failed transaction leaves nothing behind', async () => {
    const { db } = database
    const attempt = db.transaction().execute(async (trx) => {
      await trx.insertInto('secrets').values({ name: 'k', value: 'v' }).execute()
      throw new Error('no')
    })
    await expect(attempt).rejects.toThrow('no')
    expect(await db.selectFrom('secrets').selectAll().execute()).toEqual([])
  })

  test('the schema goes down and up again', async () => {
    const migrator = createMigrator(database.db)
    const tables = async () => (await database.db.introspection.getTables()).length
    const before = await tables()
    expect((await migrator.migrateDown()).error).toBeUndefined()
    expect(await tables()).toBe(0)
    expect((await migrator.migrateToLatest()).error).toBeUndefined()
    expect(await tables()).toBe(before)
  })
})

describe('the embedded directory', () => {
  const useDirectory = () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-db-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    return directory
  }

  test('is refused while another has it, with a sentence that says what to do', async () => {
    const dataDir = useDirectory()
    const first = await openDatabase({ dataDir })
    await expect(openDatabase({ dataDir })).rejects.toThrow(
      `in use by process ${process.pid}. Stop that process, or set DATA_DIR`,
    )
    await first.close()
    const second = await openDatabase({ dataDir })
    await second.close()
  })

  test('a lock that a killed process left behind does not hold', async () => {
    const dataDir = useDirectory()
    // Our own pid with another time of start: as if the system had given the pid out again.
    fs.writeFileSync(path.join(dataDir, 'openlaunch.lock'), `${process.pid} 1`)
    const database = await openDatabase({ dataDir })
    await expect(database.ping()).resolves.toBeUndefined()
    await database.close()
  })

  test('a commit is on disk before it is reported: fsync is called', async () => {
    const database = await openDatabase({ dataDir: useDirectory() })
    onTestFinished(() => database.close())
    const sync = vi.spyOn(fs, 'fdatasyncSync')
    onTestFinished(() => sync.mockRestore())
    await database.db.insertInto('secrets').values({ name: 'k', value: 'v' }).execute()
    expect(sync).toHaveBeenCalled()
  })

  test('keeps what was written when it is opened again', async () => {
    const dataDir = useDirectory()
    const first = await openDatabase({ dataDir })
    await first.db.insertInto('secrets').values({ name: 'k', value: 'v' }).execute()
    await first.close()
    const second = await openDatabase({ dataDir })
    onTestFinished(() => second.close())
    expect(await second.db.selectFrom('secrets').selectAll().execute()).toEqual([
      { name: 'k', value: 'v' },
    ])
  })
})
