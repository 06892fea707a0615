// One contract for both databases.
import fs, { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { NO_MIGRATIONS } from 'kysely/migration'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { v7 as uuid } from 'uuid'
import { kinds, openKind } from '../test/databases.ts'
import { useFreshPostgres } from '../test/postgres.ts'
import { useProxy } from '../test/proxy.ts'
import { asUnavailable, isUniqueViolation, openDatabase } from './database.ts'
import { createMigrator } from './migrate.ts'

describe.each(kinds)('$name', (kind) => {
  const database = openKind(kind)

  test('both databases give a type as the same value', async () => {
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
    expect(row).toEqual({ fileId, seq: 1, update, userId: null })
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

  test('the schema goes down and up again, with what is in it', async () => {
    const { db } = database
    const migrator = createMigrator(db)
    const tables = async () => (await db.introspection.getTables()).length
    const before = await tables()
    const [user, project, channel] = [uuid(), uuid(), uuid()]
    expect((await migrator.migrateTo('0001_foundation')).error).toBeUndefined()
    await sql`insert into users (id, email, username) values (${user}, 'old@navy.mil', 'old')`.execute(
      db,
    )
    await sql`insert into projects (id, name, slug) values (${project}, 'Old', 'old')`.execute(db)
    await sql`insert into channels (id, project_id, name, last_seq) values (${channel}, ${project}, 'general', 1)`.execute(
      db,
    )
    await sql`insert into messages (id, channel_id, seq, author_id, message, nonce)
      values (${uuid()}, ${channel}, 1, ${user}, 'written before', 'n')`.execute(db)
    for (const file of ['README.md', 'src/app/main.ts', 'src/app/b.ts'])
      await sql`insert into files (id, project_id, path) values (${uuid()}, ${project}, ${file})`.execute(
        db,
      )
    expect((await migrator.migrateToLatest()).error).toBeUndefined()
    const files = db.selectFrom('files').leftJoin('files as above', 'above.id', 'files.parentId')
    const tree = await files
      .select(['files.path', 'files.kind', 'above.path as folder'])
      .where('files.projectId', '=', project)
      .orderBy('files.path')
      .execute()
    expect(tree).toEqual([
      { path: 'README.md', kind: 'text', folder: null },
      { path: 'src', kind: 'folder', folder: null },
      { path: 'src/app', kind: 'folder', folder: 'src' },
      { path: 'src/app/b.ts', kind: 'text', folder: 'src/app' },
      { path: 'src/app/main.ts', kind: 'text', folder: 'src/app' },
    ])
    const message = await db
      .selectFrom('messages')
      .select(['rev', 'createdRev', 'message'])
      .executeTakeFirst()
    expect(message).toEqual({ rev: 1, createdRev: 1, message: 'written before' })
    expect((await migrator.migrateTo('0003_former')).error).toBeUndefined()
    const { rows } = await sql<{
      path: string
    }>`select path from files where project_id = ${project} order by path`.execute(db)
    expect(rows.map(({ path }) => path)).toEqual(['README.md', 'src/app/b.ts', 'src/app/main.ts'])
    expect((await migrator.migrateTo(NO_MIGRATIONS)).error).toBeUndefined()
    expect(await tables()).toBe(0)
    expect((await migrator.migrateToLatest()).error).toBeUndefined()
    expect(await tables()).toBe(before)
  })
})

describe.skipIf(!inject('postgresUrl'))('PostgreSQL that goes away', () => {
  const useDatabase = async (silenceMs = 8_000) => {
    const proxy = await useProxy(await useFreshPostgres())
    const database = await openDatabase({ url: proxy.url, dataDir: 'unused', silenceMs })
    onTestFinished(() => database.close())
    return { proxy, ...database }
  }
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => asUnavailable(error)?.code,
    )

  test('is told as UNAVAILABLE, whatever was under way, and is used again when it is back', async () => {
    const { db, ping, proxy } = await useDatabase()
    const begun = Promise.withResolvers<void>()
    const isCut = Promise.withResolvers<void>()
    const sleeping = failure(sql`select pg_sleep(60)`.execute(db))
    // Between two statements, nobody waits for the connection: its end must not end the process.
    const inTransaction = failure(
      db.transaction().execute(async (trx) => {
        await sql`select 1`.execute(trx)
        begun.resolve()
        await isCut.promise
        await sql`select 1`.execute(trx)
      }),
    )
    await begun.promise
    await proxy.cut()
    expect(await sleeping).toBe('UNAVAILABLE')
    isCut.resolve()
    expect(await inTransaction).toBe('UNAVAILABLE')
    expect(await failure(ping())).toBe('UNAVAILABLE')
    await proxy.restore()
    await ping()
  })

  test('is told as UNAVAILABLE where it ends a connection itself', async () => {
    const { db } = await useDatabase()
    const ended = failure(sql`select pg_terminate_backend(pg_backend_pid())`.execute(db))
    expect(await ended).toBe('UNAVAILABLE')
  })

  test('[E1] is told as UNAVAILABLE when it answers nothing and refuses nothing', async () => {
    const { db, ping, proxy } = await useDatabase(500)
    const begun = Promise.withResolvers<void>()
    const isHeld = Promise.withResolvers<void>()
    const inTransaction = failure(
      db.transaction().execute(async (trx) => {
        await sql`select 1`.execute(trx)
        begun.resolve()
        await isHeld.promise
        await sql`select 1`.execute(trx)
      }),
    )
    await begun.promise
    proxy.hold()
    isHeld.resolve()
    expect(await inTransaction).toBe('UNAVAILABLE')
    proxy.release()
    await ping()
  })

  test('[E1] one dead connection shows that the others are: none is tried after it', async () => {
    const { db, ping, proxy } = await useDatabase(500)
    await Promise.all([1, 2, 3, 4, 5].map(() => sql`select pg_sleep(0.2)`.execute(db)))
    // The others are idle for longer than they may be silent, which is no reason to look on them no more.
    for (let n = 0; n < 3; n++) await sql`select pg_sleep(0.3)`.execute(db)
    proxy.hold()
    expect(await failure(ping())).toBe('UNAVAILABLE')
    // New ones are not held.
    expect(await failure(ping())).toBeUndefined()
  })

  test('is told from everything else that fails', async () => {
    const { db } = await useDatabase()
    const failed = await sql`select 1 / 0`.execute(db).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(Error)
    const missing = await fs.promises.readFile('nowhere').catch((error: unknown) => error)
    for (const error of [failed, missing, new Error('no'), null, undefined, 'text'])
      expect(asUnavailable(error)).toBeUndefined()
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
    const first = await openDatabase({ dataDir })
    const lock = path.join(dataDir, 'openlaunch.lock')
    const [pid, , namespace] = fs.readFileSync(lock, 'utf8').split(' ')
    await first.close()
    // Our own pid with another time of start: as if the system had given the pid out again.
    fs.writeFileSync(lock, `${pid} 1 ${namespace}`)
    const database = await openDatabase({ dataDir })
    await expect(database.ping()).resolves.toBeUndefined()
    await database.close()
    expect(fs.existsSync(lock)).toBe(false)
  })

  test('a lock of another container holds while it is touched, and no longer', async () => {
    const dataDir = useDirectory()
    const lock = path.join(dataDir, 'openlaunch.lock')
    // Process 1 runs here too, and means nothing there.
    fs.writeFileSync(lock, '1 1 another/pid:[1]')
    const touching = setInterval(() => fs.utimesSync(lock, new Date(), new Date()), 500)
    onTestFinished(() => clearInterval(touching))
    await expect(openDatabase({ dataDir })).rejects.toThrow('in use by process 1.')
    clearInterval(touching)
    const database = await openDatabase({ dataDir })
    await expect(database.ping()).resolves.toBeUndefined()
    await database.close()
  })

  test('has one connection, which is counted while it is in use', async () => {
    const { db, connections, close } = await openDatabase({ dataDir: 'memory://' })
    onTestFinished(close)
    expect(connections()).toBe(0)
    await db.transaction().execute(() => Promise.resolve(expect(connections()).toBe(1)))
    expect(connections()).toBe(0)
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
