// What the embedded database is, besides being PostgreSQL.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openEmbedded } from './embedded.ts'
import { createPglite } from './pglite.ts'

async function open() {
  const onBroken = () => process.abort()
  const { types } = pg
  const embedded = await openEmbedded('memory://', {
    types,
    onError: process.emitWarning,
    onBroken,
  })
  onTestFinished(async () => {
    await embedded.pool.end()
    await embedded.close()
  })
  return embedded.pool
}

// Not in its thread, where nobody could look on.
test('a commit is on disk before it is reported: fsync is called', async () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'openlaunch-db-'))
  onTestFinished(() => fs.rmSync(directory, { recursive: true, force: true }))
  const pglite = await createPglite({ directory, isNew: true, onBroken: () => process.abort() })
  onTestFinished(() => pglite.close())
  await pglite.exec('create table secrets (name text)')
  const sync = vi.spyOn(fs, 'fdatasyncSync')
  onTestFinished(() => sync.mockRestore())
  await pglite.query('insert into secrets values ($1)', ['k'])
  expect(sync).toHaveBeenCalled()
})

test('a client that leaves in the middle of a transaction takes nothing with it', async () => {
  const pool = await open()
  const count = async () => (await pool.query('select from secrets')).rowCount
  await pool.query('create table secrets (name text)')
  const client = await pool.connect()
  await client.query('begin')
  await client.query("insert into secrets values ('k')")
  client.release(true)
  expect(await count()).toBe(0)
  await pool.query("insert into secrets values ('k')")
  expect(await count()).toBe(1)
})

test('an error in the middle of a statement leaves the session as it was', async () => {
  const pool = await open()
  const divide = (by: number) => pool.query<{ n: number }>('select 8 / $1::int as n', [by])
  await expect(divide(0)).rejects.toMatchObject({ code: '22012' })
  expect((await divide(2)).rows).toEqual([{ n: 4 }])
  const text = 'x'.repeat(5_000_000)
  expect((await pool.query<{ text: string }>('select $1 as text', [text])).rows[0]?.text).toBe(text)
})

test('answers are not kept in its thread', async () => {
  const pool = await open()
  const read = () => pool.query('select repeat($1, 4000000) as text', ['x'])
  for (let n = 0; n < 10; n++) await read()
  const before = process.memoryUsage().rss
  for (let n = 0; n < 100; n++) await read()
  // Of 400 MB that were answered.
  expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000)
})
