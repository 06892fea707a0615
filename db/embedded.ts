// The embedded database: PGlite in a thread of its own, so that nobody waits for its disk but who asked; one process
// per directory.
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

/**
 * Opens the embedded database below `dataDir`, or a volatile one in memory for tests.
 * @param onBroken it could not write, and is gone: the process has to end
 * @throws Error when another process has the directory
 */
export async function openEmbedded(
  dataDir: string,
  types: pg.CustomTypesConfig,
  onBroken: () => void,
): Promise<Embedded> {
  if (dataDir === 'memory://')
    return startThread({ directory: undefined, isNew: true }, types, onBroken)
  fs.mkdirSync(dataDir, { recursive: true })
  const unlock = await lockDirectory(dataDir)
  try {
    const directory = path.join(dataDir, 'postgres')
    // Written last: a directory without it is one whose first start was cut off, before anything was in it.
    const complete = path.join(dataDir, 'postgres.complete')
    const isNew = !fs.existsSync(complete)
    if (isNew) fs.rmSync(directory, { recursive: true, force: true })
    const { pool, close } = await startThread({ directory, isNew }, types, onBroken)
    if (isNew) fs.writeFileSync(complete, '')
    return { pool, close: () => close().finally(unlock) }
  } catch (error) {
    unlock()
    throw error
  }
}

async function startThread(
  workerData: EmbeddedWork,
  types: pg.CustomTypesConfig,
  onBroken: () => void,
): Promise<Embedded> {
  const thread = new Worker(new URL('./embedded.thread.ts', import.meta.url), { workerData })
  await once(thread, 'message')
  thread.once('exit', onBroken)
  const pool = new pg.Pool({
    // PGlite is one session.
    max: 1,
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    types,
    // Whatever PGSSLMODE says: that is of another database.
    ssl: false,
    stream: () => new ThreadWire(thread),
  })
  return {
    pool,
    async close() {
      const ended = once(thread, 'exit')
      thread.off('exit', onBroken).postMessage('end')
      await ended
    },
  }
}
