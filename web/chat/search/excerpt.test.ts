import { expect, it } from 'vitest'
import { askedWords, excerpt } from './excerpt.ts'

it('knows which words are asked for', () => {
  expect(askedWords('deploy "the server" -draft or (rocket)')).toEqual([
    'deploy',
    'the',
    'server',
    'rocket',
  ])
})

it('marks the words in what is around the first of them', () => {
  expect(excerpt('We deployed it. Deploy again!', ['deploy'])).toEqual([
    { text: 'We ', found: false },
    { text: 'deployed', found: true },
    { text: ' it. ', found: false },
    { text: 'Deploy', found: true },
    { text: ' again!', found: false },
  ])
  const long = `${'far away '.repeat(100)}the rocket ${'and more '.repeat(100)}`
  const parts = excerpt(long, ['rockets'])
  expect(parts.find(({ found }) => found)?.text).toBe('rocket')
  expect(parts.map(({ text }) => text).join('').length).toBeLessThan(260)
  expect(excerpt('**so** it\n- [x] is `a`', [])).toEqual([{ text: 'so it is a', found: false }])
  expect(excerpt('a.b', ['a.b'])).toEqual([{ text: 'a.b', found: true }])
})
