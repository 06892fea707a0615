import { expect, test } from 'vitest'
import { createBudget } from './budget.ts'

/** A budget whose clock stands still unless it is moved. */
function open() {
  const clock = { now: 0 }
  const budget = createBudget(() => clock.now)
  const work = (ms: number, bytes = 0, who = 'ada') =>
    budget.charge(who, () => (clock.now += ms), bytes)
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

test('who works far more than the others who are there rests far longer', () => {
  const { clock, budget, work } = open()
  const restAfter = (ms: number) => {
    clock.now += 300
    for (const who of ['bob', 'eve', 'joe']) work(0.1, 0, who)
    work(ms)
    return budget.rest('ada')
  }
  // A page that is pasted, or ten files that are opened, is no flood.
  expect(restAfter(10)).toBeLessThan(11)
  for (let n = 0; n < 10; n++) restAfter(10)
  expect(restAfter(5)).toBeGreaterThan(100)
  // Connections of nobody knows whom are not others.
  clock.now += 600
  budget.meet('socket')
  work(0.1, 0, 'socket')
  work(5)
  work(5)
  expect(budget.rest('ada')).toBeLessThan(11)
  // The others are gone: nobody waits for anything.
  clock.now += 600
  work(5)
  work(5)
  expect(budget.rest('ada')).toBeLessThan(11)
})

test('two who work as much hold each other up no more than each would', () => {
  const { clock, budget, work } = open()
  for (let n = 0; n < 1_000; n++) {
    const who = n % 2 ? 'ada' : 'bob'
    clock.now += budget.rest(who)
    work(0.5, 0, who)
  }
  expect(clock.now).toBeLessThan(1_000 * 0.5 * 2.5)
})

test('bytes cost, too: they have to be read and written down', () => {
  const { budget, work } = open()
  work(0, 1024 * 1024)
  expect(budget.rest('ada')).toBeGreaterThan(50)
})

test('one big edit is no flood: the rest has a limit', () => {
  const { budget, work } = open()
  work(3_000)
  expect(budget.rest('ada')).toBe(1_000)
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
