import { expect, it } from 'vitest'
import { createTrail } from './trail.ts'

it('goes where they are, then to each file that they open, and stays where they are already', () => {
  const trail = createTrail(() => 0)
  const next = (files: string[], current?: string) => trail.next({ leader: 'ada', files, current })
  expect(next(['a'])).toBe('a')
  expect(next(['a'], 'a')).toBeNull()
  expect(next(['b'], 'a')).toBe('b')
  expect(next(['b', 'c'], 'b')).toBe('c')
  expect(next([], 'c')).toBeNull()
  trail.end()
  expect(next(['b', 'c'], 'c')).toBeNull()
})

it('does not change places for ever with somebody who follows in turn', () => {
  let time = 0
  const [one, two] = [createTrail(() => time), createTrail(() => time)]
  expect(one.next({ leader: 'two', files: ['b'], current: 'a' })).toBe('b')
  expect(two.next({ leader: 'one', files: ['a'], current: 'b' })).toBe('a')
  time = 100
  // Once may be by chance.
  expect(one.next({ leader: 'two', files: ['a'], current: 'b' })).toBe('a')
  expect(two.next({ leader: 'one', files: ['b'], current: 'a' })).toBe('b')
  expect(one.next({ leader: 'two', files: ['b'], current: 'a' })).toBe('swapped')
  time = 10_000
  expect(two.next({ leader: 'one', files: ['a'], current: 'b' })).toBe('a')
})
