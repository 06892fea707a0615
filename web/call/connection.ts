// One membership in a call, from call_join until it is left or lost. It outlives its socket, and repairs what ICE can;
// else the session opens another one instead.
import type { Device } from 'mediasoup-client'
import type { CallPeer, CallRequests, MediaSource } from '../../protocol/calls.ts'
import { levelOf } from './levels.ts'
import type { Line } from './line.ts'
import { createReceiver, type Receiver } from './receiver.ts'
import { createRemotePeers, type RemoteProducer, type RemotePeers } from './remote.ts'
import { createSender, type Sender } from './sender.ts'
import type { collectNews, NewsHandlers } from './signalling.ts'
import { timed, type CallMoment, type CallState, type RemotePeer, type Shared } from './state.ts'
import { readPath, readReceiving, readSending, type CallStats } from './stats.ts'
import { openTransport, type OpenTransport } from './transport.ts'

export interface ConnectionEvents {
  /** Of a picture, in device pixels; null when nobody sees it */
  lines(producer: RemoteProducer): number | null
  /** The peers changed, or what everybody sees */
  onChange(): void
  /** The media is gone, here or there; told once. With a reason when joining again would not help */
  onLost(reason?: Error): void
  onMoment(moment: CallMoment): void
  onRefused(source: MediaSource, error: unknown): void
  /** The server of this call stops; what comes from now on is of another one */
  onMoved(): void
  /** A moderator wants this not to be sent */
  onMuted(source: MediaSource): void
}

type Joined = CallRequests['call_join'][1]

interface ConnectionOptions extends ConnectionEvents {
  signalling: Line
  device: Device
  joined: Joined
  news: ReturnType<typeof collectNews>
}

export class CallConnection {
  readonly peerId: string
  readonly remote: RemotePeers
  readonly receiver: Receiver
  shared: Shared
  own: Pick<CallState, 'hand' | 'score'> = { hand: null, score: null }
  readonly #options: ConnectionOptions
  readonly #sender: Sender
  #transports: OpenTransport[] = []
  #frozen = false
  #handlers: NewsHandlers | undefined
  #closed = false

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.peerId = options.joined.peerId
    const { state } = options.joined
    this.shared = { ...state, standup: timed(state.standup) }
    this.remote = createRemotePeers(() => this.#closed || options.onChange())
    const onLost = () => this.lose()
    const { signalling, device, onRefused } = options
    const common = { signalling, device, onLost }
    this.#sender = createSender({ ...common, openTransport: () => this.#open('send'), onRefused })
    this.receiver = createReceiver({
      ...common,
      openTransport: () => this.#open('receive'),
      remote: this.remote,
      lines: options.lines,
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
  #takeOver({ peers, producers, state }: Joined) {
    this.changeShared({ ...state, standup: timed(state.standup) })
    for (const known of this.peers) {
      const now = peers.find(({ peerId }) => peerId === known.peerId)
      if (!now) this.removePeer(known.peerId)
      const isThere = (id: string) => now?.producers.some(({ producerId }) => producerId === id)
      for (const { producerId } of Object.values(known.media))
        if (now && !isThere(producerId)) this.removeProducer(producerId)
    }
    for (const peer of peers) {
      this.addPeer(peer)
      this.remote.changePeer(peer.peerId, { hand: peer.hand, score: peer.score })
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
    for (const { producerId } of peer.producers) this.receiver.receive(producerId)
  }

  removePeer(peerId: string) {
    const media = this.peers.find((peer) => peer.peerId === peerId)?.media ?? {}
    this.remote.remove(peerId)
    for (const { producerId } of Object.values(media)) this.receiver.stop(producerId)
  }

  changePeer(peerId: string, change: Partial<CallConnection['own']>) {
    if (peerId !== this.peerId) return this.remote.changePeer(peerId, change)
    this.own = { ...this.own, ...change }
    this.#options.onChange()
  }

  changeShared(change: Partial<Shared>) {
    this.shared = { ...this.shared, ...change }
    this.#options.onChange()
  }

  addProducer(producer: CallPeer['producers'][number]) {
    if (this.remote.addProducer(producer)) this.receiver.receive(producer.producerId)
  }

  removeProducer(producerId: string) {
    this.remote.removeProducer(producerId)
    this.receiver.stop(producerId)
  }

  /** A picture is seen otherwise than before. */
  view(producerId: string) {
    if (this.#closed || this.#frozen) return
    if (this.remote.find(producerId)) this.receiver.receive(producerId)
  }

  /** peerId → how loud the microphone is, 0 to 1 */
  levels(): Map<string, number> {
    const levels = new Map(this.peers.map(({ peerId }) => [peerId, 0]))
    for (const { consumer } of this.receiver.receptions()) {
      const found = this.remote.find(consumer.producerId)
      if (found?.source !== 'microphone' || found.media.muted) continue
      levels.set(found.peer.peerId, levelOf(consumer.rtpReceiver))
    }
    return levels
  }

  async stats(): Promise<CallStats> {
    const receiving = this.receiver.receptions().map(async (reception) => {
      const { consumer, layers, wanted: wantedLayer, layer, paused } = reception
      const { producerId, kind } = consumer
      const found = this.remote.find(producerId)
      if (!found || consumer.closed) return []
      const { peer, source } = found
      const told = { producerId, peerId: peer.peerId, source, kind, paused }
      const numbers = readReceiving(await consumer.getStats())
      return [{ ...told, ...numbers, layers, wantedLayer, layer }]
    })
    const sending = this.#sender.producers().map(async ([source, producer]) => {
      if (producer.closed) return []
      return [{ producerId: producer.id, source, ...readSending(await producer.getStats()) }]
    })
    const paths = this.#transports.map(async ({ transport }) => {
      if (transport.closed) return []
      const path = readPath(await transport.getStats())
      const direction = transport.direction === 'send' ? ('send' as const) : ('receive' as const)
      return [{ direction, state: transport.connectionState, ...path }]
    })
    return {
      receiving: (await Promise.all(receiving)).flat(),
      sending: (await Promise.all(sending)).flat(),
      paths: (await Promise.all(paths)).flat(),
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
    this.receiver.close()
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
