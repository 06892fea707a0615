// The other peers of a call and their media, kept up to date by events, which may repeat what is known already.
import type { CallPeer, CallProducer, MediaSource } from '../../protocol/calls.ts'
import { toRemoteMedia, type RemoteMedia, type RemotePeer } from './state.ts'

export interface RemoteProducer {
  peer: RemotePeer
  source: MediaSource
  media: RemoteMedia
}

export interface RemotePeers {
  list(): RemotePeer[]
  /** @returns whether it is new */
  add(peer: CallPeer): boolean
  remove(peerId: string): void
  changePeer(peerId: string, change: Partial<Pick<RemotePeer, 'hand' | 'score'>>): void
  /** @returns whether it is new, of a peer that is known */
  addProducer(producer: CallProducer): boolean
  removeProducer(producerId: string): void
  change(producerId: string, change: Partial<RemoteMedia>): void
  find(producerId: string): RemoteProducer | undefined
}

export function createRemotePeers(onChange: () => void): RemotePeers {
  const peers = new Map<string, RemotePeer>()

  const find = (producerId: string) => {
    for (const peer of peers.values()) {
      for (const [source, media] of Object.entries(peer.media)) {
        if (media.producerId === producerId) return { peer, source: source as MediaSource, media }
      }
    }
    return undefined
  }
  const setMedia = (peer: RemotePeer, media: RemotePeer['media']) => {
    peers.set(peer.peerId, { ...peer, media })
    onChange()
  }

  return {
    list: () => [...peers.values()],
    add({ peerId, user, hand, score, producers }) {
      if (peers.has(peerId)) return false
      const media = Object.fromEntries(
        producers.map((producer) => [producer.source, toRemoteMedia(producer)]),
      )
      peers.set(peerId, { peerId, user, hand, score, media })
      onChange()
      return true
    },
    remove(peerId) {
      if (peers.delete(peerId)) onChange()
    },
    changePeer(peerId, change) {
      const peer = peers.get(peerId)
      if (!peer) return
      peers.set(peerId, { ...peer, ...change })
      onChange()
    },
    addProducer(producer) {
      const peer = peers.get(producer.peerId)
      if (!peer || find(producer.producerId)) return false
      setMedia(peer, { ...peer.media, [producer.source]: toRemoteMedia(producer) })
      return true
    },
    removeProducer(producerId) {
      const found = find(producerId)
      if (!found) return
      const { [found.source]: _, ...media } = found.peer.media
      setMedia(found.peer, media)
    },
    change(producerId, change) {
      const found = find(producerId)
      if (!found) return
      const { peer, source, media } = found
      setMedia(peer, { ...peer.media, [source]: { ...media, ...change } })
    },
    find,
  }
}
