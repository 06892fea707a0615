import { expect, test } from 'vitest'
import { assignColors } from './color.ts'

const people = (count: number) => Array.from({ length: count }, (_, n) => `person ${n + 100}`)
const different = (colors: Iterable<string | undefined>) => new Set(colors).size

test('members of a project have different colours, and keep them when others come', () => {
  const first = assignColors(people(9), [])
  expect(different(first.values())).toBe(9)
  const later = assignColors(people(16).toReversed(), [])
  expect(different(later.values())).toBe(16)
  for (const [id, color] of first) expect(later.get(id)).toBe(color)
})

test('where there are more members than colours, those who are present differ', () => {
  const present = people(100).filter((_, n) => n % 7 === 0)
  expect(present).toHaveLength(15)
  const colors = assignColors(people(100), present)
  expect(different(present.map((id) => colors.get(id)))).toBe(15)
  expect(different(people(100).map((id) => colors.get(id)))).toBe(16)
})

test('a guest has a colour that no member has', () => {
  const colors = assignColors(people(15), ['guest'])
  expect(different(colors.values())).toBe(16)
})
