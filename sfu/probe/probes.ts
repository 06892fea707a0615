// The connection test's end on the server: a transport beside all calls, which sends back what it gets. It belongs to
// a socket and goes with it.
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Router, WebRtcTransport } from 'mediasoup/types'
import type { TransportParameters } from '../../protocol/calls.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { PROBE_STREAM, type ProbeRequests } from '../../protocol/probe.ts'
import type { Caller, RequestHandlers } from '../../protocol/requests.ts'
import type { Readiness } from '../calls/readiness.ts'
import { Flow } from '../flow.ts'
import { MAX_PROBES, MAX_PROBES_OF_ONE } from '../limits.ts'
import { refusing, withWorker } from '../refusal.ts'
import { grantTurn } from '../turn.ts'
import type { MediaConfig, MediaWorker, Workers } from '../workers.ts'
import { probeSchemas } from './schema.ts'

/** Transports that a person may open. */
const OPENINGS = { points: 100, duration: 300 }
const KEEP = 60_000
const TURN_SECONDS = 300
/** Bits per second; the page sends a fifth of it */
const MAX_BITRATE = 500_000
/** Bytes: messages are smaller than a packet */
const MAX_MESSAGE = 2_048

interface ProbesOptions {
  workers: Pick<Workers, 'leastLoaded'>
  readiness: Pick<Readiness, 'requirePath'>
  config: Pick<MediaConfig, 'turn'>
  /** How long a transport stays, milliseconds; default a minute */
  probeMs?: number | undefined
}

export interface Probes {
  handlers: RequestHandlers<keyof ProbeRequests>
  socketGone(socketId: string): void
  close(): void
}

export function createProbes(options: ProbesOptions): Probes {
  const { workers, readiness, config, probeMs = KEEP } = options
  const probes = new Set<Probe>()
  const openings = new RateLimiterMemory(OPENINGS)

  async function open(caller: Caller): Promise<TransportParameters> {
    const { id } = caller.principal
    const own = [...probes].filter((probe) => probe.caller.principal.id === id)
    if (own.length >= MAX_PROBES_OF_ONE)
      throw new AppError('CONFLICT', 'You test this connection already; wait until that is over')
    if (probes.size >= MAX_PROBES)
      throw new AppError('UNAVAILABLE', 'Many people test their connection now; try again soon')
    const probe = new Probe(caller, probeMs, () => probes.delete(probe))
    // Before anything is awaited: requests at the same time cannot pass a limit together, and the socket may go.
    probes.add(probe)
    try {
      await openings.consume(id).catch(() => {
        throw new AppError('RATE_LIMITED', 'You tested a lot in a short time; wait a few minutes')
      })
      const worker = await workers.leastLoaded(await readiness.requirePath())
      const parameters = await withWorker(() => probe.open(worker))
      if (!config.turn) return parameters
      return { ...parameters, iceServers: [grantTurn(config.turn, id, TURN_SECONDS)] }
    } catch (error) {
      probe.close()
      throw error
    }
  }

  function find({ socketId }: Caller, transportId: string): Probe {
    for (const probe of probes)
      if (probe.caller.socketId === socketId && probe.transport?.id === transportId) return probe
    throw notFound('Transport')
  }

  return {
    handlers: {
      probe_ping: { schema: probeSchemas.probe_ping, handle: async () => null },
      probe_open: { schema: probeSchemas.probe_open, handle: open },
      probe_connect: {
        schema: probeSchemas.probe_connect,
        handle: async (caller, { transportId, dtlsParameters }) =>
          find(caller, transportId).connect(dtlsParameters),
      },
      probe_close: {
        schema: probeSchemas.probe_close,
        async handle(caller, { transportId }) {
          const probe = find(caller, transportId)
          probe.close()
          return { arrived: probe.arrived }
        },
      },
    },
    socketGone(socketId) {
      for (const probe of probes) if (probe.caller.socketId === socketId) probe.close()
    },
    close() {
      for (const probe of probes) probe.close()
    },
  }
}

/** A router of its own: closing that frees everything. */
class Probe {
  readonly caller: Caller
  transport: WebRtcTransport | undefined
  /** A packet of the browser came through, and it was really its own */
  arrived = false
  #router: Router | undefined
  #connected = false
  #closed = false
  readonly #onClose: () => void
  readonly #end: NodeJS.Timeout
  readonly #flow = new Flow(MAX_BITRATE, () => this.close())

  constructor(caller: Caller, keepMs: number, onClose: () => void) {
    this.caller = caller
    this.#onClose = onClose
    this.#end = setTimeout(() => this.close(), keepMs).unref()
  }

  async open(worker: MediaWorker): Promise<TransportParameters> {
    this.#router = this.#keep(await worker.createRouter())
    this.#router.once('workerclose', () => this.close())
    const transport = await worker.createTransport(this.#router, {
      enableSctp: true,
      maxReceiveMessageSize: MAX_MESSAGE,
      maxSendMessageSize: MAX_MESSAGE,
    })
    transport.on('icestatechange', () => (this.arrived = true))
    transport.on('dtlsstatechange', (state) => {
      if (state === 'failed' || state === 'closed') this.close()
    })
    this.#flow.watch(transport)
    const producer = await transport.produceData({
      sctpStreamParameters: { streamId: PROBE_STREAM, ordered: false, maxRetransmits: 0 },
    })
    // The first stream that a transport gives away is 0, too: the messages come back where they were sent.
    await transport.consumeData({ dataProducerId: producer.id })
    this.transport = this.#keep(transport)
    return {
      transportId: transport.id,
      iceParameters: transport.iceParameters,
      iceCandidates: worker.candidates(transport),
      dtlsParameters: transport.dtlsParameters,
    }
  }

  async connect(dtlsParameters: ProbeRequests['probe_connect'][0]['dtlsParameters']) {
    const { transport } = this
    if (!transport || this.#connected)
      throw new AppError('CONFLICT', 'This transport is connected already')
    this.#connected = true
    await refusing('Cannot connect', () => transport.connect({ dtlsParameters }))
    return null
  }

  close() {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#end)
    this.#flow.close()
    this.#router?.close()
    this.#onClose()
  }

  /** Whoever asked may be gone by now: then nothing may stay. */
  #keep<T extends { close(): void }>(made: T): T {
    if (!this.#closed) return made
    made.close()
    throw notFound('Transport')
  }
}
