// One membership in a call, from call_join until it is left or lost. It outlives its socket, and repairs what ICE can;
// else the session opens another one instead.
import { Device } from 'mediasoup-client'
import type { CallEndReason, CallPeer, CallRequests, MediaSource } from '../../protocol/calls.ts'
import { createLine, type Line } from './line.ts'
import { createReceiver, type Receiver } from './receiver.ts'
import { createRemotePeers, type RemotePeers } from './remote.ts'
import { createSender, type Sender } from './sender.ts'
import { collectNews, patiently, type NewsHandlers, type Signalling } from './signalling.ts'
import type { CallState, RemotePeer } from './state.ts'
import { readReceiving, readSending, type CallStats } from './stats.ts'
import { openTransport, type OpenTransport } from './transport.ts'

export interface ConnectionEvents {
  /** The peers changed */
  onChange(): void
  /** The media is gone, here or there; told once. With a reason when joining again would not help */
  onLost(reason?: Error): void
  onRefused(source: MediaSource, error: unknown): void
  /** The server of this call stops; what comes from now on is of another one */
  onMoved(): void
  /** A moderator wants this not to be sent */
  onMuted(source: MediaSource): void
}

type Joined = CallRequests['call_join'][1]

/** After other reasons one joins again. */
const finalReasons: Partial<Record<CallEndReason, string>> = {
  removed: 'A moderator removed you from the call.',
  ended: 'A moderator ended the call for everybody.',
  sent_too_much: 'This browser sent more than a call takes.',
}

interface ConnectionOptions extends ConnectionEvents {
  signalling: Line
  device: Device
  joined: Joined
  news: ReturnType<typeof collectNews>
}

/** @throws whatever call_join is refused with */
export async function openConnection(
  hastySignalling: Signalling,
  events: ConnectionEvents,
): Promise<CallConnection> {
  const signalling = createLine(patiently(hastySignalling))
  const news = collectNews(signalling)
  try {
    const [joined, device] = await Promise.all([
      signalling.request('call_join', signalling.address),
      Device.factory(),
    ])
    await device.load({ routerRtpCapabilities: joined.rtpCapabilities })
    const connection = new CallConnection({ ...events, signalling, device, joined, news })
    connection.hear({
      call_peer_joined: ({ peer }) => connection.addPeer(peer),
      call_peer_left: ({ peerId }) => connection.removePeer(peerId),
      call_producer_added: ({ producer }) => connection.addProducer(producer),
      call_producer_closed: ({ producerId }) => connection.removeProducer(producerId),
      call_producer_paused: ({ producerId, paused }) =>
        connection.remote.change(producerId, { muted: paused }),
      call_moved: () => {
        connection.freeze()
        events.onMoved()
      },
      call_muted: ({ source }) => events.onMuted(source),
      call_ended: ({ peerId, reason }) => {
        if (peerId !== connection.peerId) return
        const why = finalReasons[reason]
        connection.lose(why === undefined ? undefined : new Error(why))
      },
    })
    return connection
  } catch (error) {
    news.stop()
    throw error
  }
}

export class CallConnection {
  readonly peerId: string
  readonly remote: RemotePeers
  readonly #options: ConnectionOptions
  readonly #sender: Sender
  readonly #receiver: Receiver
  #transports: OpenTransport[] = []
  #frozen = false
  #handlers: NewsHandlers | undefined
  #closed = false

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.peerId = options.joined.peerId
    this.remote = createRemotePeers(() => this.#closed || options.onChange())
    const onLost = () => this.lose()
    const { signalling, device, onRefused } = options
    const common = { signalling, device, onLost }
    this.#sender = createSender({ ...common, openTransport: () => this.#open('send'), onRefused })
    this.#receiver = createReceiver({
      ...common,
      openTransport: () => this.#open('receive'),
      remote: this.remote,
    })
    for (const peer of options.joined.peers) this.addPeer(peer)
  }

  hear(handlers: NewsHandlers) {
    this.#handlers = handlers
    this.#options.news.start(handlers)
  }

  /** The socket is gone; the media goes on without it. */
  cut() {
    this.#options.signalling.cut()
    this.#options.news.hold()
  }

  /** Its media runs on as it is; nothing is asked or heard any more. */
  freeze() {
    this.#frozen = true
    this.#options.news.stop()
  }

  /** The socket is back. @throws whatever call_join is refused with */
  async resume() {
    if (this.#frozen) return
    const { signalling, joined, news } = this.#options
    const isReceived = (producerId: string) => this.remote.find(producerId) !== undefined
    if (!(await signalling.resume(joined, isReceived, (now) => this.#takeOver(now)))) return
    if (this.#closed) return
    if (this.#handlers) news.start(this.#handlers)
    for (const transport of this.#transports) transport.check()
  }

  /** What happened while nothing was heard. */
  #takeOver({ peers, producers }: Joined) {
    for (const known of this.peers) {
      const now = peers.find(({ peerId }) => peerId === known.peerId)
      if (!now) this.removePeer(known.peerId)
      const isThere = (id: string) => now?.producers.some(({ producerId }) => producerId === id)
      for (const { producerId } of Object.values(known.media))
        if (now && !isThere(producerId)) this.removeProducer(producerId)
    }
    for (const peer of peers) {
      this.addPeer(peer)
      for (const producer of peer.producers) {
        this.addProducer(producer)
        this.remote.change(producer.producerId, { muted: producer.paused })
      }
    }
    for (const [source, { id, paused }] of this.#sender.producers()) {
      const now = producers.find(({ producerId }) => producerId === id)
      if (!now || (now.paused && !paused)) this.#options.onMuted(source)
    }
  }

  get peers(): RemotePeer[] {
    return this.remote.list()
  }

  /** Sends exactly this from now on. */
  send(own: CallState['own']) {
    if (!this.#closed && !this.#frozen) this.#sender.send(own)
  }

  addPeer(peer: CallPeer) {
    if (peer.peerId === this.peerId) return
    if (!this.remote.add(peer)) return
    for (const { producerId } of peer.producers) this.#receiver.receive(producerId)
  }

  removePeer(peerId: string) {
    const media = this.peers.find((peer) => peer.peerId === peerId)?.media ?? {}
    this.remote.remove(peerId)
    for (const { producerId } of Object.values(media)) this.#receiver.stop(producerId)
  }

  addProducer(producer: CallPeer['producers'][number]) {
    if (this.remote.addProducer(producer)) this.#receiver.receive(producer.producerId)
  }

  removeProducer(producerId: string) {
    this.remote.removeProducer(producerId)
    this.#receiver.stop(producerId)
  }

  /** Asks for a smaller picture: 0 is the smallest simulcast layer. */
  async preferLayer(producerId: string, spatialLayer: number) {
    const consumerId = this.#receiver.consumer(producerId)?.id
    if (consumerId === undefined) return
    const { address, request } = this.#options.signalling
    await request('call_set_layers', { ...address, consumerId, spatialLayer })
  }

  async stats(): Promise<CallStats> {
    const receiving = this.#receiver.consumers().map(async (consumer) => {
      const { producerId, kind } = consumer
      const found = this.remote.find(producerId)
      if (!found || consumer.closed) return []
      const { peer, source } = found
      const numbers = readReceiving(await consumer.getStats())
      return [{ producerId, peerId: peer.peerId, source, kind, ...numbers }]
    })
    const sending = this.#sender.producers().map(async ([source, producer]) => {
      if (producer.closed) return []
      return [{ producerId: producer.id, source, ...readSending(await producer.getStats()) }]
    })
    return {
      receiving: (await Promise.all(receiving)).flat(),
      sending: (await Promise.all(sending)).flat(),
    }
  }

  lose(reason?: Error) {
    if (this.#closed) return
    this.close()
    this.#options.onLost(reason)
  }

  close() {
    if (this.#closed) return
    this.#closed = true
    this.#options.news.stop()
    for (const { transport } of this.#transports.splice(0)) transport.close()
  }

  async #open(direction: 'send' | 'receive') {
    const { signalling, device } = this.#options
    const onLost = (reason?: Error) => this.lose(reason)
    const opened = await openTransport({ signalling, device, direction, onLost })
    if (this.#closed) opened.transport.close()
    else this.#transports.push(opened)
    return opened.transport
  }
}
