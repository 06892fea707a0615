// One call: the peers in it, on one worker or several. It closes when the last peer leaves or its last worker dies.
import type { Producer, RtpCapabilities } from 'mediasoup/types'
import type { CallAddress, CallEndReason, CallResume } from '../protocol/calls.ts'
import type { ChannelKind } from '../protocol/chat.ts'
import { AppError, notFound } from '../protocol/errors.ts'
import type { CallSummary, Events, PublicUser } from '../protocol/events.ts'
import { MAX_GUESTS } from '../protocol/limits.ts'
import type { Caller, Emit } from '../protocol/requests.ts'
import { clientCapabilities } from './codecs.ts'
import { MAX_PEERS, MAX_PEERS_OF_ONE } from './limits.ts'
import { Peer, type PeerHost } from './peer.ts'
import { Pipes, type PipeHold } from './pipes.ts'
import { Places, type Place } from './places.ts'
import { Speaker } from './speaker.ts'
import type { MediaWorker } from './workers.ts'

/** Who gets the bandwidth first: 1 comes last. */
const SCREEN_PRIORITY = 10
const SPEAKER_PRIORITY = 5

interface RoomOptions {
  address: CallAddress
  /** Of the channel; null: the call is the project's own */
  kind: ChannelKind | null
  place: Place
  /** For those who are too many in one place: the one with the fewest peers */
  findWorker(): Promise<MediaWorker>
  emit: Emit
  /** Somebody came or went, or the room is closed */
  onChange(): void
}

export class Room {
  readonly address: CallAddress
  readonly kind: ChannelKind | null
  readonly startedAt = new Date().toISOString()
  readonly speaker: Speaker
  closed = false
  /** Closed, and not to go on elsewhere or anew */
  isOver = false
  readonly #places: Places
  readonly #pipes = new Pipes()
  readonly #emit: Emit
  readonly #onChange: RoomOptions['onChange']
  readonly #peers = new Map<string, Peer>()
  readonly #peerHost: PeerHost
  #speaking: Peer | undefined

  constructor({ address, kind, place, findWorker, emit, onChange }: RoomOptions) {
    this.address = address
    this.kind = kind
    this.#emit = emit
    this.#onChange = onChange
    this.#places = new Places({
      first: place,
      findWorker,
      onLost: (lost) => this.#lose(lost),
      onFirst: ({ observer }) => this.speaker.listen(observer),
    })
    this.speaker = new Speaker({
      hold: (microphone) => this.#hold(microphone, this.#places.first),
      onChange: () => this.#changeSpeaker(),
    })
    this.speaker.listen(place.observer)
    this.#peerHost = {
      canConsume: ({ producerId, rtpCapabilities }) =>
        this.#sender(producerId)?.place.router.canConsume({ producerId, rtpCapabilities }) === true,
      findProducer: (producerId) => this.#sender(producerId)?.producers.find(producerId),
      hold: (producer, { place: to }) => this.#hold(producer, to),
      priorityOf: (producer) => this.#priorityOf(producer),
      onMicrophone: (peer, producer) => this.speaker.follow(peer.id, producer),
      tell: (peer, name, payload) => emit.toSocket(peer.caller.socketId, name, payload),
      tellOthers: (peer, name, payload) => this.tellOthers(peer, name, payload),
      onClose: (peer, reason) => this.#remove(peer, reason),
    }
  }

  get peers(): Peer[] {
    return [...this.#peers.values()]
  }

  get rtpCapabilities(): RtpCapabilities {
    return clientCapabilities(this.#places.first.router.rtpCapabilities)
  }

  /** A person in two tabs counts once. */
  describe(): CallSummary {
    const people = new Map<string, PublicUser>()
    for (const { caller } of this.peers) people.set(caller.principal.id, caller.principal.user)
    return { startedAt: this.startedAt, participants: [...people.values()] }
  }

  findPeer(socketId: string): Peer | undefined {
    return this.peers.find(({ caller }) => caller.socketId === socketId)
  }

  peer(peerId: string): Peer | undefined {
    return this.#peers.get(peerId)
  }

  /** A socket that joins again starts anew. */
  async join(caller: Caller, nodeId: string): Promise<Peer> {
    const place = await this.#places.take()
    try {
      return this.#enter(caller, nodeId, place)
    } catch (error) {
      this.#places.leave(place)
      throw error
    }
  }

  #enter(caller: Caller, nodeId: string, place: Place): Peer {
    if (this.closed || place.router.closed) {
      throw new AppError('UNAVAILABLE', 'The call has just ended; join again')
    }
    const before = this.findPeer(caller.socketId)
    this.#refuseTooMany(caller, before)
    const { address } = this
    const peer = new Peer({ address, caller, nodeId, place, host: this.#peerHost })
    this.#peers.set(peer.id, peer)
    // After the new one is in: the room would close otherwise.
    before?.close(null)
    this.tellOthers(peer, 'call_peer_joined', { ...address, peer: peer.describe() })
    if (!before) this.#onChange()
    return peer
  }

  /** Another socket of the same person, on whichever node, goes on as this peer. */
  resume(caller: Caller, nodeId: string, { peerId, secret, holds }: CallResume): Peer | undefined {
    const peer = this.peer(peerId)
    if (!peer?.line.isFor(caller, secret)) return undefined
    const other = this.findPeer(caller.socketId)
    peer.line.take(caller, nodeId)
    if (other !== peer) other?.close(null)
    peer.keepOnly(new Set(holds))
    return peer
  }

  close(reason: CallEndReason) {
    if (this.closed) return
    this.closed = true
    this.isOver = reason === 'ended'
    for (const peer of this.peers) peer.close(reason)
    this.#finish()
  }

  tellAll<Name extends keyof Events>(name: Name, payload: Events[Name]) {
    for (const peer of this.peers) peer.tell(name, payload)
  }

  tellModerators<Name extends keyof Events>(name: Name, payload: Events[Name]) {
    for (const peer of this.peers) if (peer.moderates) peer.tell(name, payload)
  }

  #refuseTooMany({ principal }: Caller, before: Peer | undefined) {
    const others = this.peers.filter((peer) => peer !== before)
    if (others.length >= MAX_PEERS) {
      throw new AppError('CONFLICT', `This call is full: at most ${MAX_PEERS} can take part`)
    }
    const guests = others.filter(({ caller }) => caller.principal.guest)
    if (principal.guest && guests.length >= MAX_GUESTS) {
      throw new AppError(
        'CONFLICT',
        `This call is full: at most ${MAX_GUESTS} guests can take part`,
      )
    }
    const own = others.filter(({ caller }) => caller.principal.id === principal.id)
    if (own.length >= MAX_PEERS_OF_ONE) {
      const reason = `You are in this call ${MAX_PEERS_OF_ONE} times; leave it elsewhere first`
      throw new AppError('CONFLICT', reason)
    }
  }

  #sender(producerId: string): Peer | undefined {
    return this.peers.find(({ producers }) => producers.find(producerId))
  }

  async #hold(producer: Producer, place: Place): Promise<PipeHold> {
    const sender = this.#sender(producer.id)
    if (!sender) throw notFound('Producer')
    return this.#pipes.hold(producer, sender.place, place)
  }

  /** Its worker died: those who are elsewhere go on. */
  #lose(place: Place) {
    const lost = this.peers.filter((peer) => peer.place === place)
    if (lost.length === this.#peers.size) return this.close('worker_died')
    for (const peer of lost) peer.close('worker_died')
  }

  #priorityOf(producer: Producer): number {
    const sender = this.#sender(producer.id)
    if (sender?.producers.of('screen') === producer) return SCREEN_PRIORITY
    return sender && sender === this.#speaking ? SPEAKER_PRIORITY : 1
  }

  #changeSpeaker() {
    if (this.closed) return
    const { peerId } = this.speaker
    const before = this.#speaking
    this.#speaking = peerId === null ? undefined : this.#peers.get(peerId)
    for (const camera of [before, this.#speaking].map((peer) => peer?.producers.of('camera')))
      if (camera) for (const { consumers } of this.peers) consumers.prioritise(camera)
    this.tellAll('call_speaker', { ...this.address, peerId })
  }

  #remove(peer: Peer, reason: CallEndReason | null) {
    const { address } = this
    this.#peers.delete(peer.id)
    this.#places.leave(peer.place)
    if (reason) {
      const ended = { ...address, peerId: peer.id, reason }
      this.#emit.toSocket(peer.caller.socketId, 'call_ended', ended)
    }
    if (this.closed) return
    if (this.#peers.size === 0) {
      this.closed = true
      this.isOver = true
      return this.#finish()
    }
    this.tellOthers(peer, 'call_peer_left', { ...address, peerId: peer.id })
    this.#onChange()
  }

  #finish() {
    this.#places.close()
    this.#onChange()
  }

  tellOthers<Name extends keyof Events>(from: Peer, name: Name, payload: Events[Name]) {
    const userId = from.caller.principal.id
    for (const peer of this.peers) {
      if (peer !== from) this.#emit.toSocket(peer.caller.socketId, name, payload, userId)
    }
  }
}
