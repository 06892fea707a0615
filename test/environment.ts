// vitest's global set-up: one real PostgreSQL and one real Redis for the whole run, on free ports of loopback, in
// a temporary directory. TEST_DATABASE_URL and TEST_REDIS_URL name running ones instead.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { findPostgresBinaries, findProgram } from './programs.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser's address of an empty server; null: PostgreSQL is not to be had here */
    postgresUrl: string | null
    redisUrl: string | null
  }
}

export default async function setup(project: TestProject) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-test-'))
  const children: ChildProcess[] = []
  const teardown = async () => {
    await Promise.all(children.map((child) => stop(child)))
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    project.provide('postgresUrl', await startPostgres(directory, children))
    project.provide('redisUrl', await startRedis(children))
  } catch (error) {
    await teardown()
    throw error
  }
  return teardown
}

async function startPostgres(directory: string, children: ChildProcess[]) {
  if (process.env['TEST_DATABASE_URL']) return process.env['TEST_DATABASE_URL']
  const binaries = findPostgresBinaries()
  if (!binaries) return null
  // PostgreSQL refuses to run as root.
  const account = process.getuid?.() === 0 ? findAccount('postgres', 'nobody') : undefined
  if (account) chownSync(directory, account.uid, account.gid)
  const data = path.join(directory, 'postgres')
  const options = { ...account, cwd: directory }
  const init = spawnSync(
    path.join(binaries, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { ...options, encoding: 'utf8' },
  )
  if (init.status !== 0) throw new Error(`initdb failed: ${init.stderr}`)
  const port = await freePort()
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${directory}`,
  ]
  const child = spawn(
    path.join(binaries, 'postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting]), '-c', 'max_connections=200'],
    { ...options, stdio: 'ignore' },
  )
  children.push(child)
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await until(async () => {
    const client = new pg.Client(url)
    await client.connect()
    await client.end()
  })
  return url
}

async function startRedis(children: ChildProcess[]) {
  if (process.env['TEST_REDIS_URL']) return process.env['TEST_REDIS_URL']
  const program = findProgram('redis-server')
  if (!program) return null
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  children.push(spawn(program, args, { stdio: 'ignore' }))
  const url = `redis://127.0.0.1:${port}`
  await until(async () => {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.ping()
    } finally {
      client.disconnect()
    }
  })
  return url
}

function findAccount(...names: string[]) {
  for (const name of names) {
    const [uid, gid] = ['-u', '-g'].map((flag) => {
      const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' })
      return status === 0 ? Number(stdout) : undefined
    })
    if (uid !== undefined && gid !== undefined) return { uid, gid }
  }
  throw new Error(
    `PostgreSQL cannot run as root, and there is none of the accounts ${names.join(', ')}`,
  )
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function until(attempt: () => Promise<void>) {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      if (tries === 150) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

async function stop(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  // To PostgreSQL: stop at once, without waiting for clients.
  child.kill('SIGINT')
  await gone
}
