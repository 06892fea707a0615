// One membership in a call, from call_join until it is left or lost. It does not repair itself beyond ICE: the
// session opens another one instead.
import { Device } from 'mediasoup-client'
import type { CallEndReason, CallPeer, CallRequests, MediaSource } from '../../protocol/calls.ts'
import { createReceiver, type Receiver } from './receiver.ts'
import { createRemotePeers, type RemotePeers } from './remote.ts'
import { createSender, type Sender } from './sender.ts'
import { collectNews, patiently, type Signalling } from './signalling.ts'
import type { CallState, RemotePeer } from './state.ts'
import { readReceiving, readSending, type CallStats } from './stats.ts'
import { openTransport } from './transport.ts'

export interface ConnectionEvents {
  /** The peers changed */
  onChange(): void
  /** The media is gone, here or there; told once. With a reason when joining again would not help */
  onLost(reason?: Error): void
  onRefused(source: MediaSource, error: unknown): void
  /** A moderator wants this not to be sent */
  onMuted(source: MediaSource): void
}

/** After other reasons one joins again. */
const finalReasons: Partial<Record<CallEndReason, string>> = {
  removed: 'A moderator removed you from the call.',
  ended: 'A moderator ended the call for everybody.',
}

interface ConnectionOptions extends ConnectionEvents {
  signalling: Signalling
  device: Device
  joined: CallRequests['call_join'][1]
  /** Ends the subscriptions */
  onClose(): void
}

/** @throws whatever call_join is refused with */
export async function openConnection(
  hastySignalling: Signalling,
  events: ConnectionEvents,
): Promise<CallConnection> {
  const signalling = patiently(hastySignalling)
  const news = collectNews(signalling)
  try {
    const [joined, device] = await Promise.all([
      signalling.request('call_join', signalling.address),
      Device.factory(),
    ])
    await device.load({ routerRtpCapabilities: joined.rtpCapabilities })
    const connection = new CallConnection({
      ...events,
      signalling,
      device,
      joined,
      onClose: news.stop,
    })
    news.start({
      call_peer_joined: ({ peer }) => connection.addPeer(peer),
      call_peer_left: ({ peerId }) => connection.removePeer(peerId),
      call_producer_added: ({ producer }) => connection.addProducer(producer),
      call_producer_closed: ({ producerId }) => connection.removeProducer(producerId),
      call_producer_paused: ({ producerId, paused }) =>
        connection.remote.change(producerId, { muted: paused }),
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
  #closeTransports: (() => void)[] = []
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

  get peers(): RemotePeer[] {
    return this.remote.list()
  }

  /** Sends exactly this from now on. */
  send(own: CallState['own']) {
    if (!this.#closed) this.#sender.send(own)
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
    this.#options.onClose()
    for (const close of this.#closeTransports.splice(0)) close()
  }

  async #open(direction: 'send' | 'receive') {
    const { signalling, device } = this.#options
    const onLost = (reason?: Error) => this.lose(reason)
    const transport = await openTransport({ signalling, device, direction, onLost })
    if (this.#closed) transport.close()
    else this.#closeTransports.push(() => transport.close())
    return transport
  }
}
