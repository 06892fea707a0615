// The call of one project: a router on one worker, and the peers in it. It closes when the last peer leaves or its
// worker dies.
import type { Router, RtpCapabilities } from 'mediasoup/types'
import type { CallEndReason } from '../protocol/calls.ts'
import { AppError } from '../protocol/errors.ts'
import type { CallSummary, Events, PublicUser } from '../protocol/events.ts'
import type { Caller, Emit } from '../protocol/requests.ts'
import { clientCapabilities } from './codecs.ts'
import { Peer, type PeerHost } from './peer.ts'
import type { MediaWorker } from './workers.ts'

export const MAX_PEERS = 50

interface RoomOptions {
  projectId: string
  router: Router
  worker: MediaWorker
  emit: Emit
  /** Somebody came or went; null: the room is closed */
  onChange(call: CallSummary | null): void
}

export class Room {
  readonly projectId: string
  readonly startedAt = new Date().toISOString()
  closed = false
  readonly #router: Router
  readonly #worker: MediaWorker
  readonly #emit: Emit
  readonly #onChange: RoomOptions['onChange']
  readonly #peers = new Map<string, Peer>()
  readonly #peerHost: PeerHost

  constructor({ projectId, router, worker, emit, onChange }: RoomOptions) {
    this.projectId = projectId
    this.#router = router
    this.#worker = worker
    this.#emit = emit
    this.#onChange = onChange
    router.once('workerclose', () => this.close('worker_died'))
    this.#peerHost = {
      openTransport: () => worker.createTransport(router),
      candidates: (transport) => worker.candidates(transport),
      canConsume: ({ producerId, rtpCapabilities }) =>
        router.canConsume({ producerId, rtpCapabilities }),
      findProducer: (producerId) =>
        this.peers.map((peer) => peer.findProducer(producerId)).find(Boolean),
      tellOthers: (peer, name, payload) => this.#tellOthers(peer, name, payload),
      onClose: (peer, reason) => this.#remove(peer, reason),
    }
  }

  get peers(): Peer[] {
    return [...this.#peers.values()]
  }

  get rtpCapabilities(): RtpCapabilities {
    return clientCapabilities(this.#router.rtpCapabilities)
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

  /** A socket that joins again starts anew. */
  join(caller: Caller, nodeId: string): Peer {
    if (this.closed) throw new AppError('UNAVAILABLE', 'The call has just ended; join again')
    const before = this.findPeer(caller.socketId)
    if (this.#peers.size - (before ? 1 : 0) >= MAX_PEERS) {
      throw new AppError('CONFLICT', `This call is full: at most ${MAX_PEERS} can take part`)
    }
    const { projectId } = this
    const peer = new Peer({ projectId, caller, nodeId, host: this.#peerHost })
    this.#peers.set(peer.id, peer)
    this.#worker.load += 1
    // After the new one is in: the room would close otherwise.
    before?.close(null)
    this.#tellOthers(peer, 'call_peer_joined', { projectId, peer: peer.describe() })
    if (!before) this.#onChange(this.describe())
    return peer
  }

  close(reason: CallEndReason) {
    if (this.closed) return
    this.closed = true
    for (const peer of this.peers) peer.close(reason)
    this.#finish()
  }

  #remove(peer: Peer, reason: CallEndReason | null) {
    const { projectId } = this
    this.#peers.delete(peer.id)
    this.#worker.load -= 1
    if (reason) {
      const ended = { projectId, peerId: peer.id, reason }
      this.#emit.toSocket(peer.caller.socketId, 'call_ended', ended)
    }
    if (this.closed) return
    if (this.#peers.size === 0) {
      this.closed = true
      return this.#finish()
    }
    this.#tellOthers(peer, 'call_peer_left', { projectId, peerId: peer.id })
    this.#onChange(this.describe())
  }

  #finish() {
    this.#router.close()
    this.#onChange(null)
  }

  #tellOthers<Name extends keyof Events>(from: Peer, name: Name, payload: Events[Name]) {
    const userId = from.caller.principal.id
    for (const peer of this.peers) {
      if (peer !== from) this.#emit.toSocket(peer.caller.socketId, name, payload, userId)
    }
  }
}
