// The servers under load: ours, and what it is compared with.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import type { Wire } from './client.ts'

export interface Target {
  wire: Wire
  ports: number[]
  tokens: string[]
  projectId: string
  children: ChildProcess[]
  close(): Promise<void>
}

export interface Services {
  postgresUrl: string
  redisUrl: string
  /** For embedded databases */
  directory: string
}

const PEOPLE = 50

async function start(script: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(
    process.execPath,
    ['--expose-gc', path.join(import.meta.dirname, script), ...args],
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

async function stop(child: ChildProcess) {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}

export async function startBare(wire: Wire): Promise<Target> {
  const { child, port } = await start('bare.ts', [wire])
  const projectId = '01234567-0123-7123-8123-0123456789ab'
  return {
    wire,
    ports: [port],
    tokens: [''],
    projectId,
    children: [child],
    close: () => stop(child),
  }
}

export interface OwnOptions {
  nodes: 1 | 2
  database: 'PGlite' | 'PostgreSQL'
  /** Messages per transaction; as many as wait, without it */
  batch?: number
  /** People of the project who never come; PostgreSQL only */
  absent?: number
}

export async function startOwn(
  services: Services,
  { nodes, database, batch, absent }: OwnOptions,
): Promise<Target> {
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
  const { tokens, projectId } = await populate(`http://127.0.0.1:${first.port}/api/v1`)
  if (absent && env['DATABASE_URL']) await addPeople(env['DATABASE_URL'], projectId, absent)
  return {
    wire: 'socket.io',
    ports: started.map(({ port }) => port),
    tokens,
    projectId,
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

/** People, and a project that all of them are in. */
async function populate(api: string) {
  const post = async (path: string, body: object, token = '') => {
    const response = await fetch(`${api}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
    return ((await response.json()) as { data: { token: string; id: string; slug: string } }).data
  }
  const tokens: string[] = []
  for (let n = 0; n < PEOPLE; n += 1) {
    const username = `user-${randomBytes(4).toString('hex')}`
    const account = {
      username,
      email: `${username}@example.com`,
      password: 'correct horse battery',
    }
    tokens.push((await post('/auth/register', account)).token)
  }
  const [owner, ...others] = tokens
  const { id: projectId, slug } = await post('/projects', { name: 'Bench' }, owner)
  for (const token of others) await post(`/projects/${slug}/members`, { role: 'member' }, token)
  return { tokens, projectId }
}

/** Processor time so far, in seconds, and resident memory, in KiB. Linux. */
export function usage({ pid }: ChildProcess) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  // utime and stime in ticks of 10 ms: proc(5)
  return { seconds: (Number(fields[11]) + Number(fields[12])) / 100, resident: Number(resident) }
}
