// mediasoup's own prebuilt binary, fetched by mediasoup's own script.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { binaryName } from './cache.ts'
import { messageOf, runCommand, type Environment } from './command.ts'

export interface DownloadOptions {
  mediasoupFolder: string
  /** An empty folder to work in */
  folder: string
  platform: string
  env: Environment
  logFile: string
  signal: AbortSignal
  /** Give up when no answer came by then */
  answerWithinMs: number
}

const finishWithinMs = 180_000

/**
 * @returns the path of the downloaded binary, which need not run here
 * @throws {Error} when there is none
 */
export async function downloadWorker(options: DownloadOptions) {
  const { mediasoupFolder, folder, env, logFile } = options
  if (env['MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD'])
    throw new Error('the download is switched off')
  // The script writes below its working directory, so node_modules may be read-only and two of these may run at once.
  const target = path.join(folder, 'worker/out/Release')
  const over = new AbortController()
  const silent = watchAnswer(target, options.answerWithinMs, over)
  const signals = [options.signal, over.signal, AbortSignal.timeout(finishWithinMs)]
  try {
    await runCommand(
      process.execPath,
      [path.join(mediasoupFolder, 'npm-scripts.mjs'), 'postinstall'],
      {
        cwd: folder,
        logFile,
        signal: AbortSignal.any(signals),
        env: {
          ...env,
          // There is no task for the download alone: without a download it would compile, with pip and more downloads.
          // A Python that fails ends it there.
          PYTHON: 'false',
          MEDIASOUP_WORKER_BIN: undefined,
          MEDIASOUP_LOCAL_DEV: undefined,
          npm_package_resolved: undefined,
        },
      },
    )
  } catch (error) {
    options.signal.throwIfAborted()
    // "npm-scripts.mjs [ERROR] [postinstall] downloadPrebuiltWorker() | failed to download …"
    throw new Error(messageOf(error).split(' | ').at(-1), { cause: error })
  } finally {
    over.abort()
    await silent
  }
  return path.join(target, binaryName(options.platform))
}

/** The script makes the folder when the answer's headers are there; a slow line may take its time after that. */
async function watchAnswer(target: string, withinMs: number, over: AbortController) {
  await sleep(withinMs, undefined, { signal: over.signal }).then(
    () => stat(target).catch(() => over.abort(new Error('no answer in time'))),
    () => {},
  )
}
