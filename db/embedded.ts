// The embedded database: PGlite in a thread of its own, so that only those wait for its disk who ask it something; one
// process per directory.
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import pg from 'pg'
import type { EmbeddedWork } from './embedded.thread.ts'
import { lockDirectory } from './lock.ts'
import { ThreadWire } from './wire.ts'

export interface Embedded {
  pool: pg.Pool
  /** Once the pool has ended */
  close(): Promise<void>
}

export interface EmbeddedOptions {
  types: pg.CustomTypesConfig
  /** Told what was wrong, where that is known, before it is gone */
  onError: (error: Error) => void
  /** It is gone, such as on a full disk: the process has to end */
  onBroken: () => void
}

/**
 * Opens the embedded database below `dataDir`, or a volatile one in memory for tests.
 * @throws Error when another process has the directory
 */
export async function openEmbedded(dataDir: string, options: EmbeddedOptions): Promise<Embedded> {
  if (dataDir === 'memory://') return startThread({ directory: undefined, isNew: true }, options)
  fs.mkdirSync(dataDir, { recursive: true })
  const unlock = await lockDirectory(dataDir)
  try {
    const directory = path.join(dataDir, 'postgres')
    // Written last: a directory without it is one whose first start was cut off, before anything was in it.
    const complete = path.join(dataDir, 'postgres.complete')
    const isNew = !fs.existsSync(complete)
    if (isNew) fs.rmSync(directory, { recursive: true, force: true })
    const { pool, close } = await startThread({ directory, isNew }, options)
    try {
      if (isNew) fs.writeFileSync(complete, '')
    } catch (error) {
      await close()
      throw error
    }
    let closing: Promise<void> | undefined
    // Once: by the second time, somebody else may hold the lock.
    return { pool, close: () => (closing ??= close().finally(unlock)) }
  } catch (error) {
    unlock()
    throw error
  }
}

async function startThread(
  workerData: EmbeddedWork,
  { types, onError, onBroken }: EmbeddedOptions,
): Promise<Embedded> {
  const thread = new Worker(new URL('./embedded.thread.ts', import.meta.url), { workerData })
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
  await Promise.race([
    once(thread, 'message'),
    exited.then(() => {
      throw new Error('The embedded database ended while it started')
    }),
  ])
  thread.on('error', (error) => onError(error as Error)).once('exit', onBroken)
  const pool = new pg.Pool({
    // PGlite is one session.
    max: 1,
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    types,
    // Whatever PGSSLMODE and PGSSLNEGOTIATION say: they are of another database.
    ssl: false,
    sslnegotiation: 'postgres',
    stream: () => new ThreadWire(thread),
  })
  return {
    pool,
    async close() {
      thread.off('exit', onBroken).postMessage('end')
      await exited
    },
  }
}
