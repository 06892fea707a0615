// One tab of one person in one call: its transports, what it sends and what it receives. Leaving, disconnecting,
// being removed and the end of the call are all close().
import { randomUUID } from 'node:crypto'
import type { Consumer, DtlsParameters, Producer, WebRtcTransport } from 'mediasoup/types'
import {
  sourceKinds,
  type CallEndReason,
  type CallPeer,
  type CallProducer,
  type CallRequests,
  type ConsumerParameters,
  type MediaSource,
  type TransportParameters,
} from '../protocol/calls.ts'
import { AppError, notFound } from '../protocol/errors.ts'
import type { Events } from '../protocol/events.ts'
import type { Caller } from '../protocol/requests.ts'
import { refusing, withWorker } from './refusal.ts'

/** Two are needed; while one is replaced there may be more. */
export const MAX_TRANSPORTS = 4
/** ICE without a sign of the peer for this long, after mediasoup's own 30 s, ends it. */
const LOST_AFTER = 10_000

type Payload<Name extends keyof CallRequests> = CallRequests[Name][0]

/** What a peer needs of its room. */
export interface PeerHost {
  openTransport(): Promise<WebRtcTransport>
  candidates(transport: WebRtcTransport): TransportParameters['iceCandidates']
  canConsume(request: Payload<'call_consume'>): boolean
  findProducer(producerId: string): Producer | undefined
  tellOthers<Name extends keyof Events>(peer: Peer, name: Name, payload: Events[Name]): void
  onClose(peer: Peer, reason: CallEndReason | null): void
}

interface PeerTransport {
  transport: WebRtcTransport
  direction: 'send' | 'receive'
  /** connect() was called; mediasoup takes it once */
  connected: boolean
}

export class Peer {
  readonly id: string = randomUUID()
  readonly caller: Caller
  /** The node that holds the peer's socket */
  readonly nodeId: string
  readonly projectId: string
  closed = false
  readonly #host: PeerHost
  readonly #transports = new Map<string, PeerTransport>()
  readonly #producers = new Map<MediaSource, Producer>()
  readonly #consumers = new Map<string, Consumer>()
  /** Taken before the worker is asked, so that requests at the same time cannot pass a limit together */
  readonly #reserved = new Set<string>()
  #openingTransports = 0

  constructor(options: { projectId: string; caller: Caller; nodeId: string; host: PeerHost }) {
    this.projectId = options.projectId
    this.caller = options.caller
    this.nodeId = options.nodeId
    this.#host = options.host
  }

  describe(): CallPeer {
    const producers = [...this.#producers].map(([source, producer]) =>
      this.#describeProducer(source, producer),
    )
    return { peerId: this.id, user: this.caller.principal.user, producers }
  }

  findProducer(producerId: string): Producer | undefined {
    return [...this.#producers.values()].find(({ id }) => id === producerId)
  }

  async createTransport(direction: 'send' | 'receive'): Promise<TransportParameters> {
    if (this.#transports.size + this.#openingTransports >= MAX_TRANSPORTS) {
      throw new AppError('CONFLICT', `A peer has at most ${MAX_TRANSPORTS} transports`)
    }
    this.#openingTransports += 1
    try {
      const transport = await withWorker(() => this.#host.openTransport())
      this.#keep(transport)
      this.#transports.set(transport.id, { transport, direction, connected: false })
      this.#watch(transport)
      return {
        transportId: transport.id,
        iceParameters: transport.iceParameters,
        iceCandidates: this.#host.candidates(transport),
        dtlsParameters: transport.dtlsParameters,
      }
    } finally {
      this.#openingTransports -= 1
    }
  }

  async connectTransport(transportId: string, dtlsParameters: DtlsParameters): Promise<null> {
    const entry = this.#findTransport(transportId)
    if (entry.connected) throw new AppError('CONFLICT', 'This transport is connected already')
    entry.connected = true
    try {
      await refusing('Cannot connect', () => entry.transport.connect({ dtlsParameters }))
    } catch (error) {
      entry.connected = false
      throw error
    }
    return null
  }

  async restartIce(transportId: string) {
    const { transport } = this.#findTransport(transportId)
    return { iceParameters: await withWorker(() => transport.restartIce()) }
  }

  async produce(request: Payload<'call_produce'>): Promise<{ producerId: string }> {
    const { transportId, kind, source, rtpParameters, paused = false } = request
    const { transport } = this.#findTransport(transportId, 'send')
    if (sourceKinds[source] !== kind) {
      throw new AppError('VALIDATION_ERROR', `A ${source} is ${sourceKinds[source]}, not ${kind}`)
    }
    if (this.#producers.has(source)) throw alreadySending(source)
    const producer = await this.#reserve(source, alreadySending(source), () =>
      refusing('Cannot send', () => transport.produce({ kind, rtpParameters, paused })),
    )
    this.#producers.set(source, producer)
    const forget = () => {
      if (this.#producers.get(source) !== producer) return
      this.#producers.delete(source)
      const { projectId } = this
      this.#tellOthers('call_producer_closed', { projectId, producerId: producer.id })
    }
    producer.observer.once('close', forget)
    const description = this.#describeProducer(source, producer)
    this.#tellOthers('call_producer_added', { projectId: this.projectId, producer: description })
    return { producerId: producer.id }
  }

  async pauseProducer(producerId: string, paused: boolean): Promise<null> {
    const producer = this.#findOwnProducer(producerId)
    await refusing('Cannot pause', () => (paused ? producer.pause() : producer.resume()))
    const { projectId } = this
    this.#tellOthers('call_producer_paused', { projectId, producerId, paused })
    return null
  }

  closeProducer(producerId: string): null {
    this.#findOwnProducer(producerId).close()
    return null
  }

  async consume(request: Payload<'call_consume'>): Promise<ConsumerParameters> {
    const { transportId, producerId, rtpCapabilities } = request
    const { transport } = this.#findTransport(transportId, 'receive')
    const producer = this.#host.findProducer(producerId)
    if (!producer || this.findProducer(producerId)) throw notFound('Producer')
    const twice = new AppError('CONFLICT', 'You are receiving this already')
    if ([...this.#consumers.values()].some((other) => other.producerId === producerId)) throw twice
    const consumer = await this.#reserve(producerId, twice, () =>
      refusing('Cannot receive', async () => {
        if (!this.#host.canConsume(request)) {
          throw new AppError('VALIDATION_ERROR', 'These capabilities cannot receive this producer')
        }
        return transport.consume({ producerId, rtpCapabilities, paused: true })
      }),
    )
    if (producer.closed) throw notFound('Producer')
    this.#consumers.set(consumer.id, consumer)
    consumer.observer.once('close', () => this.#consumers.delete(consumer.id))
    return {
      consumerId: consumer.id,
      producerId,
      kind: consumer.kind,
      // The same parameters; the two packages list different header extensions.
      rtpParameters: consumer.rtpParameters as ConsumerParameters['rtpParameters'],
      producerPaused: consumer.producerPaused,
    }
  }

  async resumeConsumer(consumerId: string): Promise<null> {
    const consumer = this.#findConsumer(consumerId)
    await refusing('Cannot resume', () => consumer.resume())
    return null
  }

  async setLayers({ consumerId, spatialLayer, temporalLayer }: Payload<'call_set_layers'>) {
    const consumer = this.#findConsumer(consumerId)
    await refusing('Cannot choose layers', () =>
      consumer.setPreferredLayers({
        spatialLayer,
        ...(temporalLayer !== undefined && { temporalLayer }),
      }),
    )
    return null
  }

  /** @param reason what the peer itself is told with call_ended; null when it asked for this or is away */
  close(reason: CallEndReason | null) {
    if (this.closed) return
    this.closed = true
    // Everybody is told that the peer left; that its producers are closed goes without saying.
    this.#producers.clear()
    for (const { transport } of this.#transports.values()) transport.close()
    this.#transports.clear()
    this.#host.onClose(this, reason)
  }

  #describeProducer(source: MediaSource, producer: Producer): CallProducer {
    const { id: producerId, kind, paused } = producer
    return { producerId, peerId: this.id, kind, source, paused }
  }

  #tellOthers<Name extends keyof Events>(name: Name, payload: Events[Name]) {
    if (!this.closed) this.#host.tellOthers(this, name, payload)
  }

  async #reserve<T extends Producer | Consumer>(
    key: string,
    taken: AppError,
    make: () => Promise<T>,
  ): Promise<T> {
    if (this.#reserved.has(key)) throw taken
    this.#reserved.add(key)
    try {
      return this.#keep(await make())
    } finally {
      this.#reserved.delete(key)
    }
  }

  /** The peer may have been closed while the worker was asked: then nothing may stay. */
  #keep<T extends { close(): void }>(made: T): T {
    if (!this.closed) return made
    made.close()
    throw new AppError('NOT_FOUND', 'You have left the call', { joined: false })
  }

  /** A browser that vanished without a word is noticed by its transports. */
  #watch(transport: WebRtcTransport) {
    let lost: NodeJS.Timeout | undefined
    transport.on('icestatechange', (state) => {
      clearTimeout(lost)
      if (state !== 'disconnected') return
      lost = setTimeout(() => this.close('connection_lost'), LOST_AFTER)
    })
    transport.on('dtlsstatechange', (state) => {
      if (state === 'failed' || state === 'closed') this.close('connection_lost')
    })
    transport.observer.once('close', () => clearTimeout(lost))
  }

  #findTransport(transportId: string, direction?: 'send' | 'receive'): PeerTransport {
    const entry = this.#transports.get(transportId)
    if (!entry) throw notFound('Transport')
    if (direction && entry.direction !== direction) {
      throw new AppError('VALIDATION_ERROR', `This transport is not made to ${direction}`)
    }
    return entry
  }

  #findOwnProducer(producerId: string): Producer {
    const producer = this.findProducer(producerId)
    if (!producer) throw notFound('Producer')
    return producer
  }

  #findConsumer(consumerId: string): Consumer {
    const consumer = this.#consumers.get(consumerId)
    if (!consumer) throw notFound('Consumer')
    return consumer
  }
}

const alreadySending = (source: MediaSource) =>
  new AppError('CONFLICT', `You are sending a ${source} already`)
