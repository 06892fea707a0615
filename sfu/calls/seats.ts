// Which calls the sockets of this node are in, and which node owns each: the way for what follows call_join, and
// for the news that a socket is gone.
import { AppError } from '../../protocol/errors.ts'
import type { Caller } from '../../protocol/requests.ts'

interface Seat {
  caller: Caller
  projectId: string
  /** null while the join is under way */
  owner: string | null
  /** The socket left or went meanwhile, or joined anew */
  given: boolean
}

interface Joining<Joined> {
  findOwner(): Promise<string>
  join(owner: string): Promise<Joined>
}

export interface Seats {
  /** Joins; if the socket goes meanwhile, what it joined is left again. */
  take<Joined>(caller: Caller, projectId: string, joining: Joining<Joined>): Promise<Joined>
  ownerOf(socketId: string, projectId: string): string | undefined
  /** Without a project, all calls of the socket. */
  leave(socketId: string, projectId?: string): void
}

export function createSeats(
  tellOwner: (owner: string, caller: Caller, projectId: string) => void,
): Seats {
  const seats = new Map<string, Map<string, Seat>>()

  const remove = (seat: Seat) => {
    const { socketId } = seat.caller
    const ofSocket = seats.get(socketId)
    if (ofSocket?.get(seat.projectId) !== seat) return
    ofSocket.delete(seat.projectId)
    if (ofSocket.size === 0) seats.delete(socketId)
  }

  const put = (seat: Seat) => {
    const ofSocket = seats.get(seat.caller.socketId) ?? new Map<string, Seat>()
    seats.set(seat.caller.socketId, ofSocket.set(seat.projectId, seat))
  }

  return {
    async take(caller, projectId, joining) {
      const before = seats.get(caller.socketId)?.get(projectId)
      if (before?.owner === null) {
        throw new AppError('UNAVAILABLE', 'You are joining this call already')
      }
      const seat: Seat = { caller, projectId, owner: null, given: false }
      put(seat)
      try {
        const owner = await joining.findOwner()
        if (before?.owner && before.owner !== owner) tellOwner(before.owner, caller, projectId)
        const joined = await joining.join(owner)
        if (seat.given) {
          tellOwner(owner, caller, projectId)
          throw new AppError('NOT_FOUND', 'You have left the call', { joined: false })
        }
        seat.owner = owner
        return joined
      } catch (error) {
        remove(seat)
        // What was joined before may still stand: it must be found when the socket goes.
        if (before?.owner && !seat.given) put(before)
        else if (before?.owner) tellOwner(before.owner, caller, projectId)
        throw error
      }
    },
    ownerOf: (socketId, projectId) => seats.get(socketId)?.get(projectId)?.owner ?? undefined,
    leave(socketId, projectId) {
      const ofSocket = [...(seats.get(socketId)?.values() ?? [])]
      for (const seat of ofSocket) {
        if (projectId !== undefined && seat.projectId !== projectId) continue
        seat.given = true
        remove(seat)
        if (seat.owner !== null) tellOwner(seat.owner, seat.caller, seat.projectId)
      }
    },
  }
}
