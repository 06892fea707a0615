// What many who join at once read together.
import { expect, test } from 'vitest'
import { createLanes } from '../lanes.ts'
import { shareReads } from './shared.ts'

test('who asks while a read is under way shares the next one, and gets nothing older than their asking', async () => {
  let truth = 'old'
  let reads = 0
  const gates: (() => void)[] = []
  const read = shareReads(async () => {
    reads += 1
    const seen = truth
    await new Promise<void>((resolve) => gates.push(resolve))
    if (seen === 'broken') throw new Error('broken')
    return seen
  })
  const open = async () => {
    await expect.poll(() => gates.length).toBe(1)
    gates.shift()?.()
  }
  const first = read('a')
  await expect.poll(() => gates.length).toBe(1)
  truth = 'broken'
  const later = [read('a'), read('a')]
  await open()
  expect(await first).toBe('old')
  const failed = Promise.allSettled(later)
  await expect.poll(() => gates.length).toBe(1)
  truth = 'new'
  const last = read('a')
  await open()
  expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await open()
  expect(await last).toBe('new')
  expect(reads).toBe(3)
})

test('no more than the lanes hold go at once, and a failure leaves its lane free', async () => {
  const inLane = createLanes(2)
  let busy = 0
  let most = 0
  const acts = Array.from({ length: 7 }, (_, n) =>
    inLane(async () => {
      most = Math.max(most, ++busy)
      await Promise.resolve()
      busy -= 1
      if (n % 2 === 0) throw new Error('fails')
    }),
  )
  await Promise.allSettled(acts)
  expect([most, busy]).toEqual([2, 0])
  expect(await inLane(() => Promise.resolve('free'))).toBe('free')
})
