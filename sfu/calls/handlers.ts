// Table of contents: what a socket may ask of calls, and which node answers it.
import type { Db } from '../../db/database.ts'
import type { Bus } from '../../protocol/bus.ts'
import type { CallAddress } from '../../protocol/calls.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import type { Caller, RequestHandlers } from '../../protocol/requests.ts'
import { nobodyThere, notInCall } from '../refusal.ts'
import { movedOn, type Ask } from './asking.ts'
import { openCall } from './door.ts'
import type { Answer, CallName, Payload } from './owner.ts'
import type { Rooms } from './rooms.ts'
import type { Roster } from './roster.ts'
import { callSchemas } from './schema.ts'
import type { Seats } from './seats.ts'

interface HandlersOptions {
  db: Db
  bus: Pick<Bus, 'nodeId'>
  rooms: Pick<Rooms, 'find'>
  roster: Pick<Roster, 'find'>
  seats: Seats
  ask: Ask
  /** Who owns the call, or shall */
  findOwner(address: CallAddress): Promise<string>
}

/** What guests may ask. Of the rest, some is refused by permission, too; but nothing is theirs by being forgotten. */
const guestRequests = new Set<CallName>([
  'call_join',
  'call_leave',
  'call_knock',
  'call_create_transport',
  'call_connect_transport',
  'call_restart_ice',
  'call_produce',
  'call_pause_producer',
  'call_close_producer',
  'call_consume',
  'call_pause_consumer',
  'call_resume_consumer',
  'call_set_layers',
  'call_raise_hand',
  'call_react',
])

export function createHandlers(options: HandlersOptions): RequestHandlers<CallName> {
  const { db, bus, rooms, roster, seats, ask, findOwner } = options

  const described = <Name extends CallName>(name: Name) => ({
    schema: callSchemas[name],
    guests: guestRequests.has(name),
  })
  /** The node of a call that somebody is in */
  const findRunning = (address: CallAddress) =>
    rooms.find(address) ? bus.nodeId : roster.find(address)?.nodeId

  const join = async (caller: Caller, payload: Payload<'call_join'>): Answer<'call_join'> =>
    seats.take(caller, payload, {
      resumes: payload.resume !== undefined,
      async findOwner() {
        await openCall(db, caller.principal, payload)
        if (!caller.principal.guest) return findOwner(payload)
        const owner = findRunning(payload)
        if (owner === undefined) throw nobodyThere()
        return owner
      },
      join: (owner) => ask(owner, 'call_join', caller, payload),
    })

  /** For who is in the call */
  const inside = <Name extends CallName>(name: Name) => ({
    ...described(name),
    async handle(caller: Caller, payload: Payload<Name>): Answer<Name> {
      const owner = seats.ownerOf(caller.socketId, payload)
      if (owner === undefined) throw notInCall()
      try {
        return await ask(owner, name, caller, payload)
      } catch (error) {
        const isLost =
          owner !== bus.nodeId && error instanceof AppError && error.code === 'UNAVAILABLE'
        throw isLost ? movedOn() : error
      }
    },
  })

  /** For who may be in the call, and is not */
  const outside = <Name extends CallName>(name: Name) => ({
    ...described(name),
    async handle(caller: Caller, payload: Payload<Name>): Answer<Name> {
      await openCall(db, caller.principal, payload)
      const owner = findRunning(payload)
      if (owner === undefined) throw notFound('Call')
      return ask(owner, name, caller, payload)
    },
  })

  return {
    call_join: { ...described('call_join'), handle: join },
    call_leave: {
      ...described('call_leave'),
      async handle(caller, address) {
        if (seats.leave(caller.socketId, address)) return null
        // Whoever knocked has no seat yet.
        const owner = findRunning(address)
        return owner === undefined ? null : ask(owner, 'call_leave', caller, address)
      },
    },
    call_create_transport: inside('call_create_transport'),
    call_connect_transport: inside('call_connect_transport'),
    call_restart_ice: inside('call_restart_ice'),
    call_produce: inside('call_produce'),
    call_pause_producer: inside('call_pause_producer'),
    call_close_producer: inside('call_close_producer'),
    call_consume: inside('call_consume'),
    call_pause_consumer: inside('call_pause_consumer'),
    call_resume_consumer: inside('call_resume_consumer'),
    call_set_layers: inside('call_set_layers'),
    call_raise_hand: inside('call_raise_hand'),
    call_react: inside('call_react'),
    call_standup: inside('call_standup'),
    call_mute: inside('call_mute'),
    call_stop_share: inside('call_stop_share'),
    call_remove: inside('call_remove'),
    call_lock: inside('call_lock'),
    call_end: inside('call_end'),
    call_admit: inside('call_admit'),
    call_knock: outside('call_knock'),
    call_decline: outside('call_decline'),
  }
}
