// A database of its own for each test file that wants PostgreSQL.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'

/** Creates an empty database on the test server. Drop it when done. */
export async function createPostgresDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = inject('postgresUrl')
  if (!server) throw new Error('PostgreSQL is not to be had here: skip this test')
  const name = `test_${randomBytes(6).toString('hex')}`
  const run = async (statement: string) => {
    const client = new pg.Client(server)
    await client.connect()
    try {
      await client.query(statement)
    } finally {
      await client.end()
    }
  }
  await run(`create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => run(`drop database if exists ${name} with (force)`) }
}

/** The same inside one test, dropped at its end. */
export async function useFreshPostgres(): Promise<string> {
  const { url, drop } = await createPostgresDatabase()
  onTestFinished(drop)
  return url
}
