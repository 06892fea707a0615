import { expect, test } from 'vitest'
import { excerpt } from './excerpt.ts'

test('a found line is shown from shortly before the match', () => {
  expect(excerpt('  let rocket = 1', 6, 6, 12)).toEqual({
    before: 'let ',
    match: 'rocket',
    after: ' = 1',
  })
  const long = `${'x'.repeat(100)}rocket`
  expect(excerpt(long, 100, 6, 12)).toEqual({
    before: `…${'x'.repeat(12)}`,
    match: 'rocket',
    after: '',
  })
})
