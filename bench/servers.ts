// Servers under load, each a process of its own; ours with people in a project.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { startPostgres, startRedis, stop as stopService } from '../test/services.ts'

export interface Services {
  postgresUrl: string
  redisUrl: string
  /** For embedded databases */
  directory: string
}

export interface Own {
  ports: number[]
  /** Access tokens of the people */
  tokens: string[]
  projectId: string
  slug: string
  children: ChildProcess[]
  /** Of PostgreSQL, if it has that */
  databaseUrl: string | undefined
  close(): Promise<void>
}

const PEOPLE = 50

/** Runs the parts that were asked for by name, or all, with PostgreSQL and Redis beside them. */
export async function runParts(parts: Record<string, (services: Services) => Promise<void>>) {
  const wanted = process.argv.slice(2)
  const directory = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-bench-'))
  const children: ChildProcess[] = []
  try {
    const postgresUrl = await startPostgres(directory, children)
    const redisUrl = await startRedis(children)
    if (!postgresUrl || !redisUrl) throw new Error('PostgreSQL and Redis must be installed')
    const { model } = os.cpus()[0] ?? {}
    const load = os.loadavg().map((n) => n.toFixed(1))
    console.log(
      `${os.cpus().length} cores, ${model}; Node ${process.version}; load average ${load.join(', ')}`,
    )
    for (const [name, run] of Object.entries(parts))
      if (wanted.length === 0 || wanted.includes(name))
        await run({ postgresUrl, redisUrl, directory })
  } finally {
    await Promise.all(children.map((child) => stopService(child)))
    rmSync(directory, { recursive: true, force: true })
  }
}

/** @param script of this folder; prints `ready :<port>` when it listens */
export async function start(script: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const own = process.env['BENCH_FLAGS']?.split(' ') ?? []
  const flags = [...process.execArgv, '--expose-gc', ...own]
  const child = spawn(
    process.execPath,
    [...flags, path.join(import.meta.dirname, script), ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { ...process.env, ...env },
    },
  )
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      const found = /ready :(\d+)/.exec(chunk.toString())?.[1]
      if (found) resolve(Number(found))
    })
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)))
  })
  return { child, port }
}

export async function stop(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}

export interface OwnOptions {
  nodes: 1 | 2
  database: 'PGlite' | 'PostgreSQL'
  /** Messages per transaction of the chat; as many as wait, without it */
  batch?: number
  /** Those who have tokens; 50 without it */
  people?: number
  /** People of the project who never come; PostgreSQL only */
  absent?: number
}

export async function startOwn(
  services: Services,
  { nodes, database, batch, absent, people: count = PEOPLE }: OwnOptions,
): Promise<Own> {
  const name = `bench_${randomBytes(4).toString('hex')}`
  const dataDir = path.join(services.directory, name)
  const env: NodeJS.ProcessEnv = {
    PORT: '0',
    HOST: '127.0.0.1',
    AUTH_RATE_LIMIT: '100000',
    DATA_DIR: dataDir,
    ...(nodes > 1 && { REDIS_URL: services.redisUrl }),
  }
  if (database === 'PostgreSQL') {
    await admin(services.postgresUrl, `create database ${name}`)
    env['DATABASE_URL'] = new URL(`/${name}`, services.postgresUrl).href
  }
  const args = batch === undefined ? [] : [String(batch)]
  const started: Awaited<ReturnType<typeof start>>[] = []
  for (let node = 0; node < nodes; node += 1) started.push(await start('node.ts', args, env))
  const [first] = started
  if (!first) throw new Error('no node')
  const people = await populate(first.port, count)
  if (absent && env['DATABASE_URL']) await addPeople(env['DATABASE_URL'], people.projectId, absent)
  return {
    ...people,
    databaseUrl: env['DATABASE_URL'],
    ports: started.map(({ port }) => port),
    children: started.map(({ child }) => child),
    async close() {
      for (const { child } of started) await stop(child)
      rmSync(dataDir, { recursive: true, force: true })
      if (database === 'PostgreSQL')
        await admin(services.postgresUrl, `drop database ${name} with (force)`)
    },
  }
}

async function admin(url: string, statement: string) {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(statement)
  await client.end()
}

async function addPeople(url: string, projectId: string, count: number) {
  const people = `select gen_random_uuid() as id, 'absent-' || n as name from generate_series(1, ${count}) n`
  await admin(
    url,
    `with people as materialized (${people}),
    u as (insert into users (id, username, email) select id, name, name || '@example.com' from people),
    p as (insert into user_profiles (id, user_id) select id, id from people)
    insert into project_members (id, project_id, user_id, role)
    select id, '${projectId}', id, 'contributor' from people`,
  )
}

/** Asks a server of ours for something over REST. */
export async function post(port: number, where: string, body: object, token = '') {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1${where}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${where}: ${await response.text()}`)
  return ((await response.json()) as { data: { token: string; id: string; slug: string } }).data
}

/** People, and a project that all of them are in. */
async function populate(port: number, count: number) {
  const tokens: string[] = []
  for (let n = 0; n < count; n += 1) {
    const username = `user-${randomBytes(4).toString('hex')}`
    const account = {
      username,
      email: `${username}@example.com`,
      password: 'correct horse battery',
    }
    tokens.push((await post(port, '/auth/register', account)).token)
  }
  const [owner, ...others] = tokens
  const { id: projectId, slug } = await post(port, '/projects', { name: 'Bench' }, owner)
  for (const token of others)
    await post(port, `/projects/${slug}/members`, { role: 'member' }, token)
  return { tokens, projectId, slug }
}

/** Processor time so far, in seconds, and resident memory, in KiB. Linux. */
export function usage({ pid }: ChildProcess) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  // utime and stime in ticks of 10 ms: proc(5)
  return { seconds: (Number(fields[11]) + Number(fields[12])) / 100, resident: Number(resident) }
}

/** Of a server's process, after a collection of garbage: what its heap and buffers hold, in KiB. */
export function held(child: ChildProcess): Promise<number> {
  child.send('memory')
  return new Promise((resolve) => child.once('message', (bytes) => resolve(Number(bytes) / 1_024)))
}
