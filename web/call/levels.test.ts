import { expect, test } from 'vitest'
import { watchMutedTalk, watchSpeakers } from './levels.ts'

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

test('talk while muted is told once a minute; a cough is no talk', () => {
  const talks = watchMutedTalk()
  const told = (level: number, from: number, readings: number) =>
    Array.from({ length: readings }, (_, beat) => from + beat * 150).filter((now) =>
      talks(level, now),
    )
  expect(told(0.3, 0, 3)).toEqual([])
  expect(told(0, 450, 7)).toEqual([])
  expect(told(0.3, 3_000, 100)).toEqual([3_750])
  expect(told(0, 20_000, 20)).toEqual([])
  expect(told(0.3, 65_000, 20)).toEqual([65_750])
})
