// A node that stops gives its calls to others while their media still runs here, and takes no new ones.
import type { Bus } from '../../protocol/bus.ts'
import type { CallAddress } from '../../protocol/calls.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Room } from '../room.ts'
import type { Ringing } from './ringing.ts'
import type { Rooms } from './rooms.ts'

interface DrainingOptions {
  bus: Bus
  rooms: Rooms
  ringing: Pick<Ringing, 'move'>
  isReady(): boolean
}

export interface Draining {
  isOn(): boolean
  /**
   * @returns another node, which owns the call or will
   * @throws AppError UNAVAILABLE when there is none
   */
  findOther(address: CallAddress): Promise<string>
  /** Moves all calls, as far as there is somewhere to go. */
  start(): Promise<void>
}

export function createDraining({ bus, rooms, ringing, isReady }: DrainingOptions): Draining {
  let on = false
  bus.respond('call take', async (address) => {
    if (on || !isReady()) return null
    return rooms.claim(address as CallAddress)
  })

  async function findOther(address: CallAddress) {
    const nodes = bus.peers().toSorted(() => Math.random() - 0.5)
    for (const node of nodes) {
      const owner = await bus.request(node, 'call take', address, 2_000).catch(() => null)
      if (typeof owner === 'string' && owner !== bus.nodeId) return owner
    }
    throw new AppError('UNAVAILABLE', 'This server stops, and there is no other; try again')
  }

  async function move(room: Room) {
    await rooms.release(room)
    try {
      const owner = await findOther(room.address)
      // Where that fails, it stops by itself after a while.
      await ringing.move(room.address, owner).catch(() => undefined)
      room.tellAll('call_moved', room.address)
    } catch {
      await rooms.claim(room.address).catch(() => undefined)
      rooms.retain(room)
    }
  }

  return {
    isOn: () => on,
    findOther,
    async start() {
      on = true
      if (bus.peers().length === 0) return
      await Promise.all(rooms.all().map(move))
    },
  }
}
