import { expect, test } from 'vitest'
import { watchSpeakers } from './levels.ts'

const people = (levels: Record<string, number>) => new Map(Object.entries(levels))

test('whoever goes on speaking takes over; a cough does not; who left is forgotten', () => {
  const watch = watchSpeakers()
  watch.hear(people({ a: 0.2, b: 0 }), 0)
  expect(watch.get()).toMatchObject({ active: 'a', recent: ['a'] })
  watch.hear(people({ a: 0.2, b: 0.5 }), 150)
  watch.hear(people({ a: 0.2, b: 0 }), 300)
  expect(watch.get().active).toBe('a')
  expect([...watch.get().speaking].toSorted()).toEqual(['a', 'b'])
  for (let now = 450; now <= 1_650; now += 150) watch.hear(people({ a: 0.1, b: 0.5 }), now)
  expect(watch.get()).toMatchObject({ active: 'b' })
  watch.hear(people({ a: 0, b: 0 }), 3_000)
  expect(watch.get()).toMatchObject({ active: 'b', speaking: new Set() })
  watch.hear(people({ a: 0 }), 3_150)
  expect(watch.get().active).toBe(null)
})
