// The rooms that this node owns. A lease on the bus decides who owns a call; it is renewed while the room lives.
import type { Logger } from 'pino'
import type { Bus } from '../../protocol/bus.ts'
import { AppError } from '../../protocol/errors.ts'
import type { AccessChange, Emit, Holding } from '../../protocol/requests.ts'
import type { CallSummary } from '../../protocol/events.ts'
import { Room } from '../room.ts'
import type { Workers } from '../workers.ts'

interface RoomsOptions {
  bus: Bus
  emit: Emit
  workers: Workers
  leaseMs: number
  log: Pick<Logger, 'error'>
  onChange(projectId: string, call: CallSummary | null): void
}

export interface Rooms {
  /** @returns the node that owns the project's call, which becomes this one when nobody does */
  claim(projectId: string): Promise<string>
  find(projectId: string): Room | undefined
  /** @param binary path of the media worker */
  open(projectId: string, binary: string): Promise<Room>
  all(): Room[]
  /** Ends the rooms whose lease another node holds. */
  renew(): void
  holds(): Holding[]
  closePeers(change: AccessChange): void
  /** Ends what peers of a node that is gone may have left. */
  closeNode(nodeId: string): void
  close(): Promise<void>
}

const leaseOf = (projectId: string) => `call:${projectId}`

export function createRooms(options: RoomsOptions): Rooms {
  const { bus, emit, workers, leaseMs, log, onChange } = options
  const rooms = new Map<string, Room>()
  const opening = new Map<string, Promise<Room>>()

  const claim = (projectId: string) => bus.claim(leaseOf(projectId), leaseMs)

  /** Nothing may be awaited between the question whether the lease is needed and the release. */
  const releaseUnused = async (projectId: string) => {
    if (!rooms.has(projectId) && !opening.has(projectId)) await bus.release(leaseOf(projectId))
  }

  async function open(projectId: string, binary: string): Promise<Room> {
    const worker = await workers.leastLoaded(binary)
    const router = await worker.createRouter()
    try {
      // Starting a worker takes its time: longer than the lease, and the call may live elsewhere by now.
      if ((await claim(projectId)) !== bus.nodeId) {
        throw new AppError('UNAVAILABLE', 'The call has just started elsewhere; join again')
      }
    } catch (error) {
      router.close()
      throw error
    }
    const room = new Room({
      projectId,
      router,
      worker,
      emit,
      onChange(call) {
        if (!call) {
          rooms.delete(projectId)
          void releaseUnused(projectId)
        }
        onChange(projectId, call)
      },
    })
    rooms.set(projectId, room)
    return room
  }

  const peers = () => [...rooms.values()].flatMap((room) => room.peers)

  return {
    claim,
    find: (projectId) => rooms.get(projectId),
    all: () => [...rooms.values()],
    async open(projectId, binary) {
      const known = rooms.get(projectId) ?? opening.get(projectId)
      if (known) return known
      const opened = open(projectId, binary)
      opening.set(projectId, opened)
      try {
        return await opened
      } finally {
        opening.delete(projectId)
        void releaseUnused(projectId)
      }
    },
    renew() {
      for (const projectId of new Set([...rooms.keys(), ...opening.keys()])) {
        claim(projectId).then(
          (owner) => {
            if (owner !== bus.nodeId) rooms.get(projectId)?.close('connection_lost')
          },
          // Without the bus nobody else can take the call either.
          (error: unknown) => log.error({ err: error, projectId }, 'a call could not be renewed'),
        )
      }
    },
    holds: () =>
      peers().map(({ projectId, caller: { principal } }) => ({
        principal,
        project: { id: projectId, fits: (now) => now.includes('call:join') },
      })),
    closePeers({ userId, projectId, sessionId }) {
      for (const peer of peers()) {
        const { id, sessionId: session } = peer.caller.principal
        if (id !== userId) continue
        if (projectId !== undefined && projectId !== peer.projectId) continue
        if (sessionId !== undefined && sessionId !== session) continue
        peer.close('access_changed')
      }
    },
    closeNode(nodeId) {
      for (const peer of peers()) if (peer.nodeId === nodeId) peer.close('connection_lost')
    },
    async close() {
      const owned = [...rooms.keys()]
      for (const room of rooms.values()) room.close('shutdown')
      await Promise.all(owned.map((projectId) => bus.release(leaseOf(projectId))))
    },
  }
}
