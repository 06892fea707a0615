// Signalling of calls. A request may arrive at any node; the node that owns the call answers it.
import type { Logger } from 'pino'
import { requireAccess } from '../../db/access.ts'
import type { Db } from '../../db/database.ts'
import type { Bus } from '../../protocol/bus.ts'
import type { CallRequests } from '../../protocol/calls.ts'
import { AppError } from '../../protocol/errors.ts'
import type { CallSummary } from '../../protocol/events.ts'
import type { AccessChange, Caller, Emit, Holding } from '../../protocol/requests.ts'
import type { RequestHandlers } from '../../protocol/requests.ts'
import type { Peer } from '../peer.ts'
import { notInCall, withWorker } from '../refusal.ts'
import { grantTurn } from '../turn.ts'
import { createWorkers, type MediaConfig } from '../workers.ts'
import { createRooms } from './rooms.ts'
import { createRoster } from './roster.ts'
import { callSchemas } from './schema.ts'
import { createSeats } from './seats.ts'
import { watchBinary, type WorkerBinary } from './readiness.ts'

export interface CallsOptions {
  db: Db
  bus: Bus
  emit: Emit
  binary: WorkerBinary
  config: MediaConfig
  log: Pick<Logger, 'error'>
  /** Told on the node that owns the call, once: somebody was the first to join, and there was none a moment ago */
  onStarted?: (projectId: string, userId: string, startedAt: string) => void
  /** How often nodes tell each other that they are alive; a lease lasts three of these. Default 5 s */
  beatMs?: number
}

export interface Calls {
  handlers: RequestHandlers<keyof CallRequests>
  /** To be called on the node that held the socket. */
  socketGone(socketId: string): void
  /** Who was let into the calls that this node owns. */
  holds(): Holding[]
  /** Ends the person's part in the calls that this node owns: to be called on every node. */
  closeFor(change: AccessChange): void
  /** Who is in the project's call, on whichever node; null when nobody is. */
  summary(projectId: string): Promise<CallSummary | null>
  /** Process ids of the media workers that run now. */
  workerPids(): number[]
  /** Ends the calls of this node; their clients join again, elsewhere. */
  close(): Promise<void>
}

type CallName = keyof CallRequests
type Payload<Name extends CallName> = CallRequests[Name][0]
type Answer<Name extends CallName> = Promise<CallRequests[Name][1]>
/** What the owner of a call does. */
type Local = {
  [Name in CallName]: (caller: Caller, payload: Payload<Name>, nodeId: string) => Answer<Name>
}
interface Forwarded {
  name: CallName
  caller: Caller
  payload: Payload<CallName>
}

export function createCalls(options: CallsOptions): Calls {
  const { db, bus, emit, binary, config, log, beatMs = 5_000 } = options
  const workers = createWorkers(config, log)
  /** Those whose beginning is still to be told */
  const fresh = new WeakMap<object, boolean>()
  const readiness = watchBinary(binary, (status) => emit.toOwnSockets('call_worker', status))
  const rooms = createRooms({
    bus,
    emit,
    workers,
    leaseMs: beatMs * 3,
    log,
    onChange(projectId, call) {
      emit.toProject(projectId, 'call_changed', { projectId, call })
      roster.tell()
    },
  })
  const roster = createRoster({
    bus,
    beatMs,
    describe: () =>
      Object.fromEntries(rooms.all().map((room) => [room.projectId, room.describe()])),
    onBeat: rooms.renew,
    onGone(nodeId, projectIds) {
      rooms.closeNode(nodeId)
      for (const projectId of projectIds) {
        if (rooms.find(projectId) || roster.find(projectId)) continue
        emit.toProject(projectId, 'call_changed', { projectId, call: null })
      }
    },
  })
  const seats = createSeats((owner, caller, projectId) => {
    // When the owner cannot be reached, it will notice by itself that the media stopped.
    ask(owner, 'call_leave', caller, { projectId }).catch(() => undefined)
  })

  const findPeer = (caller: Caller, projectId: string): Peer => {
    const peer = rooms.find(projectId)?.findPeer(caller.socketId)
    if (!peer) throw notInCall()
    return peer
  }
  const judge = (caller: Caller, projectId: string) =>
    requireAccess(db, caller.principal, projectId, 'call:join')

  const local: Local = {
    async call_join(caller, { projectId }, nodeId) {
      const room = await withWorker(async () =>
        rooms.open(projectId, await readiness.requirePath()),
      )
      // Before the first one joins: that is heard of.
      if (!fresh.has(room)) fresh.set(room, !roster.hadCall(projectId))
      const peer = room.join(caller, nodeId)
      try {
        // Judged again now that closeFor() would find the peer: in between it could be missed.
        await judge(caller, projectId)
      } catch (error) {
        peer.close(null)
        throw error
      }
      if (peer.closed) throw notInCall()
      if (fresh.get(room)) {
        fresh.set(room, false)
        options.onStarted?.(projectId, caller.principal.id, room.startedAt)
      }
      const peers = room.peers.filter((other) => other !== peer)
      return {
        peerId: peer.id,
        rtpCapabilities: room.rtpCapabilities as CallRequests['call_join'][1]['rtpCapabilities'],
        peers: peers.map((other) => other.describe()),
      }
    },
    async call_leave(caller, { projectId }) {
      rooms.find(projectId)?.findPeer(caller.socketId)?.close(null)
      return null
    },
    async call_create_transport(caller, { projectId, direction }) {
      const transport = await findPeer(caller, projectId).createTransport(direction)
      const { turn } = config
      if (!turn) return transport
      return { ...transport, iceServers: [grantTurn(turn, caller.principal.id)] }
    },
    call_connect_transport: async (caller, { projectId, transportId, dtlsParameters }) =>
      findPeer(caller, projectId).connectTransport(transportId, dtlsParameters),
    call_restart_ice: async (caller, { projectId, transportId }) =>
      findPeer(caller, projectId).restartIce(transportId),
    call_produce: async (caller, payload) => findPeer(caller, payload.projectId).produce(payload),
    call_pause_producer: async (caller, { projectId, producerId, paused }) =>
      findPeer(caller, projectId).pauseProducer(producerId, paused),
    call_close_producer: async (caller, { projectId, producerId }) =>
      findPeer(caller, projectId).closeProducer(producerId),
    call_consume: async (caller, payload) => findPeer(caller, payload.projectId).consume(payload),
    call_resume_consumer: async (caller, { projectId, consumerId }) =>
      findPeer(caller, projectId).resumeConsumer(consumerId),
    call_set_layers: async (caller, payload) =>
      findPeer(caller, payload.projectId).setLayers(payload),
  }

  async function ask<Name extends CallName>(
    owner: string,
    name: Name,
    caller: Caller,
    payload: Payload<Name>,
  ): Answer<Name> {
    if (owner === bus.nodeId) return local[name](caller, payload, owner)
    const forwarded: Forwarded = { name, caller, payload }
    return (await bus.request(owner, 'call', forwarded)) as CallRequests[Name][1]
  }

  bus.respond('call', async (message, from) => {
    const { name, caller, payload } = message as Forwarded
    if (name === 'call_join') {
      const { projectId } = payload
      await readiness.requirePath()
      // The asker believed that this node owns the call, which may have changed on the way.
      if (!rooms.find(projectId) && (await rooms.claim(projectId)) !== bus.nodeId) throw movedOn()
    }
    // TypeScript cannot see that name and payload belong together.
    const answer = local[name] as (caller: Caller, payload: unknown, from: string) => unknown
    return answer(caller, payload, from)
  })

  /** Asks for the lease only where it could be used; otherwise it would keep a call from nodes that can. */
  async function findOwner(projectId: string): Promise<string> {
    if (rooms.find(projectId)) return bus.nodeId
    if (!readiness.isReady()) {
      const known = roster.find(projectId)
      if (known) return known.nodeId
      await readiness.requirePath()
    }
    return rooms.claim(projectId)
  }

  async function join(caller: Caller, payload: Payload<'call_join'>): Answer<'call_join'> {
    const { projectId } = payload
    return seats.take(caller, projectId, {
      async findOwner() {
        await judge(caller, projectId)
        return findOwner(projectId)
      },
      join: (owner) => ask(owner, 'call_join', caller, payload),
    })
  }

  const forward = async <Name extends CallName>(
    name: Name,
    caller: Caller,
    payload: Payload<Name>,
  ): Answer<Name> => {
    const owner = seats.ownerOf(caller.socketId, payload.projectId)
    if (owner === undefined) throw notInCall()
    try {
      return await ask(owner, name, caller, payload)
    } catch (error) {
      const isLost =
        owner !== bus.nodeId && error instanceof AppError && error.code === 'UNAVAILABLE'
      throw isLost ? movedOn() : error
    }
  }

  function handlerOf<Name extends CallName>(name: Name) {
    return {
      schema: callSchemas[name],
      handle: (caller: Caller, payload: Payload<Name>) => forward(name, caller, payload),
    }
  }

  return {
    handlers: {
      call_join: { schema: callSchemas.call_join, handle: join },
      call_leave: {
        schema: callSchemas.call_leave,
        async handle(caller, { projectId }) {
          seats.leave(caller.socketId, projectId)
          return null
        },
      },
      call_create_transport: handlerOf('call_create_transport'),
      call_connect_transport: handlerOf('call_connect_transport'),
      call_restart_ice: handlerOf('call_restart_ice'),
      call_produce: handlerOf('call_produce'),
      call_pause_producer: handlerOf('call_pause_producer'),
      call_close_producer: handlerOf('call_close_producer'),
      call_consume: handlerOf('call_consume'),
      call_resume_consumer: handlerOf('call_resume_consumer'),
      call_set_layers: handlerOf('call_set_layers'),
    },
    socketGone: (socketId) => seats.leave(socketId),
    holds: rooms.holds,
    closeFor: rooms.closePeers,
    async summary(projectId) {
      return rooms.find(projectId)?.describe() ?? roster.find(projectId)?.call ?? null
    },
    workerPids: () => workers.pids(),
    async close() {
      readiness.close()
      await rooms.close()
      roster.close()
      workers.close()
    },
  }
}

const movedOn = () =>
  new AppError('UNAVAILABLE', 'The server of this call does not answer; join again', {
    joined: false,
  })
