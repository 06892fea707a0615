// PGlite with what a server needs: durable commits, one process per directory, a fast first start.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import manifest from '../package.json' with { type: 'json' }
import { lockDirectory } from './lock.ts'
import { parsers, serializers } from './types.ts'

/** Without `-F` (no fsync), and with the method that our fsync below implements. */
const startParams = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'fsync=on',
  '-c',
  'wal_sync_method=fsync',
]

/** PGlite's file system on Node has no fsync operation, so PostgreSQL's fsync(2) does nothing. Give it one. */
function makeDurable(pglite: PGlite) {
  const { Module } = pglite as unknown as {
    Module: { FS: { filesystems: { NODEFS?: { stream_ops: Record<string, unknown> } } } }
  }
  const operations = Module.FS.filesystems.NODEFS?.stream_ops
  if (!operations) throw new Error('PGlite has no NODEFS: its commits cannot be made durable')
  operations['fsync'] = (stream: { nfd?: number }) => {
    if (stream.nfd !== undefined) fs.fdatasyncSync(stream.nfd)
    return 0
  }
}

const cacheHome = () => process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache')
const templateFile = () =>
  path.join(
    cacheHome(),
    'openlaunch',
    `pglite-${manifest.dependencies['@electric-sql/pglite']}.tar.gz`,
  )

/** initdb takes seconds; its result is the same everywhere, so it is kept for the next installation. */
async function readTemplate(): Promise<Blob | undefined> {
  try {
    return new Blob([await fs.promises.readFile(templateFile())])
  } catch {
    return undefined
  }
}

async function writeTemplate(pglite: PGlite) {
  const file = templateFile()
  const dump = await pglite.dumpDataDir('gzip')
  await fs.promises.mkdir(path.dirname(file), { recursive: true })
  await fs.promises.writeFile(`${file}.${process.pid}`, new Uint8Array(await dump.arrayBuffer()))
  await fs.promises.rename(`${file}.${process.pid}`, file)
}

async function create(options: PGliteOptions, isNew: boolean) {
  const template = isNew ? await readTemplate() : undefined
  const settings = { ...options, parsers, serializers, startParams, extensions: { pg_trgm } }
  const pglite = await PGlite.create(template ? { ...settings, loadDataDir: template } : settings)
  // Only a saving: where the cache cannot be written, the next new directory takes the long way again.
  if (isNew && !template) await writeTemplate(pglite).catch(() => undefined)
  return pglite
}

/** Kysely closes it too, and a second close throws. */
const closeOnce = async (pglite: PGlite) => {
  if (!pglite.closed) await pglite.close()
}

/**
 * PostgreSQL ends itself where it cannot write, such as on a full disk. PGlite does not: whoever asks it anything
 * afterwards waits for a lock that nobody gives back, in a loop that blocks the whole process.
 */
function tellWhenBroken(pglite: PGlite, onBroken: () => void) {
  const { Module } = pglite as unknown as { Module: { onAbort?: () => void } }
  Module.onAbort = onBroken
}

/**
 * Opens the embedded database below `dataDir`, or a volatile one in memory for tests.
 * @param onBroken told before anything else runs: the process must end here and now
 * @throws Error when another process has the directory
 */
export async function openEmbedded(
  dataDir: string,
  onBroken: () => void,
): Promise<{
  pglite: PGlite
  close(): Promise<void>
}> {
  if (dataDir === 'memory://') {
    const pglite = await create({}, true)
    return { pglite, close: () => closeOnce(pglite) }
  }
  fs.mkdirSync(dataDir, { recursive: true })
  const unlock = await lockDirectory(dataDir)
  try {
    const directory = path.join(dataDir, 'postgres')
    // Written last: a directory without it is one whose first start was cut off, before anything was in it.
    const complete = path.join(dataDir, 'postgres.complete')
    const isNew = !fs.existsSync(complete)
    if (isNew) fs.rmSync(directory, { recursive: true, force: true })
    const pglite = await create({ dataDir: directory }, isNew)
    makeDurable(pglite)
    tellWhenBroken(pglite, onBroken)
    if (isNew) fs.writeFileSync(complete, '')
    return { pglite, close: () => closeOnce(pglite).finally(unlock) }
  } catch (error) {
    unlock()
    throw error
  }
}
