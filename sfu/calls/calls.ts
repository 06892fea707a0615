// Signalling of calls. A request may arrive at any node; the node that owns the call answers it.
import type { Logger } from 'pino'
import type { Db } from '../../db/database.ts'
import type { Bus } from '../../protocol/bus.ts'
import { RING_TIMEOUT, type CallAddress } from '../../protocol/calls.ts'
import type { CallSummary, Events } from '../../protocol/events.ts'
import { channelRoom } from '../../protocol/names.ts'
import type { AccessChange, Emit, Holding } from '../../protocol/requests.ts'
import type { ProbeRequests } from '../../protocol/probe.ts'
import type { RequestHandlers } from '../../protocol/requests.ts'
import { createProbes } from '../probe/probes.ts'
import type { Room } from '../room.ts'
import { createWorkers, type MediaConfig } from '../workers.ts'
import { createAdmission } from './admission.ts'
import { watchAlone } from './alone.ts'
import { createAsking } from './asking.ts'
import { closeRefused } from './door.ts'
import { createDraining } from './draining.ts'
import { createHandlers } from './handlers.ts'
import { createOwner, type CallName } from './owner.ts'
import { createRinging } from './ringing.ts'
import { watchOwners } from './owners.ts'
import { createRooms, type Cut } from './rooms.ts'
import { createRoster, type KnownCall } from './roster.ts'
import { createSeats } from './seats.ts'
import type { StandupNotes } from './standups.ts'
import { watchBinary, type WorkerBinary } from './readiness.ts'

export interface CallsOptions {
  db: Db
  bus: Bus
  emit: Emit
  binary: WorkerBinary
  config: MediaConfig
  log: Pick<Logger, 'error'>
  /** Told on the node that owns the call, once: somebody was the first to join, and there was none a moment ago */
  onStarted?: (address: CallAddress, userId: string, startedAt: string) => void
  /** It rang in a channel, and nobody answered */
  onMissed?: (address: CallAddress, userId: string, startedAt: string) => void
  /** A standup is over, and somebody noted something */
  onNotes?: (notes: StandupNotes) => void
  /** How long it rings, milliseconds; default 45 s */
  ringMs?: number
  /** How long a peer's media goes on without its socket, milliseconds; default 20 s */
  keepMs?: number
  /** How long a transport of a connection test stays, milliseconds; default a minute */
  probeMs?: number
  /** How often nodes tell each other that they are alive; a lease lasts three of these. Default 2 s */
  beatMs?: number
}

export interface Calls {
  handlers: RequestHandlers<CallName | keyof ProbeRequests>
  /** To be called on the node that holds the socket. */
  socketCame(socketId: string, userId: string): void
  /** To be called on the node that held the socket. */
  socketGone(socketId: string): void
  /** Who was let into the calls that this node owns. */
  holds(): Holding[]
  /** Ends the person's part in the calls that this node owns: to be called on every node. */
  closeFor(change: AccessChange): void
  /** A channel, or who is in it, changed: judges the people of its call anew. To be called on every node. */
  judgeChannel(address: CallAddress): void
  /** Who is in the call, on whichever node; null when nobody is. */
  summary(address: CallAddress): Promise<CallSummary | null>
  /** The running calls of a project's channels, by channel id. */
  channelCalls(projectId: string): Record<string, CallSummary>
  /** Process ids of the media workers that run now. */
  workerPids(): number[]
  /** This node stops: moves its calls to others, which take new ones from now on. */
  drain(): Promise<void>
  /** Ends the calls of this node; their clients join again, elsewhere. */
  close(): Promise<void>
}

const KEEP = 20_000

const describe = (room: Room): KnownCall => ({
  address: room.address,
  kind: room.kind,
  call: room.describe(),
})

export function createCalls(options: CallsOptions): Calls {
  const { db, bus, emit, binary, config, log } = options
  const { beatMs = 2_000, keepMs = KEEP, ringMs = RING_TIMEOUT } = options
  const workers = createWorkers(config, log)
  const readiness = watchBinary(binary, (status) => emit.toOwnSockets('call_worker', status))
  const probes = createProbes({ workers, readiness, config, probeMs: options.probeMs })

  const judge = (judged: Room[]) =>
    // Without the database nobody is sent away; the next beat asks again.
    Promise.all([closeRefused(db, judged), ringing.judge()]).catch((error: unknown) =>
      log.error({ err: error }, 'guests and calls of channels cannot be judged now'),
    )

  /** To whom the call is no secret. */
  function tellChange({ address, kind }: Omit<KnownCall, 'call'>, call: CallSummary | null) {
    const news: Events['call_changed'] = { ...address, call }
    if (address.channelId === undefined || kind === 'public')
      emit.toProject(address.projectId, 'call_changed', news)
    else emit.toRoom(channelRoom(address.channelId), [], 'call_changed', news)
  }

  const admission = createAdmission(bus)
  const alone = watchAlone(keepMs)
  const rooms = createRooms({
    bus,
    emit,
    workers,
    leaseMs: beatMs * 3,
    keepMs,
    log,
    onChange(room) {
      // Before the first one joins: that is heard of.
      if (!fresh.has(room)) fresh.set(room, !roster.hadCall(room.address))
      // The next call is open again; one that goes on elsewhere or anew is the same.
      if (room.isOver && !roster.find(room.address)) {
        owner.end(room.address)
        roster.over(room.address)
      }
      alone.look(room)
      tellChange(room, room.closed ? null : room.describe())
      roster.tell()
    },
    onDeserted(room) {
      // Its lock stays: that they are elsewhere may be late news.
      if (!roster.find(room.address)) tellChange(room, null)
    },
  })
  const ringing = createRinging({
    db,
    bus,
    emit,
    rooms,
    log,
    ringMs,
    onMissed: (...call) => options.onMissed?.(...call),
  })
  /** Whether their beginning is still to be told */
  const fresh = new WeakMap<Room, boolean>()
  const roster = createRoster({
    bus,
    beatMs,
    describe: () => rooms.all().map(describe),
    onBeat() {
      rooms.renew()
      // News of a channel or a guest may be lost.
      void judge(rooms.all())
    },
    onGone(nodeId, calls) {
      rooms.cutNode(nodeId)
      loseOwner(nodeId)
      for (const known of calls) {
        if (rooms.find(known.address) || roster.find(known.address)) continue
        tellChange(known, null)
      }
    },
  })
  const owner = createOwner({
    db,
    emit,
    rooms,
    admission,
    ringing,
    hadCall: (address) => roster.hadCall(address),
    readiness,
    config,
    onNotes: (notes) => options.onNotes?.(notes),
    onStarted(room, { principal }) {
      if (!fresh.get(room)) return
      options.onStarted?.(room.address, principal.id, room.startedAt)
      ringing.start(room, principal.user)
    },
  })

  const draining = createDraining({ bus, rooms, ringing, isReady: readiness.isReady })
  const ask = createAsking({ bus, local: owner.local, rooms, readiness, isDraining: draining.isOn })
  const seats = createSeats((nodeId, caller, address, isCut = false) => {
    const told = isCut
      ? bus.request(nodeId, 'call cut', { caller, address } satisfies Cut)
      : ask(nodeId, 'call_leave', caller, address)
    // When the owner cannot be reached, it will notice by itself that the media stopped.
    told.catch(() => undefined)
  })
  bus.respond('call cut', async (message) => rooms.cut(message as Cut))
  function loseOwner(nodeId: string) {
    for (const { caller, address, peerId } of seats.lose(nodeId)) {
      const ended = { ...address, peerId, reason: 'connection_lost' } as const
      emit.toSocket(caller.socketId, 'call_ended', ended)
    }
  }
  const unwatch = watchOwners({ bus, owners: seats.owners, onGone: loseOwner })

  /** Asks for the lease only where it could be used; otherwise it would keep a call from nodes that can. */
  async function findOwner(address: CallAddress): Promise<string> {
    if (rooms.find(address)) return bus.nodeId
    if (draining.isOn()) return draining.findOther(address)
    if (!readiness.isReady()) {
      const known = roster.find(address)
      if (known) return known.nodeId
      await readiness.requirePath()
    }
    return rooms.claim(address)
  }

  return {
    handlers: {
      ...createHandlers({ db, bus, rooms, roster, seats, ask, findOwner }),
      ...probes.handlers,
    },
    socketCame: (socketId, userId) => ringing.came({ socketId, userId }),
    socketGone(socketId) {
      seats.cut(socketId)
      probes.socketGone(socketId)
    },
    holds: rooms.holds,
    closeFor(change) {
      rooms.closePeers(change)
      ringing.closeFor(change)
      owner.closeFor(change)
    },
    judgeChannel(address) {
      const room = rooms.find(address)
      if (room) void judge([room])
    },
    async summary(address) {
      return rooms.find(address)?.describe() ?? roster.find(address)?.call ?? null
    },
    channelCalls: (projectId) =>
      Object.fromEntries(
        [...roster.all(), ...rooms.all().map(describe)].flatMap(({ address, call }) =>
          address.projectId === projectId && address.channelId ? [[address.channelId, call]] : [],
        ),
      ),
    workerPids: () => workers.pids(),
    drain: draining.start,
    async close() {
      readiness.close()
      unwatch()
      probes.close()
      ringing.close()
      owner.close()
      await rooms.close()
      roster.close()
      admission.close()
      workers.close()
    },
  }
}
