// The command: reads the environment, starts, says what is ready, and stops on a signal.
import { networkInterfaces } from 'node:os'
import { pino } from 'pino'
import type { WorkerStatus } from '../protocol/worker.ts'
import { loadConfig, type Config } from './config.ts'
import { collectLess } from './heap.ts'
import { startServer, type RunningServer } from './start.ts'

const say = (...lines: string[]) => process.stdout.write(lines.map((line) => `${line}\n`).join(''))

/** One line for the operator instead of a stack trace. */
function stop(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`OpenLaunch cannot start.\n${message}\n`)
  process.exit(1)
}

function describeCalls(status: WorkerStatus): string {
  if (status.state === 'ready') return 'ready'
  if (status.state === 'unavailable') return `not possible: ${status.reason}`
  const percent = status.progress === null ? '' : ` (${Math.round(status.progress * 100)} %)`
  return `being prepared: ${status.message}${percent}; everything else works already`
}

/** Where browsers find it; `host` undefined means every address of this machine. */
function addresses({ host, publicUrl }: Config, port: number): string[] {
  if (publicUrl) return [publicUrl]
  const wildcard = host === undefined || host === '0.0.0.0' || host === '::'
  if (!wildcard) return [`http://${host.includes(':') ? `[${host}]` : host}:${port}`]
  const network = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => `http://${address}:${port}`)
  return [`http://localhost:${port}`, ...network]
}

function welcome(config: Config, server: RunningServer) {
  const [first = '', ...others] = addresses(config, server.port)
  const seconds = (performance.now() / 1_000).toFixed(1)
  const storage = server.database === 'embedded' ? `embedded, in ${config.dataDir}` : 'PostgreSQL'
  say(
    `OpenLaunch is ready after ${seconds} s: ${first}`,
    ...others.map((address) => `  also at   ${address}`),
    `  database  ${storage}`,
    `  cluster   ${config.redisUrl ? 'Redis' : 'this process alone (no REDIS_URL)'}`,
    `  calls     ${describeCalls(server.workerStatus())}`,
  )
  if (server.workerStatus().state !== 'preparing') return
  const stopListening = server.onWorkerStatus((status) => {
    if (status.state === 'preparing') return
    say(`Calls: ${describeCalls(status)}`)
    stopListening()
  })
}

collectLess()
let config: Config
try {
  config = loadConfig()
} catch (error) {
  stop(error)
}
// Standard output is for people; logs go to standard error, one JSON object a line.
const log = pino(
  { level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime },
  process.stderr,
)
// Whoever read our output may have gone (`npm start | head`); the server stays.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))

function endBroken(): never {
  const lines = [
    'OpenLaunch ends: its embedded database has ended. Is the disk full?',
    `What was acknowledged is in ${config.dataDir}; start again when there is room.`,
  ]
  process.stderr.write(`${lines.join('\n')}\n`)
  process.exit(1)
}

const server = await startServer(config, log, { onDatabaseBroken: endBroken }).catch(stop)
welcome(config, server)

let stoppingSince: number | undefined
function stopGracefully(reason: string) {
  stoppingSince = performance.now()
  say(`${reason}: stopping`)
  void server.close().then(() => process.exit(0))
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stoppingSince === undefined) stopGracefully(signal)
    // A terminal signals us and the launcher, which passes it on: the second of such a pair is not impatience.
    else if (performance.now() - stoppingSince > 1_000) process.exit(1)
  })
}
// Behind scripts/node.cjs: whoever killed it wants us gone, too.
process.once('disconnect', () => {
  if (stoppingSince === undefined) stopGracefully('The launcher is gone')
})
