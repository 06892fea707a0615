// Whom a call lets in beside what access says: it may be locked, people may have been removed from it, and guests need
// somebody who lets them in. All nodes know, so that it holds when the call goes on elsewhere.
import type { Principal } from '../../protocol/access.ts'
import { createTopic, type Bus } from '../../protocol/bus.ts'
import { callKey, type CallAddress } from '../../protocol/calls.ts'
import { AppError } from '../../protocol/errors.ts'

/** Who was removed comes back after this, or when a moderator lets them in. */
const REMOVED_FOR = 5 * 60_000
/** A node that was cut off for longer may bring old rules back. */
const REMEMBERED_FOR = 60 * 60_000

interface Rules {
  /** People who may come in all the same; null: it is not locked */
  locked: string[] | null
  /** Guests who were let in */
  guests: string[]
  /** User id → until when, milliseconds since 1970 */
  removed: Record<string, number>
  /** Grows with each change: about when it was, milliseconds since 1970. The highest one holds, wherever it was made */
  version: number
}
/** A node that starts asks. */
type News = { kind: 'rules'; key: string; rules: Rules } | { kind: 'hello' }

type Person = Pick<Principal, 'id' | 'guest'>

const open: Rules = { locked: null, guests: [], removed: {}, version: 0 }

export interface Admission {
  isLocked(address: CallAddress): boolean
  /** @param people who are in it: they may come back */
  lock(address: CallAddress, people: readonly string[]): void
  unlock(address: CallAddress): void
  remove(address: CallAddress, userId: string): void
  admit(address: CallAddress, person: Person): void
  /** Why the person is not let in, unless they moderate; undefined: they are */
  refusal(address: CallAddress, person: Person): AppError | undefined
  /** The call is over: the next one is open, and its guests knock. */
  end(address: CallAddress): void
  close(): void
}

export function createAdmission(bus: Bus): Admission {
  const calls = new Map<string, Rules>()
  const { publish, subscribe } = createTopic<News>(bus, 'call admission')
  const of = (address: CallAddress) => calls.get(callKey(address)) ?? open

  const keep = (key: string, rules: Rules) => {
    const now = Date.now()
    const still = Object.entries(rules.removed).filter(([, until]) => until > now)
    const isOpen = !rules.locked && rules.guests.length === 0 && still.length === 0
    if (isOpen && rules.version < now - REMEMBERED_FOR) calls.delete(key)
    else calls.set(key, { ...rules, removed: Object.fromEntries(still) })
  }
  function change(address: CallAddress, changed: Partial<Rules>) {
    const key = callKey(address)
    const before = of(address)
    const rules = { ...before, ...changed, version: Math.max(Date.now(), before.version + 1) }
    publish({ kind: 'rules', key, rules })
    keep(key, rules)
    for (const [other, known] of calls) keep(other, known)
  }
  const tellAll = () => {
    for (const [key, rules] of calls) publish({ kind: 'rules', key, rules })
  }
  const ends = [
    subscribe((news) => {
      if (news.kind === 'hello') return tellAll()
      const { key, rules } = news
      if (rules.version > (calls.get(key)?.version ?? 0)) keep(key, rules)
    }),
    // On all nodes, when one was cut off
    bus.onGap(tellAll),
  ]
  publish({ kind: 'hello' })

  return {
    isLocked: (address) => of(address).locked !== null,
    lock: (address, people) => change(address, { locked: [...people] }),
    unlock(address) {
      if (of(address).locked) change(address, { locked: null })
    },
    remove(address, userId) {
      const { locked, guests, removed } = of(address)
      change(address, {
        locked: locked && locked.filter((id) => id !== userId),
        guests: guests.filter((id) => id !== userId),
        removed: { ...removed, [userId]: Date.now() + REMOVED_FOR },
      })
    },
    admit(address, { id, guest }) {
      const { locked, guests, removed } = of(address)
      const { [id]: _, ...others } = removed
      change(address, {
        locked: locked && [...locked, id],
        guests: guest ? [...new Set([...guests, id])] : guests,
        removed: others,
      })
    },
    refusal(address, { id, guest }) {
      const { locked, guests, removed } = of(address)
      if ((removed[id] ?? 0) > Date.now()) {
        const reason = 'A moderator removed you from this call'
        return new AppError('CONFLICT', reason, { refused: 'removed' })
      }
      if (guest && !guests.includes(id)) {
        const reason = 'Somebody in the call must let you in'
        return new AppError('CONFLICT', reason, { refused: 'guest' })
      }
      if (locked && !locked.includes(id)) {
        return new AppError('CONFLICT', 'This call is locked', { refused: 'locked' })
      }
      return undefined
    },
    end(address) {
      const { locked, guests } = of(address)
      if (locked || guests.length > 0) change(address, { locked: null, guests: [] })
    },
    close() {
      for (const end of ends) end()
    },
  }
}
