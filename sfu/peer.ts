// One tab of one person in one call: its transports, what it sends and what it receives. Leaving, disconnecting,
// being removed and the end of the call are all close().
import { randomUUID } from 'node:crypto'
import type { DtlsParameters, Producer, WebRtcTransport } from 'mediasoup/types'
import type {
  CallAddress,
  CallEndReason,
  CallPeer,
  CallRequests,
  ConsumerParameters,
  TransportParameters,
} from '../protocol/calls.ts'
import { AppError, notFound } from '../protocol/errors.ts'
import type { Events } from '../protocol/events.ts'
import type { Caller } from '../protocol/requests.ts'
import { Consumers } from './consumers.ts'
import { Line } from './line.ts'
import { Flow } from './flow.ts'
import { MAX_TRANSPORTS } from './limits.ts'
import { Making } from './making.ts'
import type { PipeHold } from './pipes.ts'
import type { Place } from './places.ts'
import { Producers } from './producers.ts'
import { Quality } from './quality.ts'
import { refusing, withWorker } from './refusal.ts'

/** ICE without a sign of the peer for this long, after mediasoup's own 30 s, ends it. */
const LOST_AFTER = 10_000

type Payload<Name extends keyof CallRequests> = CallRequests[Name][0]

/** What a peer needs of its room. */
export interface PeerHost {
  canConsume(request: Payload<'call_consume'>): boolean
  findProducer(producerId: string): Producer | undefined
  /** To be received by this peer, wherever it is sent */
  hold(producer: Producer, peer: Peer): Promise<PipeHold>
  priorityOf(producer: Producer): number
  onMicrophone(peer: Peer, producer: Producer): void
  tell<Name extends keyof Events>(peer: Peer, name: Name, payload: Events[Name]): void
  tellOthers<Name extends keyof Events>(peer: Peer, name: Name, payload: Events[Name]): void
  onClose(peer: Peer, reason: CallEndReason | null): void
}

interface PeerOptions {
  address: CallAddress
  caller: Caller
  /** Which holds its socket */
  nodeId: string
  place: Place
  host: PeerHost
}

interface PeerTransport {
  transport: WebRtcTransport
  direction: 'send' | 'receive'
  /** connect() was called; mediasoup takes it once */
  connected: boolean
}

export class Peer {
  readonly id: string = randomUUID()
  readonly line: Line
  readonly address: CallAddress
  readonly place: Place
  readonly producers: Producers
  readonly consumers: Consumers
  /** Set when access was judged */
  moderates = false
  closed = false
  #hand: string | null = null
  readonly #host: PeerHost
  readonly #transports = new Map<string, PeerTransport>()
  readonly #making = new Making(() => this.closed)
  readonly #quality: Quality
  readonly #flow: Flow
  #openingTransports = 0

  constructor(options: PeerOptions) {
    const { address, place, host } = options
    this.address = address
    this.place = place
    this.line = new Line(options.caller, options.nodeId)
    this.#host = host
    const isClosed = () => this.closed
    this.producers = new Producers({
      peerId: this.id,
      isClosed,
      onAdded: (producer, description) => {
        this.#tellOthers('call_producer_added', { ...address, producer: description })
        this.#quality.watch(producer)
        if (description.source === 'microphone') host.onMicrophone(this, producer)
      },
      onPaused: ({ id: producerId, paused }) =>
        this.#tellOthers('call_producer_paused', { ...address, producerId, paused }),
      onClosed: ({ id: producerId }) =>
        this.#tellOthers('call_producer_closed', { ...address, producerId }),
    })
    this.consumers = new Consumers({
      isClosed,
      canConsume: host.canConsume,
      hold: (producer) => host.hold(producer, this),
      priorityOf: host.priorityOf,
      onLayers: (consumerId, layers) =>
        this.tell('call_layers', {
          ...address,
          consumerId,
          spatialLayer: layers?.spatialLayer ?? null,
          temporalLayer: layers?.temporalLayer ?? null,
        }),
    })
    this.#quality = new Quality((score) =>
      this.#tellAll('call_quality', { ...address, peerId: this.id, score }),
    )
    this.#flow = new Flow(place.worker.maxIncomingBitrate, () => this.close('sent_too_much'))
  }

  get caller(): Caller {
    return this.line.caller
  }

  describe(): CallPeer {
    return {
      peerId: this.id,
      user: this.caller.principal.user,
      hand: this.#hand,
      score: this.#quality.score,
      producers: this.producers.describe(),
    }
  }

  /** Raising it again keeps its place among the hands. */
  raiseHand(raised: boolean) {
    const isNews = raised !== (this.#hand !== null)
    if (isNews) this.#hand = raised ? new Date().toISOString() : null
    const news = { ...this.address, peerId: this.id, hand: this.#hand }
    // Whoever asks for what is so has missed it.
    if (isNews) this.#tellAll('call_hand', news)
    else this.tell('call_hand', news)
  }

  /** Its socket is gone: the media goes on until `keepMs` later, unless another one takes its place. */
  cut(keepMs: number) {
    if (!this.closed) this.line.cut(keepMs, () => this.close(null))
  }

  /** Frees what was made for a client that did not hear of it. */
  keepOnly(ids: ReadonlySet<string>) {
    this.producers.keepOnly(ids)
    this.consumers.keepOnly(ids)
    for (const [id, { transport }] of this.#transports) if (!ids.has(id)) transport.close()
  }

  async createTransport(direction: 'send' | 'receive'): Promise<TransportParameters> {
    if (this.#transports.size + this.#openingTransports >= MAX_TRANSPORTS) {
      throw new AppError('CONFLICT', `A peer has at most ${MAX_TRANSPORTS} transports`)
    }
    this.#openingTransports += 1
    try {
      const { worker, router } = this.place
      const transport = this.#making.keep(await withWorker(() => worker.createTransport(router)))
      this.#transports.set(transport.id, { transport, direction, connected: false })
      transport.observer.once('close', () => this.#transports.delete(transport.id))
      this.#watch(transport)
      this.#flow.watch(transport)
      return {
        transportId: transport.id,
        iceParameters: transport.iceParameters,
        iceCandidates: worker.candidates(transport),
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
    return this.producers.produce(
      this.#findTransport(request.transportId, 'send').transport,
      request,
    )
  }

  async consume(request: Payload<'call_consume'>): Promise<ConsumerParameters> {
    const { transport } = this.#findTransport(request.transportId, 'receive')
    const producer = this.#host.findProducer(request.producerId)
    if (!producer || this.producers.find(producer.id)) throw notFound('Producer')
    return this.consumers.consume(transport, producer, request)
  }

  /** @param reason what the peer itself is told with call_ended; null when it asked for this or is away */
  close(reason: CallEndReason | null) {
    if (this.closed) return
    this.closed = true
    this.line.close()
    // Everybody is told that the peer left; that its producers are closed goes without saying.
    this.producers.forget()
    this.#quality.close()
    this.#flow.close()
    for (const { transport } of this.#transports.values()) transport.close()
    this.#transports.clear()
    this.#host.onClose(this, reason)
  }

  tell<Name extends keyof Events>(name: Name, payload: Events[Name]) {
    if (!this.closed) this.#host.tell(this, name, payload)
  }

  #tellOthers<Name extends keyof Events>(name: Name, payload: Events[Name]) {
    if (!this.closed) this.#host.tellOthers(this, name, payload)
  }

  #tellAll<Name extends keyof Events>(name: Name, payload: Events[Name]) {
    this.tell(name, payload)
    this.#tellOthers(name, payload)
  }

  /** A browser that vanished without a word is noticed by its transports. */
  #watch(transport: WebRtcTransport) {
    let lost: NodeJS.Timeout | undefined
    transport.on('icestatechange', (state) => {
      clearTimeout(lost)
      if (state !== 'disconnected') return
      lost = setTimeout(() => this.#lose(transport), LOST_AFTER)
    })
    transport.on('dtlsstatechange', (state) => {
      if (state === 'failed' || state === 'closed') this.#lose(transport)
    })
    transport.observer.once('close', () => clearTimeout(lost))
  }

  /** Another one may have taken its place. */
  #lose(transport: WebRtcTransport) {
    const others = [...this.#transports.values()].filter((one) => one.transport !== transport)
    if (others.some(({ connected }) => connected)) transport.close()
    else this.close('connection_lost')
  }

  #findTransport(transportId: string, direction?: 'send' | 'receive'): PeerTransport {
    const entry = this.#transports.get(transportId)
    if (!entry) throw notFound('Transport')
    if (direction && entry.direction !== direction) {
      throw new AppError('VALIDATION_ERROR', `This transport is not made to ${direction}`)
    }
    return entry
  }
}
