// Who waits to be let in goes on waiting while the server or the call is elsewhere.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CallEvents } from '../../protocol/calls.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { createKnocking } from './knocking.ts'
import type { Signalling } from './signalling.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const unreachable = new AppError('UNAVAILABLE', 'Not connected to the server.')

/** @param knocked what the server answers to one knock after the other; the last one again and again */
function useKnocking(awaitsCall: boolean, ...knocked: (Error | null | string)[]) {
  let tell: (news: CallEvents['call_admitted']) => void = () => undefined
  const asked = vi.fn<() => Promise<{ knockId: string | null }>>(async () => {
    const answer = knocked.length > 1 ? knocked.shift() : knocked[0]
    if (answer instanceof Error) throw answer
    return { knockId: answer ?? null }
  })
  const signalling: Pick<Signalling, 'address'> & Record<'request' | 'on', unknown> = {
    address: { projectId: 'p' },
    request: asked,
    on(_name: 'call_admitted', listener: typeof tell) {
      tell = listener
      return () => undefined
    },
  }
  const answers: (string | null)[] = []
  const calls: boolean[] = []
  const knocking = createKnocking(
    { ...(signalling as Signalling), awaitsCall },
    {
      onAnswer: (refusal) => answers.push(refusal?.message ?? null),
      onCall: (isThere) => calls.push(isThere),
    },
  )
  return { knocking, asked, answers, calls, admit: () => tell({ projectId: 'p', admitted: true }) }
}

test('whoever waits for a call goes on when the server is away for a while', async () => {
  const { knocking, answers, calls, admit } = useKnocking(true, notFound('Call'), unreachable, 'k')
  await knocking.knock()
  await vi.advanceTimersByTimeAsync(6_000)
  expect([answers, calls]).toEqual([[], [false, true]])
  admit()
  expect(answers).toEqual([null])
})

test('[CA16] whoever waits goes on while the call is nowhere, and not for ever', async () => {
  const { knocking, answers } = useKnocking(false, 'k', notFound('Call'), 'k', notFound('Call'))
  await knocking.knock()
  await vi.advanceTimersByTimeAsync(15_000 + 3_000 + 15_000)
  expect(answers).toEqual([])
  await vi.advanceTimersByTimeAsync(9_000)
  expect(answers).toEqual(['Call not found'])
})

test('whoever cannot even ask hears so', async () => {
  const { knocking, answers } = useKnocking(true, unreachable)
  await knocking.knock()
  expect(answers).toEqual(['Not connected to the server.'])
})

test('[CA16] a call that moved hears of the knock again, and an answer that was missed comes then', async () => {
  const { knocking, asked, answers } = useKnocking(true, 'k', 'other', null)
  await knocking.knock()
  await vi.advanceTimersByTimeAsync(29_000)
  expect([asked.mock.calls.length, answers]).toEqual([2, []])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(answers).toEqual([null])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toHaveBeenCalledTimes(3)
})
