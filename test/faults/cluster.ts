// Three nodes on a Redis and a PostgreSQL of their own, with a proxy of ours on every line: what may break.
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { startProxy } from '../proxy.ts'
import { spawnServer, type ServerProcess } from '../server.ts'
import { preparePostgres, prepareRedis, type Service } from '../services.ts'

export type Cluster = Awaited<ReturnType<typeof openCluster>>
export type Node = Cluster['nodes'][number]
export type Machine = Awaited<ReturnType<typeof runService>>

const NODES = 3
const isAlive = (child: ChildProcess) => child.exitCode === null && child.signalCode === null

/** A service that is stopped, paused and started again. */
async function runService(service: Service, paused: (child: ChildProcess) => Promise<number[]>) {
  let child = await service.start()
  let stopped: number[] = []
  const goOn = () => {
    for (const pid of stopped.splice(0).reverse()) {
      try {
        process.kill(pid, 'SIGCONT')
      } catch {
        // It ended meanwhile.
      }
    }
  }
  const end = async (signal: NodeJS.Signals) => {
    goOn()
    if (!isAlive(child)) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }
  return {
    url: service.url,
    end,
    async start() {
      goOn()
      if (!isAlive(child)) child = await service.start()
    },
    /** SIGSTOP to all its processes. */
    async pause() {
      stopped = await paused(child)
    },
    goOn,
  }
}

const stop = (pid: number) => process.kill(pid, 'SIGSTOP')

/** PostgreSQL is many processes, each in a session of its own: it knows them itself. */
const pausePostgres = (url: string) => async (child: ChildProcess) => {
  const client = new pg.Client(url)
  client.on('error', () => undefined)
  await client.connect()
  // The first one makes the others.
  stop(child.pid!)
  const { rows } = await client.query<{ pid: number }>(
    'select pid from pg_stat_activity where pid <> pg_backend_pid()',
  )
  const pids = rows.map(({ pid }) => pid)
  pids.forEach(stop)
  await client.end()
  return [child.pid!, ...pids]
}
const pauseRedis = (child: ChildProcess) => {
  stop(child.pid!)
  return Promise.resolve([child.pid!])
}

/** @throws when Redis or PostgreSQL is not to be had here */
export async function openCluster(settings: NodeJS.ProcessEnv = {}) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-faults-'))
  const [postgresService, redisService] = [await preparePostgres(directory), await prepareRedis()]
  if (!postgresService || !redisService) throw new Error('PostgreSQL and Redis are needed')
  const postgres = await runService(postgresService, pausePostgres(postgresService.url))
  const redis = await runService(redisService, pauseRedis)

  async function openNode(n: number) {
    const toPostgres = await startProxy(postgres.url)
    const toRedis = await startProxy(redis.url)
    let server: ServerProcess
    const front = await startProxy('http://127.0.0.1:9')
    const start = async () => {
      server = await spawnServer({
        PORT: '0',
        DATABASE_URL: toPostgres.url,
        REDIS_URL: toRedis.url,
        JWT_EXPIRES_IN: '12h',
        LOG_LEVEL: 'fatal',
        DATA_DIR: path.join(directory, 'data'),
        MEDIA_PORT_MIN: String(21_100 + n * 20),
        MEDIA_PORT_MAX: String(21_110 + n * 20),
        MEDIA_WORKERS: '1',
        ...settings,
      })
      front.retarget(server.url)
    }
    await start()
    return {
      n,
      /** Where its clients reach it, also after it was started anew */
      url: front.url.replace(/\/$/, ''),
      /** Where it listens itself */
      direct: () => server.url,
      front,
      toPostgres,
      toRedis,
      isAlive: () => isAlive(server.child),
      output: () => server.output(),
      signal: (signal: NodeJS.Signals) => server.child.kill(signal),
      end: (signal: NodeJS.Signals) => server.kill(signal),
      /** Starts it anew if it is gone, and lets it go on if it was paused. */
      async start() {
        server.child.kill('SIGCONT')
        if (!isAlive(server.child)) await start()
      },
    }
  }
  const opening = Promise.all(Array.from({ length: NODES }, (_, n) => openNode(n)))
  const nodes = await opening.catch(async (error: unknown) => {
    await Promise.all([postgres.end('SIGQUIT'), redis.end('SIGKILL')])
    rmSync(directory, { recursive: true, force: true })
    throw error
  })
  const proxies = nodes.flatMap(({ front, toPostgres, toRedis }) => [front, toPostgres, toRedis])

  return {
    postgres,
    redis,
    nodes,
    async flushRedis() {
      const client = new Redis(redis.url)
      await client.flushall()
      client.disconnect()
    },
    /** Everything runs and every line is good, whatever a scenario left. */
    async heal() {
      await Promise.all([postgres.start(), redis.start()])
      for (const proxy of proxies) proxy.slow({})
      for (const proxy of proxies.filter(({ isFrozen }) => isFrozen())) proxy.thaw()
      await Promise.all(nodes.map((node) => node.start()))
    },
    async close() {
      for (const node of nodes) node.signal('SIGCONT')
      await Promise.all(nodes.filter((node) => node.isAlive()).map((node) => node.end('SIGKILL')))
      await Promise.all(proxies.map((proxy) => proxy.cut()))
      await Promise.all([postgres.end('SIGQUIT'), redis.end('SIGKILL')])
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
