// What the node that owns a call does when one of its people asks.
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Db } from '../../db/database.ts'
import type { CallAddress, CallRequests } from '../../protocol/calls.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import type { AccessChange, Caller, Emit } from '../../protocol/requests.ts'
import type { Peer } from '../peer.ts'
import { nobodyThere, notInCall, withWorker } from '../refusal.ts'
import type { Room } from '../room.ts'
import { grantTurn } from '../turn.ts'
import type { MediaConfig } from '../workers.ts'
import type { Admission } from './admission.ts'
import { openCall } from './door.ts'
import { createKnocks } from './knocks.ts'
import { createModeration } from './moderation.ts'
import type { Readiness } from './readiness.ts'
import type { Ringing } from './ringing.ts'
import type { Rooms } from './rooms.ts'
import { createStandups, type StandupNotes } from './standups.ts'

export type CallName = keyof CallRequests
export type Payload<Name extends CallName> = CallRequests[Name][0]
export type Answer<Name extends CallName> = Promise<CallRequests[Name][1]>
/** @param nodeId which holds the caller's socket */
export type Local = {
  [Name in CallName]: (caller: Caller, payload: Payload<Name>, nodeId: string) => Answer<Name>
}

/** @throws AppError NOT_FOUND when the caller is not in the call */
export type Find = (caller: Caller, address: CallAddress) => { room: Room; peer: Peer }
/** @throws AppError INSUFFICIENT_PERMISSIONS */
export type RequireModerator = (caller: Caller, address: CallAddress) => Promise<unknown>

/** How often somebody may do something of a kind that everybody is told. */
const GESTURES = { points: 10, duration: 5 }

interface OwnerOptions {
  db: Db
  rooms: Rooms
  emit: Emit
  admission: Admission
  ringing: Ringing
  /** Whether there was this call a moment ago, on any node */
  hadCall(address: CallAddress): boolean
  readiness: Readiness
  config: MediaConfig
  onNotes(notes: StandupNotes): void
  /** The first one has joined */
  onStarted(room: Room, caller: Caller): void
}

export interface Owner {
  local: Local
  /** The call is over: the next one begins with nothing of it. */
  end(address: CallAddress): void
  /** Somebody may not come in any more. */
  closeFor(change: AccessChange): void
  close(): void
}

export function createOwner(options: OwnerOptions): Owner {
  const { db, rooms, admission, ringing, readiness, config } = options
  const gestures = new RateLimiterMemory(GESTURES)
  const started = new WeakSet<Room>()

  const find: Find = (caller, address) => {
    const room = rooms.find(address)
    const peer = room?.findPeer(caller.socketId)
    if (!room || !peer) throw notInCall()
    return { room, peer }
  }
  const findPeer = (caller: Caller, address: CallAddress) => find(caller, address).peer
  const judge = (caller: Caller, { projectId, channelId }: CallAddress) =>
    openCall(db, caller.principal, { projectId, channelId })
  const requireModerator: RequireModerator = (caller, { projectId, channelId }) =>
    openCall(db, caller.principal, { projectId, channelId }, 'call:moderate')

  /** @throws AppError RATE_LIMITED */
  const requireCalm = (who: { id: string }, name: CallName) =>
    gestures.consume(`${name} ${who.id}`).catch(() => {
      throw new AppError('RATE_LIMITED', 'That was a lot at once; wait a moment')
    })

  async function openRoom(caller: Caller, { projectId, channelId }: CallAddress): Promise<Room> {
    const address = { projectId, channelId }
    const known = rooms.find(address)
    if (known) return known
    if (caller.principal.guest) throw nobodyThere()
    const { kind } = await judge(caller, address)
    const path = await readiness.requirePath()
    return withWorker(() => rooms.open(address, kind, path))
  }

  /** @throws AppError CONFLICT where a call is locked, or the person was removed */
  async function requireAdmission(caller: Caller, address: CallAddress) {
    // What held for a call may be left behind by a node that was killed.
    if (!rooms.find(address) && !options.hadCall(address)) admission.end(address)
    const refusal = admission.refusal(address, caller.principal)
    if (refusal && !(await judge(caller, address)).moderates) throw refusal
  }

  const standups = createStandups(options, find)
  const knocks = createKnocks(options, find, requireModerator)
  const local: Local = {
    call_admit: knocks.call_admit,
    ...createModeration({ find, requireModerator, admission }),

    async call_join(caller, { resume, ...address }, nodeId) {
      // Who is in a locked call stays in it.
      if (!resume) await requireAdmission(caller, address)
      const room = resume ? rooms.find(address) : await openRoom(caller, address)
      const peer = resume
        ? room?.resume(caller, nodeId, resume)
        : await withWorker(async () => room?.join(caller, nodeId))
      if (!room || !peer) throw notInCall()
      const judged = await judge(caller, address).catch((error: unknown) => {
        peer.close(null)
        throw error
      })
      // Judged again now that closeFor() would find the peer: in between it could be missed.
      if (peer.closed) throw notInCall()
      peer.moderates = judged.moderates
      if (!started.has(room) && !caller.principal.guest) {
        started.add(room)
        options.onStarted(room, caller)
      }
      ringing.stop(address, caller.principal.id, 'answered')
      const peers = room.peers.filter((other) => other !== peer)
      return {
        peerId: peer.id,
        secret: peer.line.secret,
        producers: peer.producers.describe(),
        rtpCapabilities: room.rtpCapabilities as CallRequests['call_join'][1]['rtpCapabilities'],
        peers: peers.map((other) => other.describe()),
        state: {
          startedAt: room.startedAt,
          locked: admission.isLocked(address),
          standup: standups.of(address),
          speaker: room.speaker.peerId,
          ringing: ringing.of(address),
          knocks: peer.moderates ? knocks.of(address) : [],
          may: { moderate: peer.moderates },
        },
      }
    },
    async call_leave(caller, address) {
      knocks.withdraw(caller, address)
      rooms.find(address)?.findPeer(caller.socketId)?.close(null)
      return null
    },
    async call_standup(caller, payload, nodeId) {
      await requireCalm(findPeer(caller, payload), 'call_standup')
      return standups.request(caller, payload, nodeId)
    },
    async call_knock(caller, address, nodeId) {
      await requireCalm(caller.principal, 'call_knock')
      return knocks.call_knock(caller, address, nodeId)
    },
    async call_decline(caller, address) {
      ringing.stop(address, caller.principal.id, 'declined')
      return null
    },
    async call_create_transport(caller, payload) {
      const transport = await findPeer(caller, payload).createTransport(payload.direction)
      const { turn } = config
      if (!turn) return transport
      return { ...transport, iceServers: [grantTurn(turn, caller.principal.id)] }
    },
    call_connect_transport: async (caller, payload) =>
      findPeer(caller, payload).connectTransport(payload.transportId, payload.dtlsParameters),
    call_restart_ice: async (caller, payload) =>
      findPeer(caller, payload).restartIce(payload.transportId),
    call_produce: async (caller, payload) => findPeer(caller, payload).produce(payload),
    call_pause_producer: async (caller, payload) =>
      findPeer(caller, payload).producers.pause(payload.producerId, payload.paused),
    call_close_producer: async (caller, payload) =>
      findPeer(caller, payload).producers.close(payload.producerId),
    call_consume: async (caller, payload) => findPeer(caller, payload).consume(payload),
    call_pause_consumer: async (caller, payload) =>
      findPeer(caller, payload).consumers.pause(payload.consumerId, true),
    call_resume_consumer: async (caller, payload) =>
      findPeer(caller, payload).consumers.pause(payload.consumerId, false),
    call_set_layers: async (caller, payload) =>
      findPeer(caller, payload).consumers.setLayers(payload),

    async call_raise_hand(caller, { raised, peerId, ...address }) {
      const { room, peer } = find(caller, address)
      const other = peerId === undefined || peerId === peer.id ? peer : room.peer(peerId)
      if (!other) throw notFound('Peer')
      if (other !== peer) {
        await requireModerator(caller, address)
        if (raised) throw new AppError('VALIDATION_ERROR', 'Only they can raise their hand')
      }
      other.raiseHand(raised)
      return null
    },
    async call_react(caller, { emoji, ...address }) {
      const { room, peer } = find(caller, address)
      await requireCalm(peer, 'call_react')
      room.tellOthers(peer, 'call_reaction', { ...address, peerId: peer.id, emoji })
      return null
    },
  }
  return {
    local,
    end(address) {
      admission.end(address)
      ringing.end(address)
      standups.end(address)
      knocks.end(address)
    },
    closeFor: knocks.closeFor,
    close() {
      standups.close()
      knocks.close()
    },
  }
}
