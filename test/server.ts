// The real server for a test: inside the test's process, or as a process of its own that can be killed.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import os from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { readConfig, type Config } from '../server/config.ts'
import { startServer, type StartOptions } from '../server/start.ts'

/** Starts the whole server in this process on a free port, with a database in memory unless told otherwise. */
export async function startTestServer(
  settings: NodeJS.ProcessEnv = {},
  changes: Partial<Config> = {},
  options: StartOptions = {},
) {
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
    AUTH_RATE_LIMIT: '100000',
    MEDIASOUP_WORKER_BIN: process.env['MEDIASOUP_WORKER_BIN'],
    // Made when something is uploaded.
    ...(settings['DATA_DIR'] ? {} : { ATTACHMENTS_DIR: path.join(os.tmpdir(), randomUUID()) }),
    ...settings,
  })
  const dataDir = settings['DATA_DIR'] ? config.dataDir : 'memory://'
  const log = pino({ level: config.logLevel }, process.stderr)
  const server = await startServer({ ...config, dataDir, ...changes }, log, options)
  return { ...server, url: `http://127.0.0.1:${server.port}` }
}

/** The same for one test, closed at its end. */
export async function useTestServer(...args: Parameters<typeof startTestServer>) {
  const server = await startTestServer(...args)
  onTestFinished(() => server.close())
  return server
}

export interface ServerProcess {
  url: string
  child: ChildProcess
  /** Everything it printed so far, both streams */
  output(): string
  /** Resolves when the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>
}

/** Starts `server/main.ts` as a process. @throws with its output when it does not become ready */
export async function spawnServer(settings: NodeJS.ProcessEnv): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['server/main.ts'], {
    cwd: new URL('..', import.meta.url),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'error',
      AUTH_RATE_LIMIT: '100000',
      ...settings,
    },
  })
  let output = ''
  const exit = once(child, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const port = /ready after .*?:(\d+)\n/.exec(output)?.[1]
      if (port) resolve(`http://127.0.0.1:${port}`)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', () => reject(new Error(`The server did not start:\n${output}`)))
  })
  return {
    url,
    child,
    output: () => output,
    async kill(signal) {
      child.kill(signal)
      await exit
    },
  }
}

/** The same for one test, killed at its end. */
export async function useServerProcess(settings: NodeJS.ProcessEnv) {
  const server = await spawnServer(settings)
  onTestFinished(async () => {
    if (server.child.exitCode === null && server.child.signalCode === null)
      await server.kill('SIGKILL')
  })
  return server
}
