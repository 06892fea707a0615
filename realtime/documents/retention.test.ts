// Which versions stay as time goes by.
import { describe, expect, test } from 'vitest'
import { thinVersions, type Kept } from './retention.ts'

const NOW = Date.parse('2026-06-15T12:02:30Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const made = (ago: number, fields: Partial<Kept> = {}): Kept => ({
  id: `${ago / MINUTE} min ago`,
  number: 2,
  name: null,
  reason: 'session',
  bytes: 100,
  createdAt: new Date(NOW - ago).toISOString(),
  ...fields,
})
const every = (step: number, from: number, to: number, fields: Partial<Kept> = {}) =>
  Array.from({ length: Math.floor((to - from) / step) }, (_, n) => made(from + n * step, fields))
const left = (versions: Kept[], limits?: { versions: number; bytes: number }) => {
  const sorted = versions.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt))
  const gone = new Set(thinVersions(sorted, NOW, limits))
  return sorted.filter((version) => !gone.has(version))
}

describe('of a file that was edited all the time', () => {
  test('sessions of the last day stay, then one an hour, a day, a week', () => {
    expect(left(every(5 * MINUTE, 0, DAY))).toHaveLength(288)
    expect(left(every(5 * MINUTE, DAY, 7 * DAY))).toHaveLength(6 * 24 + 1)
    expect(left(every(HOUR, 7 * DAY, 90 * DAY))).toHaveLength(83 + 1)
    expect(left(every(DAY, 90 * DAY, 90 * DAY + 364 * DAY))).toHaveLength(52 + 1)
  })

  test('the newest of a stretch stays', () => {
    const versions = [made(30 * HOUR), made(30 * HOUR + MINUTE), made(30 * HOUR + 59 * MINUTE)]
    expect(left(versions).map(({ id }) => id)).toEqual(['1859 min ago', '1800 min ago'])
  })

  test('thinned day by day for three years, it has what is asked for and not more', () => {
    const DAYS = 3 * 365
    let versions: Kept[] = []
    for (let day = DAYS; day >= 0; day--) {
      const now = NOW - day * DAY
      for (let n = 0; n < 20; n++) versions.push(made(day * DAY + (20 - n) * 20 * MINUTE))
      const gone = new Set(thinVersions(versions, now))
      versions = versions.filter((version) => !gone.has(version))
      expect(versions.length).toBeLessThan(20 + 6 * 8 + 90 + (DAYS - 90) / 7 + 5)
    }
    const ages = versions.map(({ createdAt }) => NOW - Date.parse(createdAt))
    for (const [index, age] of ages.slice(0, -1).entries()) {
      const gap = age - ages[index + 1]!
      expect(gap).toBeLessThanOrEqual(age < 8 * DAY ? DAY : age < 91 * DAY ? 2 * DAY : 14 * DAY)
    }
  })
})

test('who goes and comes back within minutes leaves one version', () => {
  expect(left(every(10_000, 10 * MINUTE, 12 * MINUTE))).toHaveLength(1)
})

test('the newest stays, whatever stands beside it', () => {
  expect(left([made(0), made(1_000)]).map(({ id }) => id)).toEqual(['0 min ago'])
  expect(left([made(0), made(DAY)], { versions: 1, bytes: 1 })).toHaveLength(1)
})

test('how the file came stays', () => {
  const versions = [made(0), ...every(MINUTE, MINUTE, HOUR), made(HOUR, { number: 1 })]
  expect(left(versions)[0]).toMatchObject({ number: 1 })
})

test('what has a name stays, and what surrounds a restore for a week', () => {
  expect(left(every(HOUR, 300 * DAY, 310 * DAY, { name: 'x' }))).toHaveLength(240)
  expect(left(every(MINUTE, 6 * DAY, 6 * DAY + HOUR, { reason: 'before_restore' }))).toHaveLength(
    60,
  )
  expect(left(every(MINUTE, 8 * DAY, 8 * DAY + HOUR, { reason: 'restore' }))).toHaveLength(1)
})

test('what many others are kept by stays, unless a limit is reached', () => {
  const versions = [made(0), made(31 * HOUR), made(31 * HOUR + MINUTE, { isNeeded: true })]
  expect(left(versions)).toHaveLength(3)
  expect(left(versions, { versions: 2, bytes: 1_000 })).toHaveLength(1)
})

test('beyond the limits the oldest without a name go', () => {
  const versions = [
    ...every(10 * MINUTE, 0, 100 * MINUTE),
    made(200 * MINUTE, { name: 'release', bytes: 500 }),
  ]
  const byCount = left(versions, { versions: 5, bytes: 10_000 })
  expect(byCount.map(({ id }) => id)).toEqual([
    '200 min ago',
    '20 min ago',
    '10 min ago',
    '0 min ago',
  ])
  const byBytes = left(versions, { versions: 100, bytes: 800 })
  expect(byBytes.map(({ id }) => id)).toEqual(['200 min ago', '10 min ago', '0 min ago'])
})
