// Asking the moderators of a call that does not let one in, and what they see of it.
import { callKey, type CallState, type Knock, type KnockRefusal } from '../../protocol/calls.ts'
import { codeOf, type Signalling } from './signalling.ts'

export interface Knocking {
  /**
   * The newest knock is the one that is answered.
   * @param isAgain who waits already goes on waiting while the server cannot be reached
   */
  knock(isAgain?: boolean): Promise<void>
  /** Does not wait any more. */
  cancel(): void
  end(): void
}

/** Whoever comes before the others looks so often whether somebody is there, milliseconds. */
const LOOK_AGAIN = 3_000
/** A call that moves is nowhere for a moment: so often it is looked for before it counts as over. */
const LOOKS = 3
/** Where a call moved, or its node was killed, nobody knows of the knock; elsewhere it stays the same. Milliseconds. */
const KNOCK_AGAIN = 15_000

const reasons: Record<KnockRefusal, string> = {
  declined: 'A moderator did not let you in. You can ask again in a minute.',
  unanswered: 'Nobody answered. You can ask again.',
  ended: 'The call is over.',
  again: 'You asked again somewhere else.',
}

export interface KnockingOptions extends Signalling {
  /** Whether one waits for a call that has not begun; for guests, who begin none */
  awaitsCall?: boolean
}

interface KnockingEvents {
  /** With null: one may join now; else why not */
  onAnswer(refusal: Error | null): void
  /** There is a call to knock at, or not yet, and it is waited for */
  onCall(isThere: boolean): void
}

export function createKnocking(
  { address, request, on, awaitsCall = false }: KnockingOptions,
  { onAnswer, onCall }: KnockingEvents,
): Knocking {
  let run = 0
  let looks = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  /** An answer to a knock before comes before the new one has an id. */
  let waiting = false
  const stop = on('call_admitted', ({ admitted, reason = 'declined', ...at }) => {
    if (!waiting || callKey(at) !== callKey(address)) return
    clearTimeout(timer)
    waiting = false
    onAnswer(admitted ? null : new Error(reasons[reason]))
  })
  const knockIn = (milliseconds: number) => {
    timer = setTimeout(() => void knock(true), milliseconds)
  }
  async function knock(isAgain = false) {
    clearTimeout(timer)
    run += 1
    const mine = run
    waiting = false
    try {
      const { knockId } = await request('call_knock', address)
      if (mine !== run) return
      onCall(true)
      looks = 0
      waiting = knockId !== null
      if (waiting) knockIn(KNOCK_AGAIN)
      else onAnswer(null)
    } catch (error) {
      if (mine !== run) return
      const isMissing = codeOf(error) === 'NOT_FOUND'
      if (isMissing) looks += 1
      if (isMissing && awaitsCall) onCall(false)
      const isMoving = isMissing ? looks <= LOOKS : codeOf(error) === 'UNAVAILABLE'
      if ((isMissing && awaitsCall) || (isAgain && isMoving)) knockIn(LOOK_AGAIN)
      else onAnswer(error instanceof Error ? error : new Error(String(error)))
    }
  }
  const cancel = () => {
    clearTimeout(timer)
    run += 1
    looks = 0
    waiting = false
  }
  return {
    knock,
    cancel,
    end() {
      cancel()
      stop()
    },
  }
}

type Knocks = Pick<CallState, 'knocks'>
export const withKnock = ({ knocks }: Knocks, { knockId, name, user }: Knock): Knocks => ({
  knocks: [...withoutKnock({ knocks }, knockId).knocks, { knockId, name, user }],
})
export const withoutKnock = ({ knocks }: Knocks, knockId: string): Knocks => ({
  knocks: knocks.filter((knock) => knock.knockId !== knockId),
})
