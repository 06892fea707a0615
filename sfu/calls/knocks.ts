// Whoever a call does not let in may knock: its moderators are asked, and let them in or not.
import { randomUUID } from 'node:crypto'
import { callKey, type CallAddress, type Knock, type KnockRefusal } from '../../protocol/calls.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { MAX_GUESTS } from '../../protocol/limits.ts'
import type { AccessChange, Caller, Emit } from '../../protocol/requests.ts'
import type { Room } from '../room.ts'
import type { Admission } from './admission.ts'
import type { Find, Local, RequireModerator } from './owner.ts'
import type { Rooms } from './rooms.ts'

/** How many may wait at a call. */
export const MAX_KNOCKS = 50
/** Nobody waits longer for an answer; who was not let in knocks again after the pause. Milliseconds. */
const PATIENCE = 120_000
const PAUSE = 60_000

interface KnocksOptions {
  emit: Emit
  rooms: Pick<Rooms, 'find'>
  admission: Admission
}
interface Waiting {
  address: CallAddress
  caller: Caller
  knock: Knock
  timer: NodeJS.Timeout
}

export interface Knocks extends Pick<Local, 'call_knock' | 'call_admit'> {
  /** The caller, with this socket, does not wait any more. */
  withdraw(caller: Caller, address: CallAddress): void
  /** Who waits at a call */
  of(address: CallAddress): Knock[]
  /** Somebody may not come in any more. */
  closeFor(change: AccessChange): void
  /** The call is over. */
  end(address: CallAddress): void
  close(): void
}

export function createKnocks(
  { emit, rooms, admission }: KnocksOptions,
  find: Find,
  requireModerator: RequireModerator,
): Knocks {
  /** By knock id */
  const waiting = new Map<string, Waiting>()
  /** Call and person → when they may knock again */
  const refused = new Map<string, number>()

  const at = (address: CallAddress) =>
    [...waiting.values()].filter((one) => callKey(one.address) === callKey(address))
  const keyOf = (address: CallAddress, userId: string) => `${callKey(address)} ${userId}`

  function remove({ address, knock: { knockId }, timer }: Waiting) {
    clearTimeout(timer)
    waiting.delete(knockId)
    rooms.find(address)?.tellModerators('call_knock_ended', { ...address, knockId })
  }

  function answer(one: Waiting, refusal: KnockRefusal | null) {
    const news = refusal ? { admitted: false, reason: refusal } : { admitted: true }
    emit.toSocket(one.caller.socketId, 'call_admitted', { ...one.address, ...news })
    remove(one)
  }

  function pause(address: CallAddress, userId: string) {
    const now = Date.now()
    for (const [key, until] of refused) if (until < now) refused.delete(key)
    refused.set(keyOf(address, userId), now + PAUSE)
  }

  function wait(room: Room, caller: Caller): Waiting {
    const { address } = room
    const { user } = caller.principal
    const knock = { knockId: randomUUID(), name: user.displayName, user }
    const timer = setTimeout(() => answer(one, 'unanswered'), PATIENCE)
    const one = { address, caller, knock, timer }
    waiting.set(knock.knockId, one)
    room.tellModerators('call_knock', { ...address, ...knock })
    return one
  }

  /** The same knock: however often somebody knocks, the moderators are asked once. */
  function take(one: Waiting, caller: Caller) {
    if (one.caller.socketId === caller.socketId) return
    const news = { ...one.address, admitted: false, reason: 'again' } as const
    emit.toSocket(one.caller.socketId, 'call_admitted', news)
    one.caller = caller
  }

  return {
    async call_knock(caller, address) {
      const room = rooms.find(address)
      if (!room) throw notFound('Call')
      const { id, guest } = caller.principal
      if (!admission.refusal(address, caller.principal)) return { knockId: null }
      if ((refused.get(keyOf(address, id)) ?? 0) > Date.now()) {
        throw new AppError('RATE_LIMITED', 'A moderator did not let you in; wait a minute')
      }
      const others = at(address)
      const before = others.find((one) => one.caller.principal.id === id)
      const guests = others.filter((one) => one.caller.principal.guest)
      if (before) {
        take(before, caller)
        return { knockId: before.knock.knockId }
      }
      if (others.length >= MAX_KNOCKS || (guest && guests.length >= MAX_GUESTS)) {
        throw new AppError('CONFLICT', 'Too many wait at this call; try again later')
      }
      return { knockId: wait(room, caller).knock.knockId }
    },
    async call_admit(caller, { knockId, admit, ...address }) {
      await requireModerator(caller, address)
      find(caller, address)
      const one = waiting.get(knockId)
      // Another moderator may have been faster.
      if (!one || callKey(one.address) !== callKey(address)) {
        throw new AppError('NOT_FOUND', 'They do not wait any more')
      }
      const { principal } = one.caller
      if (admit) admission.admit(address, principal)
      else pause(address, principal.id)
      answer(one, admit ? null : 'declined')
      return null
    },
    withdraw({ socketId }, address) {
      const own = at(address).find(({ caller }) => caller.socketId === socketId)
      if (own) remove(own)
    },
    of: (address) => at(address).map(({ knock }) => knock),
    closeFor({ userId, projectId, sessionId }) {
      for (const one of waiting.values()) {
        const { id, sessionId: ofOne } = one.caller.principal
        if (id !== userId || (sessionId ?? ofOne) !== ofOne) continue
        if (projectId === undefined || projectId === one.address.projectId) remove(one)
      }
    },
    end(address) {
      for (const one of at(address)) answer(one, 'ended')
    },
    close() {
      for (const { timer } of waiting.values()) clearTimeout(timer)
      waiting.clear()
    },
  }
}
