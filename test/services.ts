// The services that tests and benchmarks stand on, real ones, on free ports of loopback.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import path from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { findPostgresBinaries, findProgram } from './programs.ts'

/** A service of a test's own, which it may stop, and start again where it was. */
export interface Service {
  url: string
  /** Resolves when it answers. */
  start(): Promise<ChildProcess>
}

/** @returns a superuser's address; null: PostgreSQL is not to be had here */
export async function startPostgres(directory: string, children: ChildProcess[]) {
  const service = await preparePostgres(directory)
  if (service) children.push(await service.start())
  return service?.url ?? null
}

/** An empty PostgreSQL, not started; null: not to be had here */
export async function preparePostgres(directory: string): Promise<Service | null> {
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
    'max_connections=200',
  ]
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  return {
    url,
    async start() {
      const child = spawn(path.join(binaries, 'postgres'), args, {
        ...options,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      await until(child, async () => {
        const client = new pg.Client(url)
        await client.connect()
        await client.end()
      })
      return child
    },
  }
}

/** @returns its address; null: Redis is not to be had here */
export async function startRedis(children: ChildProcess[]) {
  const service = await prepareRedis()
  if (service) children.push(await service.start())
  return service?.url ?? null
}

/** An empty Redis, not started; null: not to be had here */
export async function prepareRedis(): Promise<Service | null> {
  const program = findProgram('redis-server')
  if (!program) return null
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const url = `redis://127.0.0.1:${port}`
  return {
    url,
    async start() {
      const child = spawn(program, args, { stdio: 'ignore' })
      await until(child, async () => {
        const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
        client.on('error', () => undefined)
        try {
          await client.connect()
          await client.ping()
        } finally {
          client.disconnect()
        }
      })
      return child
    },
  }
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

/**
 * A port that nobody listens on now, and that no connection gets for its own end: systems give those from 32,768 on. Else
 * whoever tries to reach a service that was killed could be in the way when it comes back.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 22_000)
    const server = createServer().listen(port, '127.0.0.1')
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}

const PATIENCE = 60_000

/** Ends the service when it does not come up. @throws Error with what it said last */
async function until(child: ChildProcess, attempt: () => Promise<void>) {
  const deadline = performance.now() + PATIENCE
  let said = ''
  child.stderr
    ?.setEncoding('utf8')
    .on('data', (text: string) => (said = (said + text).slice(-2_000)))
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (performance.now() > deadline || child.exitCode !== null) {
        child.kill('SIGKILL')
        throw new Error(`${child.spawnfile} does not come up: ${said}`, { cause: error })
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

export async function stop(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  // To PostgreSQL: stop at once, without waiting for clients.
  child.kill('SIGINT')
  await gone
}
