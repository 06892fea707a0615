// Where the binary is kept, outside node_modules so that `npm ci` does not throw it away, and whether it runs.
import { execFile } from 'node:child_process'
import { open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { messageOf, type Environment } from './command.ts'

export interface WorkerCache {
  folder: string
  binary: string
  logFile: string
  lockFile: string
}

/** The installed npm package mediasoup. Its exports hide package.json, hence the way over its main file. */
export async function findMediasoup() {
  const main = createRequire(import.meta.url).resolve('mediasoup')
  const folder = path.resolve(path.dirname(main), '../..')
  const manifest: unknown = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'))
  const { version } = manifest as { version: string }
  return { folder, version }
}

export async function locateCache(
  env: Environment,
  platform: string,
  version: string,
): Promise<WorkerCache> {
  const home = env['HOME'] || os.homedir()
  const root = env['XDG_CACHE_HOME'] || path.join(home, '.cache')
  const key = [version, platform, process.arch]
  if (platform === 'linux') key.push(await readLibc())
  const folder = path.join(root, 'openlaunch', 'mediasoup-worker', key.join('-'))
  return {
    folder,
    binary: path.join(folder, binaryName(platform)),
    logFile: path.join(folder, 'prepare.log'),
    lockFile: path.join(folder, 'lock'),
  }
}

export const binaryName = (platform: string) =>
  platform === 'win32' ? 'mediasoup-worker.exe' : 'mediasoup-worker'

/** The libc of this Node, which stands in its ELF header as the path of the loader. */
async function readLibc() {
  const node = await open(process.execPath)
  try {
    const { buffer } = await node.read(Buffer.alloc(2048))
    return buffer.includes('/ld-musl-') ? 'musl' : 'glibc'
  } finally {
    await node.close()
  }
}

/** The worker ends with this code when it is started without its environment (worker/src/main.cpp). */
const startedWithoutEnvironment = 41

/** @returns what is wrong with the binary, or null when it runs on this machine */
export function findFault(binary: string) {
  const answer = new Promise<string | null>((resolve) => {
    execFile(binary, { env: {}, timeout: 10_000 }, (error, _stdout, stderr) => {
      if (error?.code === startedWithoutEnvironment) resolve(null)
      else if (error?.code === 'ENOENT') resolve('there is no such file')
      else if (error?.code === 'EACCES') resolve('it is not an executable file')
      else
        resolve(
          stderr.trim().split('\n')[0] ||
            `it is not a mediasoup worker (${error?.message ?? 'exit code 0'})`,
        )
    })
  })
  // Some errors come as an answer, others (ENOTDIR) are thrown by the call.
  return answer.catch(messageOf)
}

/**
 * Moves a binary into the cache, if it runs.
 * @param binary on the cache's file system, or the move is not atomic
 * @returns what is wrong with it, or null
 */
export async function keepBinary(binary: string, cache: WorkerCache) {
  const fault = await findFault(binary)
  if (fault === null) await rename(binary, cache.binary)
  return fault
}

/** Folders to work in, inside the cache's, begin with this. */
export const workPrefix = 'work-'

/** Removes the folders of processes that were killed: whoever holds the lock is alone. */
export async function removeLeftovers(cache: WorkerCache) {
  for (const name of await readdir(cache.folder)) {
    if (name.startsWith(workPrefix)) await rm(path.join(cache.folder, name), { recursive: true })
  }
}
