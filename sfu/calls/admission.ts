// Whom a call lets in beside what access says: it may be locked, and people may have been removed from it. All nodes
// know, so that it holds when the call goes on elsewhere.
import { createTopic, type Bus } from '../../protocol/bus.ts'
import { callKey, type CallAddress } from '../../protocol/calls.ts'
import { AppError } from '../../protocol/errors.ts'

/** Who was removed comes back after this, or when a moderator lets them in. */
const REMOVED_FOR = 5 * 60_000

interface Rules {
  /** People who may come in all the same; null: it is not locked */
  locked: string[] | null
  /** User id → until when, milliseconds since 1970 */
  removed: Record<string, number>
}
interface News {
  key: string
  rules: Rules
}

const open: Rules = { locked: null, removed: {} }

export interface Admission {
  isLocked(address: CallAddress): boolean
  /** @param people who are in it: they may come back */
  lock(address: CallAddress, people: readonly string[]): void
  unlock(address: CallAddress): void
  remove(address: CallAddress, userId: string): void
  admit(address: CallAddress, userId: string): void
  /** Why the person is not let in, unless they moderate; undefined: they are */
  refusal(address: CallAddress, userId: string): AppError | undefined
  close(): void
}

export function createAdmission(bus: Bus): Admission {
  const calls = new Map<string, Rules>()
  const { publish, subscribe } = createTopic<News>(bus, 'call admission')
  const of = (address: CallAddress) => calls.get(callKey(address)) ?? open

  const keep = (key: string, { locked, removed }: Rules) => {
    const now = Date.now()
    const still = Object.entries(removed).filter(([, until]) => until > now)
    if (locked || still.length > 0) calls.set(key, { locked, removed: Object.fromEntries(still) })
    else calls.delete(key)
  }
  function change(address: CallAddress, changed: Partial<Rules>) {
    const key = callKey(address)
    const rules = { ...of(address), ...changed }
    publish({ key, rules })
    keep(key, rules)
    for (const [other, known] of calls) keep(other, known)
  }
  const stop = subscribe(({ key, rules }) => keep(key, rules))

  return {
    isLocked: (address) => of(address).locked !== null,
    lock: (address, people) => change(address, { locked: [...people] }),
    unlock(address) {
      if (of(address).locked) change(address, { locked: null })
    },
    remove(address, userId) {
      const { locked, removed } = of(address)
      change(address, {
        locked: locked && locked.filter((id) => id !== userId),
        removed: { ...removed, [userId]: Date.now() + REMOVED_FOR },
      })
    },
    admit(address, userId) {
      const { locked, removed } = of(address)
      const { [userId]: _, ...others } = removed
      change(address, { locked: locked && [...locked, userId], removed: others })
    },
    refusal(address, userId) {
      const { locked, removed } = of(address)
      if ((removed[userId] ?? 0) > Date.now()) {
        const reason = 'A moderator removed you from this call'
        return new AppError('CONFLICT', reason, { refused: 'removed' })
      }
      if (locked && !locked.includes(userId)) {
        return new AppError('CONFLICT', 'This call is locked', { refused: 'locked' })
      }
      return undefined
    },
    close: stop,
  }
}
