// The rooms that this node owns. A lease on the bus decides who owns a call; it is renewed while the room lives.
import { WorkerClosedError } from 'mediasoup/errors'
import type { Logger } from 'pino'
import type { Permission } from '../../protocol/access.ts'
import type { Bus } from '../../protocol/bus.ts'
import { callKey, type CallAddress } from '../../protocol/calls.ts'
import type { ChannelKind } from '../../protocol/chat.ts'
import { AppError } from '../../protocol/errors.ts'
import type { AccessChange, Caller, Emit, Holding } from '../../protocol/requests.ts'
import { openPlace } from '../places.ts'
import { Room } from '../room.ts'
import type { Workers } from '../workers.ts'

interface RoomsOptions {
  bus: Bus
  emit: Emit
  workers: Workers
  leaseMs: number
  /** How long the peer of a socket that is gone stays */
  keepMs: number
  log: Pick<Logger, 'error'>
  /** Somebody came or went, or the room is closed */
  onChange(room: Room): void
  /** The last one is gone from where the call was, which moved */
  onDeserted(room: Room): void
}

export interface Cut {
  caller: Caller
  address: CallAddress
}

export interface Rooms {
  /** @returns the node that owns the call, which becomes this one when nobody does */
  claim(address: CallAddress): Promise<string>
  find(address: CallAddress): Room | undefined
  /**
   * @param kind of the channel
   * @param binary path of the media worker
   */
  open(address: CallAddress, kind: ChannelKind | null, binary: string): Promise<Room>
  all(): Room[]
  /** Ends the rooms whose lease another node holds. */
  renew(): void
  holds(): Holding[]
  /** This socket is gone. */
  cut(socket: Cut): void
  closePeers(change: AccessChange): void
  /** Its media runs on for those who are in it; the call may be opened elsewhere. */
  release(room: Room): Promise<void>
  /** Nobody else could take it. */
  retain(room: Room): void
  /** The sockets of a node that is gone are gone, too. */
  cutNode(nodeId: string): void
  close(): Promise<void>
}

const leaseOf = (key: string) => `call:${key}`

export function createRooms(options: RoomsOptions): Rooms {
  const { bus, emit, workers, leaseMs, keepMs, log, onChange, onDeserted } = options
  const rooms = new Map<string, Room>()
  /** Those that were moved to other nodes, and still run here */
  const released = new Set<Room>()
  const opening = new Map<string, Promise<Room>>()

  // The media of a node that is gone is gone: nobody waits for the end of its lease.
  const claim = (key: string) => bus.claim(leaseOf(key), leaseMs, true)

  /** Nothing may be awaited between the question whether the lease is needed and the release. */
  const releaseUnused = async (key: string) => {
    if (!rooms.has(key) && !opening.has(key)) await bus.release(leaseOf(key))
  }

  async function open(address: CallAddress, kind: ChannelKind | null, binary: string) {
    const key = callKey(address)
    const worker = await workers.leastLoaded(binary)
    const place = await openPlace(worker)
    try {
      // Starting a worker takes its time: longer than the lease, and the call may live elsewhere by now.
      if ((await claim(key)) !== bus.nodeId) {
        throw new AppError('UNAVAILABLE', 'The call has just started elsewhere; join again')
      }
      // The room would wait for ever to hear of it.
      if (place.router.closed) throw new WorkerClosedError('The worker died meanwhile')
      const room = new Room({
        address,
        kind,
        place,
        findWorker: () => workers.leastLoaded(binary),
        emit,
        onChange() {
          if (released.has(room)) {
            if (room.closed) released.delete(room)
            if (room.isOver) onDeserted(room)
            return
          }
          if (room.closed) {
            rooms.delete(key)
            void releaseUnused(key)
          }
          onChange(room)
        },
      })
      rooms.set(key, room)
      return room
    } catch (error) {
      place.router.close()
      throw error
    }
  }

  const peers = () => [...rooms.values(), ...released].flatMap((room) => room.peers)

  return {
    claim: (address) => claim(callKey(address)),
    find: (address) => rooms.get(callKey(address)),
    all: () => [...rooms.values()],
    async open(address, kind, binary) {
      const key = callKey(address)
      const known = rooms.get(key) ?? opening.get(key)
      if (known) return known
      const opened = open(address, kind, binary)
      opening.set(key, opened)
      try {
        return await opened
      } finally {
        opening.delete(key)
        void releaseUnused(key)
      }
    },
    async release(room) {
      const key = callKey(room.address)
      rooms.delete(key)
      released.add(room)
      await bus.release(leaseOf(key))
    },
    retain(room) {
      released.delete(room)
      if (!room.closed) rooms.set(callKey(room.address), room)
    },
    renew() {
      for (const key of new Set([...rooms.keys(), ...opening.keys()])) {
        claim(key).then(
          (owner) => {
            if (owner !== bus.nodeId) rooms.get(key)?.close('connection_lost')
          },
          // Without the bus nobody else can take the call either.
          (error: unknown) => log.error({ err: error, call: key }, 'a call could not be renewed'),
        )
      }
    },
    holds: () =>
      peers().map(({ address, caller: { principal }, moderates }) => ({
        principal,
        // A guest has the connection, and nothing in the project.
        ...(!principal.guest && {
          project: {
            id: address.projectId,
            fits: (now: readonly Permission[]) =>
              now.includes('call:join') && now.includes('call:moderate') === moderates,
          },
        }),
      })),
    closePeers({ userId, projectId, sessionId }) {
      for (const peer of peers()) {
        const { id, sessionId: session } = peer.caller.principal
        if (id !== userId) continue
        if (projectId !== undefined && projectId !== peer.address.projectId) continue
        if (sessionId !== undefined && sessionId !== session) continue
        peer.close('access_changed')
      }
    },
    cutNode(nodeId) {
      for (const peer of peers()) if (peer.line.nodeId === nodeId) peer.cut(keepMs)
    },
    cut: ({ caller, address }) =>
      rooms.get(callKey(address))?.findPeer(caller.socketId)?.cut(keepMs),
    async close() {
      const owned = [...rooms.keys()]
      for (const room of [...rooms.values(), ...released]) room.close('shutdown')
      await Promise.all(owned.map((key) => bus.release(leaseOf(key))))
    },
  }
}
