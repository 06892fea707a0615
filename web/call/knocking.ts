// Asking the moderators of a call that does not let one in, and what they see of it.
import { callKey, type CallState, type Knock } from '../../protocol/calls.ts'
import type { Signalling } from './signalling.ts'

export interface Knocking {
  /** Again after a loss of the connection: the newest knock is the one that is answered. */
  knock(): Promise<void>
  end(): void
}

/** @param onAnswer with null: one may join now; else why not */
export function createKnocking(
  { address, request, on }: Signalling,
  onAnswer: (refusal: Error | null) => void,
): Knocking {
  let run = 0
  /** An answer to a knock before comes before the new one has an id. */
  let waiting = false
  const end = on('call_admitted', ({ admitted, ...at }) => {
    if (!waiting || callKey(at) !== callKey(address)) return
    waiting = false
    onAnswer(admitted ? null : new Error('Nobody let you in.'))
  })
  return {
    async knock() {
      run += 1
      const mine = run
      waiting = false
      try {
        const { knockId } = await request('call_knock', address)
        if (mine !== run) return
        waiting = knockId !== null
        if (!waiting) onAnswer(null)
      } catch (error) {
        if (mine === run) onAnswer(error instanceof Error ? error : new Error(String(error)))
      }
    },
    end,
  }
}

type Knocks = Pick<CallState, 'knocks'>
export const withKnock = ({ knocks }: Knocks, { knockId, name, user }: Knock): Knocks => ({
  knocks: [...knocks, { knockId, name, user }],
})
export const withoutKnock = ({ knocks }: Knocks, knockId: string): Knocks => ({
  knocks: knocks.filter((knock) => knock.knockId !== knockId),
})
