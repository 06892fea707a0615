// Gets the media worker's binary without the user's help: MEDIASOUP_WORKER_BIN, else the cache, else mediasoup's
// prebuilt download, else a compile. All of it in the background; the server starts meanwhile.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { WorkerStatus, WorkerStep } from '../../protocol/worker.ts'
import {
  findFault,
  findMediasoup,
  keepBinary,
  locateCache,
  removeLeftovers,
  workPrefix,
  type WorkerCache,
} from './cache.ts'
import { messageOf, type Environment } from './command.ts'
import { compileWorker } from './compile.ts'
import { downloadWorker } from './download.ts'
import { takeLock } from './lock.ts'
import { providePackages } from './packages.ts'

export interface WorkerBinaryOptions {
  /** The environment of the server; its PATH, HOME, XDG_CACHE_HOME and MEDIASOUP_… are used */
  env: Environment
  log?: Record<'info' | 'warn', (message: string) => void>
  /** Aborting is the same as close() */
  signal?: AbortSignal
  platform?: string
  /** Only root has packages installed */
  isRoot?: boolean
  downloadAnswerWithinMs?: number
}

export interface WorkerBinary {
  status(): WorkerStatus
  /** @returns a function that ends the listening */
  onChange(listener: (status: WorkerStatus) => void): () => void
  /** The path of a binary that runs. Rejects with an error for the operator, with paths; may be left unhandled. */
  ready: Promise<string>
  /** Ends what is still being prepared, child processes included. */
  close(): Promise<void>
}

/** The status is for everybody; where files lie on the server is for its operator. */
const withoutPaths = (text: string) =>
  text.replace(/\. Log: \S+$/, '').replaceAll(/(?<![\w:/.])\/[^\s,;:()'"]+/g, '…')

type Tell = (step: WorkerStep, message: string, progress?: number) => void

interface Preparation {
  env: Environment
  platform: string
  isRoot: boolean
  downloadAnswerWithinMs: number
  signal: AbortSignal
  status: () => WorkerStatus
  tell: Tell
}

export function createWorkerBinary(options: WorkerBinaryOptions): WorkerBinary {
  const closing = new AbortController()
  const listeners = new Set<(status: WorkerStatus) => void>()
  let status: WorkerStatus = {
    state: 'preparing',
    step: 'download',
    progress: null,
    message: 'Looking for the media worker',
  }
  const change = (next: WorkerStatus) => {
    status = next
    for (const listener of listeners) listener(next)
  }
  const tell: Tell = (step, message, progress) => {
    const isNews = status.state !== 'preparing' || status.message !== message
    change({ state: 'preparing', step, progress: progress ?? null, message })
    if (isNews) options.log?.info(message)
  }
  const signal = options.signal ? AbortSignal.any([options.signal, closing.signal]) : closing.signal
  const ready = prepare({
    env: options.env,
    platform: options.platform ?? process.platform,
    isRoot: options.isRoot ?? process.getuid?.() === 0,
    downloadAnswerWithinMs: options.downloadAnswerWithinMs ?? 25_000,
    signal,
    status: () => status,
    tell,
  }).then(
    (path) => {
      change({ state: 'ready' })
      return path
    },
    (error: unknown) => {
      const reason = signal.aborted
        ? 'The preparation of the media worker was stopped'
        : messageOf(error)
      change({ state: 'unavailable', reason: withoutPaths(reason) })
      if (!signal.aborted) options.log?.warn(reason)
      throw new Error(reason, { cause: error })
    },
  )
  ready.catch(() => {})
  return {
    status: () => status,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    ready,
    async close() {
      closing.abort()
      await ready.catch(() => {})
    },
  }
}

async function prepare(preparation: Preparation) {
  const { env, platform, signal, status, tell } = preparation
  const given = env['MEDIASOUP_WORKER_BIN']
  if (given) return checkGiven(given)
  const mediasoup = await findMediasoup()
  const cache = await locateCache(env, platform, mediasoup.version)
  if ((await findFault(cache.binary)) === null) return cache.binary
  signal.throwIfAborted()
  await mkdir(cache.folder, { recursive: true }).catch((error: unknown) => {
    throw new Error(
      `The media worker needs a place to be kept: ${messageOf(error)}. Set XDG_CACHE_HOME to a folder that can be written`,
    )
  })
  const lock = await takeLock(
    cache.lockFile,
    signal,
    () => JSON.stringify(status()),
    (text) => mirror(text, tell),
  )
  try {
    if ((await findFault(cache.binary)) === null) return cache.binary
    await fillCache(preparation, cache, mediasoup.folder)
    return cache.binary
  } finally {
    await lock.release()
  }
}

async function checkGiven(binary: string) {
  const fault = await findFault(binary)
  if (fault === null) return binary
  throw new Error(`MEDIASOUP_WORKER_BIN is ${binary}, and that does not run: ${fault}`)
}

/** Shows as our own how far the process is that holds the lock. Its file may be read while it is being written. */
function mirror(text: string, tell: Tell) {
  let status: WorkerStatus
  try {
    status = JSON.parse(text)
  } catch {
    return
  }
  if (status.state === 'preparing') tell(status.step, status.message, status.progress ?? undefined)
}

async function fillCache(preparation: Preparation, cache: WorkerCache, mediasoupFolder: string) {
  const { env, platform, isRoot, signal, tell, downloadAnswerWithinMs } = preparation
  const { logFile } = cache
  await removeLeftovers(cache)
  await writeFile(logFile, `${new Date().toISOString()}\n`)
  // In the cache's own folder, because a rename is atomic only within a file system.
  const folder = await mkdtemp(path.join(cache.folder, workPrefix))
  const common = { mediasoupFolder, folder, platform, env, logFile, signal }
  try {
    tell('download', 'Downloading the media worker')
    const download = { ...common, answerWithinMs: downloadAnswerWithinMs }
    const failure = await downloadWorker(download).then(
      (binary) => keepBinary(binary, cache),
      messageOf,
    )
    signal.throwIfAborted()
    if (failure === null) return
    const without = `No prebuilt media worker could be downloaded (${failure})`
    if (platform !== 'linux') {
      throw new Error(
        `${without}, and it is compiled on Linux only. Set MEDIASOUP_WORKER_BIN to a binary. Log: ${logFile}`,
      )
    }
    tell('packages', 'Looking for what compiles the media worker')
    const onInstall = (packages: string[]) =>
      tell('packages', `Installing ${packages.join(', ')} to compile the media worker`)
    await providePackages({ ...common, isRoot, onInstall }).catch((error: unknown) => {
      throw new Error(`${without}, and ${messageOf(error)}. Log: ${logFile}`, { cause: error })
    })
    tell('configure', 'Configuring the media worker')
    const onProgress = (progress: number) =>
      tell('compile', 'Compiling the media worker, once, some minutes', progress)
    const fault = await compileWorker({ ...common, onProgress })
      .then((binary) => keepBinary(binary, cache))
      .catch(messageOf)
    if (fault !== null)
      throw new Error(`The media worker could not be compiled (${fault}). Log: ${logFile}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
