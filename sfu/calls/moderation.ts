// What moderators do in a call. Each request is judged when it comes.
import type { MediaSource } from '../../protocol/calls.ts'
import { notFound } from '../../protocol/errors.ts'
import type { PublicUser } from '../../protocol/events.ts'
import type { Peer } from '../peer.ts'
import type { Room } from '../room.ts'
import type { Admission } from './admission.ts'
import type { Find, Local, RequireModerator } from './owner.ts'

interface ModerationOptions {
  find: Find
  requireModerator: RequireModerator
  admission: Admission
}

type Moderation = Pick<
  Local,
  'call_mute' | 'call_stop_share' | 'call_remove' | 'call_lock' | 'call_end'
>

const peopleIn = (room: Room) => room.peers.map(({ caller }) => caller.principal.id)

const requirePeer = (room: Room, peerId: string): Peer => {
  const peer = room.peer(peerId)
  if (!peer) throw notFound('Peer')
  return peer
}

export function createModeration(options: ModerationOptions): Moderation {
  const { find, requireModerator, admission } = options

  async function mute(peer: Peer, source: MediaSource, by: PublicUser) {
    const producer = peer.producers.of(source)
    if (!producer || producer.paused) return
    await peer.producers.pause(producer.id, true)
    peer.tell('call_muted', { ...peer.address, source, by })
  }

  return {
    async call_mute(caller, { peerId, source = 'microphone', ...address }) {
      await requireModerator(caller, address)
      const { room, peer } = find(caller, address)
      const muted =
        peerId === undefined
          ? room.peers.filter((other) => other !== peer)
          : [requirePeer(room, peerId)]
      // One may leave meanwhile: that is as good as muted.
      await Promise.allSettled(muted.map((one) => mute(one, source, caller.principal.user)))
      return null
    },
    async call_stop_share(caller, { peerId, ...address }) {
      await requireModerator(caller, address)
      const peer = requirePeer(find(caller, address).room, peerId)
      const shared = (['screen', 'screen-audio'] as const).flatMap(
        (source) => peer.producers.of(source) ?? [],
      )
      for (const producer of shared) producer.close()
      if (shared.length === 0) return null
      peer.tell('call_muted', { ...address, source: 'screen', by: caller.principal.user })
      return null
    },
    async call_remove(caller, { peerId, ...address }) {
      await requireModerator(caller, address)
      const { room } = find(caller, address)
      const { id } = requirePeer(room, peerId).caller.principal
      admission.remove(address, id)
      for (const peer of room.peers) if (peer.caller.principal.id === id) peer.close('removed')
      return null
    },
    async call_lock(caller, { locked, ...address }) {
      await requireModerator(caller, address)
      const { room } = find(caller, address)
      if (locked === admission.isLocked(address)) return null
      if (locked) admission.lock(address, peopleIn(room))
      else admission.unlock(address)
      room.tellAll('call_locked', { ...address, locked, by: caller.principal.user })
      return null
    },
    async call_end(caller, address) {
      await requireModerator(caller, address)
      find(caller, address).room.close('ended')
      return null
    },
  }
}
