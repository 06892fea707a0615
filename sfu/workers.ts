// The media workers of this node: processes of mediasoup, each listening on one port of the range, UDP and TCP.
// They are started when a call needs them. One that died is not used again; the next call gets a new one.
import { isIPv6 } from 'node:net'
import { availableParallelism } from 'node:os'
import { createWorker } from 'mediasoup'
import type {
  Router,
  WebRtcServer,
  WebRtcTransport,
  WebRtcTransportOptions,
  Worker,
} from 'mediasoup/types'
import type { Logger } from 'pino'
import { AppError } from '../protocol/errors.ts'
import { announce, defaultListenAddresses, localAddresses } from './addresses.ts'
import { mediaCodecs } from './codecs.ts'
import type { TurnConfig } from './turn.ts'

export interface MediaConfig {
  /** Default 0.0.0.0 and, where this machine has an IPv6 address, :: (which is IPv6 only) */
  listenAddresses?: string[] | undefined
  /** Addresses or host names that browsers are told; default: those of this machine, loopback last */
  announcedAddresses?: string[] | undefined
  /** One port per worker, UDP and TCP. Keep them below 32768, where the system's own outgoing ports begin. */
  portMin?: number | undefined
  portMax?: number | undefined
  /** How many workers at most; default: one per core */
  workers?: number | undefined
  /** What one peer may send, bits per second: camera with all its layers, screen, sound. Default 8 Mbit/s */
  maxIncomingBitrate?: number | undefined
  /** Of one room on one worker: more are on others, where there are any. Default 16 */
  peersPerWorker?: number | undefined
  /** TURN servers that share a secret with us (coturn: use-auth-secret) */
  turn?: TurnConfig | undefined
}

export interface MediaWorker {
  readonly pid: number
  readonly port: number
  /** Of one peer, bits per second */
  readonly maxIncomingBitrate: number
  readonly maxPeersOfRoom: number
  /** Peers in the rooms on this worker */
  load: number
  createRouter(): Promise<Router>
  createTransport(router: Router, more?: TransportChoice): Promise<WebRtcTransport>
  /** What browsers are told instead of the transport's own candidates */
  candidates(transport: WebRtcTransport): WebRtcTransport['iceCandidates']
}

type TransportChoice = Pick<
  WebRtcTransportOptions,
  'enableSctp' | 'maxReceiveMessageSize' | 'maxSendMessageSize'
>

export interface Workers {
  /** @returns the worker with the fewest peers, started if need be
   *  @throws AppError UNAVAILABLE when none can be started */
  leastLoaded(binary: string): Promise<MediaWorker>
  pids(): number[]
  close(): void
}

const MAX_INCOMING_BITRATE = 8_000_000
/** All of a call's largest place receive each other with half of a core (docs/BENCHMARKS.md). */
export const PEERS_PER_WORKER = 16

export function createWorkers(config: MediaConfig, log: Pick<Logger, 'error'>): Workers {
  const { portMin = 20_000, portMax = 20_100 } = config
  const limits = {
    maxIncomingBitrate: config.maxIncomingBitrate ?? MAX_INCOMING_BITRATE,
    maxPeersOfRoom: config.peersPerWorker ?? PEERS_PER_WORKER,
  }
  const count = config.workers ?? availableParallelism()
  const running = new Set<RunningWorker>()
  const starting = new Set<Promise<RunningWorker>>()
  let closed = false

  const listenAddresses = config.listenAddresses?.length
    ? config.listenAddresses
    : defaultListenAddresses()
  const listening = listenAddresses.join(' and ')
  const addresses = () =>
    config.announcedAddresses?.length ? config.announcedAddresses : localAddresses(listenAddresses)

  async function start(binary: string): Promise<RunningWorker> {
    const worker = await createWorker({ workerBin: binary, logLevel: 'error' })
    ignoreSignals(worker)
    try {
      const { server, port } = await listen(worker)
      if (closed) throw new Error('The media workers were closed')
      const media = new RunningWorker({ worker, server, port, addresses, limits })
      running.add(media)
      worker.observer.once('close', () => running.delete(media))
      worker.once('died', (error) => log.error({ err: error, port }, 'a media worker died'))
      return media
    } catch (error) {
      worker.close()
      throw error
    }
  }

  async function listen(worker: Worker): Promise<{ server: WebRtcServer; port: number }> {
    for (let port = portMin; port <= portMax; port += 1) {
      const listenInfos = (['udp', 'tcp'] as const).flatMap((protocol) =>
        listenAddresses.map((ip) => ({ protocol, ip, port, flags: { ipv6Only: isIPv6(ip) } })),
      )
      try {
        return { server: await worker.createWebRtcServer({ listenInfos }), port }
      } catch (error) {
        const { message } = error as Error
        if (message.includes('address already in use')) continue
        throw new Error(`Cannot listen for media on ${listening}: ${message}`, { cause: error })
      }
    }
    throw new Error(`All media ports from ${portMin} to ${portMax} are in use on ${listening}`)
  }

  return {
    async leastLoaded(binary) {
      // Joins that come together share the start, rather than taking a worker each.
      if (starting.size > 0) await Promise.allSettled(starting)
      const [best] = [...running].toSorted((a, b) => a.load - b.load)
      if (best && (best.load === 0 || running.size >= count)) return best
      const start_ = start(binary)
      starting.add(start_)
      try {
        return await start_
      } catch (error) {
        if (best && running.has(best)) return best
        log.error({ err: error }, 'no media worker could be started')
        const reason = error instanceof Error ? error.message : String(error)
        throw new AppError('UNAVAILABLE', `Calls are not possible now: ${reason}`)
      } finally {
        starting.delete(start_)
      }
    },
    pids: () => [...running].map(({ pid }) => pid),
    close() {
      closed = true
      for (const media of running) media.close()
    },
  }
}

/** mediasoup closes its workers at once at SIGINT and SIGTERM; a server that stops moves its calls before. */
function ignoreSignals(worker: Worker) {
  const { onSignal } = worker as unknown as { onSignal: () => void }
  for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, onSignal)
}

interface RunningWorkerOptions {
  worker: Worker
  server: WebRtcServer
  port: number
  addresses: () => string[]
  limits: Pick<MediaWorker, 'maxIncomingBitrate' | 'maxPeersOfRoom'>
}

class RunningWorker implements MediaWorker {
  readonly port: number
  readonly maxIncomingBitrate: number
  readonly maxPeersOfRoom: number
  load = 0
  readonly #worker: Worker
  readonly #server: WebRtcServer
  readonly #addresses: () => string[]

  constructor({ worker, server, port, addresses, limits }: RunningWorkerOptions) {
    this.maxIncomingBitrate = limits.maxIncomingBitrate
    this.maxPeersOfRoom = limits.maxPeersOfRoom
    this.port = port
    this.#worker = worker
    this.#server = server
    this.#addresses = addresses
  }

  get pid() {
    return this.#worker.pid
  }

  createRouter() {
    return this.#worker.createRouter({ mediaCodecs })
  }

  async createTransport(router: Router, more: TransportChoice = {}) {
    const transport = await router.createWebRtcTransport({
      webRtcServer: this.#server,
      preferUdp: true,
      initialAvailableOutgoingBitrate: 1_000_000,
      ...more,
    })
    await transport.setMaxIncomingBitrate(this.maxIncomingBitrate)
    return transport
  }

  candidates(transport: WebRtcTransport) {
    return announce(transport.iceCandidates, this.#addresses())
  }

  close() {
    this.#worker.close()
  }
}
