// From the node that has the socket to the node that owns the call.
import type { Bus } from '../../protocol/bus.ts'
import type { CallRequests } from '../../protocol/calls.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Caller } from '../../protocol/requests.ts'
import type { Answer, CallName, Local, Payload } from './owner.ts'
import type { Readiness } from './readiness.ts'
import type { Rooms } from './rooms.ts'

interface AskingOptions {
  bus: Bus
  /** What this node does as an owner */
  local: Local
  rooms: Rooms
  readiness: Readiness
  isDraining(): boolean
}
interface Forwarded {
  name: CallName
  caller: Caller
  payload: Payload<CallName>
}
export type Ask = <Name extends CallName>(
  owner: string,
  name: Name,
  caller: Caller,
  payload: Payload<Name>,
) => Answer<Name>

/** The client joins again, and finds the node that owns the call now. */
export const movedOn = () =>
  new AppError('UNAVAILABLE', 'The server of this call does not answer; join again', {
    joined: false,
  })

export function createAsking({ bus, local, rooms, readiness, isDraining }: AskingOptions): Ask {
  bus.respond('call', async (message, from) => {
    const { name, caller, payload } = message as Forwarded
    if (name === 'call_join') {
      await readiness.requirePath()
      // The asker believed that this node owns the call, which may have changed on the way.
      const isHere = rooms.find(payload) !== undefined
      if (!isHere && (isDraining() || (await rooms.claim(payload)) !== bus.nodeId)) throw movedOn()
    }
    // TypeScript cannot see that name and payload belong together.
    const answer = local[name] as (caller: Caller, payload: unknown, from: string) => unknown
    return answer(caller, payload, from)
  })

  return async (owner, name, caller, payload) => {
    if (owner === bus.nodeId) return local[name](caller, payload, owner)
    const forwarded: Forwarded = { name, caller, payload }
    return (await bus.request(owner, 'call', forwarded)) as CallRequests[typeof name][1]
  }
}
