// Which calls the sockets of this node are in, and which node owns each: the way for what follows call_join, and
// for the news that a socket is gone.
import { callKey, type CallAddress } from '../../protocol/calls.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Caller } from '../../protocol/requests.ts'

export interface Seat {
  caller: Caller
  address: CallAddress
  /** null while the join is under way */
  owner: string | null
  peerId: string
  /** The socket left meanwhile, or was lost */
  given: 'left' | 'cut' | null
}

interface Joining<Joined extends { peerId: string }> {
  /** What it joins was there before, and may go on without this socket, too */
  resumes: boolean
  findOwner(): Promise<string>
  join(owner: string): Promise<Joined>
}

export interface Seats {
  /** Joins; if the socket goes meanwhile, what it joined is left again. */
  take<Joined extends { peerId: string }>(
    caller: Caller,
    address: CallAddress,
    joining: Joining<Joined>,
  ): Promise<Joined>
  ownerOf(socketId: string, address: CallAddress): string | undefined
  /** @returns whether it had a seat there */
  leave(socketId: string, address: CallAddress): boolean
  /** The socket is gone from all its calls, perhaps to come back as another one. */
  cut(socketId: string): void
  owners(): Set<string>
  /** That node is gone. @returns who had a seat in its calls */
  lose(owner: string): Seat[]
}

/** @param isCut the socket is gone, which did not leave on purpose */
type TellOwner = (owner: string, caller: Caller, address: CallAddress, isCut?: boolean) => void

export function createSeats(tellOwner: TellOwner): Seats {
  const seats = new Map<string, Map<string, Seat>>()

  const remove = (seat: Seat) => {
    const { socketId } = seat.caller
    const ofSocket = seats.get(socketId)
    if (ofSocket?.get(callKey(seat.address)) !== seat) return
    ofSocket.delete(callKey(seat.address))
    if (ofSocket.size === 0) seats.delete(socketId)
  }

  const all = () => [...seats.values()].flatMap((ofSocket) => [...ofSocket.values()])

  const put = (seat: Seat) => {
    const ofSocket = seats.get(seat.caller.socketId) ?? new Map<string, Seat>()
    seats.set(seat.caller.socketId, ofSocket.set(callKey(seat.address), seat))
  }

  const give = (seat: Seat, given: 'left' | 'cut') => {
    seat.given = given
    remove(seat)
    if (seat.owner !== null) tellOwner(seat.owner, seat.caller, seat.address, given === 'cut')
  }

  return {
    async take(caller, address, joining) {
      const before = seats.get(caller.socketId)?.get(callKey(address))
      if (before?.owner === null) {
        throw new AppError('UNAVAILABLE', 'You are joining this call already')
      }
      const seat: Seat = { caller, address, owner: null, peerId: '', given: null }
      put(seat)
      let owner: string | undefined
      try {
        owner = await joining.findOwner()
        if (before?.owner && before.owner !== owner) tellOwner(before.owner, caller, address)
        const joined = await joining.join(owner)
        if (seat.given) throw new AppError('NOT_FOUND', 'You have left the call', { joined: false })
        seat.owner = owner
        seat.peerId = joined.peerId
        return joined
      } catch (error) {
        remove(seat)
        // What was joined before may still stand: it must be found when the socket goes.
        if (before?.owner && !seat.given) put(before)
        else if (before?.owner) tellOwner(before.owner, caller, address)
        // It may have let them in all the same: the answer is late, or they have left.
        if (owner !== undefined && (owner !== before?.owner || seat.given))
          tellOwner(owner, caller, address, joining.resumes && seat.given !== 'left')
        throw error
      }
    },
    ownerOf: (socketId, address) => seats.get(socketId)?.get(callKey(address))?.owner ?? undefined,
    leave(socketId, address) {
      const seat = seats.get(socketId)?.get(callKey(address))
      if (seat) give(seat, 'left')
      return seat !== undefined
    },
    owners: () => new Set(all().flatMap(({ owner }) => owner ?? [])),
    lose(owner) {
      const lost = all().filter((seat) => seat.owner === owner)
      for (const seat of lost) remove(seat)
      return lost
    },
    cut(socketId) {
      for (const seat of seats.get(socketId)?.values() ?? []) give(seat, 'cut')
    },
  }
}
