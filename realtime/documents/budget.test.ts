import { expect, test } from 'vitest'
import { createBudget } from './budget.ts'

/** A budget whose clock stands still unless it is moved. */
function open() {
  const clock = { now: 0 }
  const budget = createBudget(() => clock.now)
  const work = (ms: number, bytes = 0) => budget.charge('ada', () => (clock.now += ms), bytes)
  return { clock, budget, work }
}

test('a turn of work is followed by a rest as long, which ends', () => {
  const { clock, budget, work } = open()
  work(0.1)
  expect(budget.rest('ada')).toBe(0)
  work(4)
  const rest = budget.rest('ada')
  expect(rest).toBeGreaterThan(4)
  expect(rest).toBeLessThan(5)
  expect(budget.rest('bob')).toBe(0)
  clock.now += rest
  expect(budget.rest('ada')).toBe(0)
})

test('bytes cost, too: they have to be read and written down', () => {
  const { budget, work } = open()
  work(0, 1024 * 1024)
  expect(budget.rest('ada')).toBeGreaterThan(50)
})

test('one big edit is no flood: the rest has a limit', () => {
  const { budget, work } = open()
  work(3_000)
  expect(budget.rest('ada')).toBe(300)
})

test('who spent too much is refused until it has drained', async () => {
  const { clock, budget, work } = open()
  work(5_500)
  expect(() => work(1)).toThrow('Your edits cost the server too much')
  await expect(budget.turn('ada')).rejects.toThrow('wait half a minute')
  await budget.turn('bob')
  clock.now += 3_000
  work(1)
})
