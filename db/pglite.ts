// PGlite with what a server needs: durable commits, a fast first start, an end where it cannot write.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import manifest from '../package.json' with { type: 'json' }

/** Without `-F` (no fsync), and with the method that our fsync below implements. */
const startParams = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'fsync=on',
  '-c',
  'wal_sync_method=fsync',
]

interface Inside {
  FS: { filesystems: { NODEFS?: { stream_ops: Record<string, unknown> } } }
  onAbort?: () => void
}
const inside = (pglite: PGlite) => (pglite as unknown as { Module: Inside }).Module

/** PGlite's file system on Node has no fsync operation, so PostgreSQL's fsync(2) does nothing. Give it one. */
function makeDurable(pglite: PGlite) {
  const operations = inside(pglite).FS.filesystems.NODEFS?.stream_ops
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

export interface PgliteOptions {
  /** Where its files are; without it, it is in memory */
  directory: string | undefined
  /** Whether nothing is there yet */
  isNew: boolean
  /**
   * PostgreSQL ends itself where it cannot write, such as on a full disk. PGlite does not: whoever asks it anything
   * afterwards waits for a lock that nobody gives back, in a loop that blocks the whole thread.
   */
  onBroken: () => void
}

export async function createPglite({ directory, isNew, onBroken }: PgliteOptions) {
  const template = isNew ? await readTemplate() : undefined
  const pglite = await PGlite.create({
    ...(directory !== undefined && { dataDir: directory }),
    ...(template && { loadDataDir: template }),
    startParams,
    extensions: { pg_trgm },
  })
  // Only a saving: where the cache cannot be written, the next new directory takes the long way again.
  if (isNew && !template) await writeTemplate(pglite).catch(() => undefined)
  if (directory !== undefined) makeDurable(pglite)
  inside(pglite).onAbort = onBroken
  return pglite
}
