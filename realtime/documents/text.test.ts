// What replacing a text touches, and that the result is the text, whatever the two are.
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { createRandom } from '../../test/random.ts'
import { diffTexts, replaceContent } from './text.ts'

const replace = (from: string, to: string) => {
  const document = new Y.Doc()
  const content = document.getText('content')
  content.insert(0, from)
  replaceContent(content, to)
  return content.toJSON()
}

test('several places that differ are several changes, and no bigger than they are', () => {
  const from = 'const one = 1\nconst two = 2\nconst three = 3\nreturn one\n'
  const to = 'const one = 10\nconst two = 2\nlet three = 3\nreturn one + two\n'
  expect(diffTexts(from, to)).toEqual([
    { index: from.indexOf('1\n') + 1, remove: 0, insert: '0' },
    { index: from.indexOf('const three'), remove: 4, insert: 'le' },
    { index: from.indexOf('one\n', 40) + 3, remove: 0, insert: ' + two' },
  ])
})

test('half of a surrogate pair is never left behind', () => {
  expect(replace('a👍b', 'a👎b')).toBe('a👎b')
  expect(replace('👍👍👎', '👍👎👎')).toBe('👍👎👎')
})

test('any text becomes any other', () => {
  const seed = Date.now() % 2 ** 31
  const random = createRandom(seed).below
  const words = ['one', 'two ', 'three', '\n', '\n\n', ' ', '👍', '👎', '\r\n', '(', ');', 'é']
  const text = () => Array.from({ length: random(40) }, () => words[random(words.length)]).join('')
  for (let round = 0; round < 500; round++) {
    const [from, to] = [text(), text()]
    expect(replace(from, to), `seed ${seed}: ${JSON.stringify([from, to])}`).toBe(to)
  }
})

test('a text of many lines does not take long to compare', () => {
  const lines = Array.from({ length: 60_000 }, (_, n) => `line ${n}`)
  expect(replace(lines.join('\n'), lines.toReversed().join('\n'))).toBe(
    lines.toReversed().join('\n'),
  )
})

test('what differs within many lines in a row is small changes', () => {
  const lines = Array.from({ length: 60 }, (_, n) => `const name${n} = (one + two) * three - ${n}`)
  const from = lines.join('\n')
  const to = lines.map((line) => `  ${line}`).join('\n')
  expect(diffTexts(from, to).map(({ remove, insert }) => [remove, insert.trim()])).toEqual(
    lines.map(() => [0, '']),
  )
})

test('nor does one of many lines, each of many words that differ', () => {
  // Letters of a language without spaces, and a sign after each.
  const words = Array.from({ length: 2_400 }, (_, n) =>
    String.fromCodePoint(0x4e00 + n, 0x2190 + n),
  )
  const line = (n: number, end: string) => `${end}${words.join('')}${end}\nline ${n}\n`
  const text = (end: string) => Array.from({ length: 200 }, (_, n) => line(n, end)).join('')
  expect(replace(text('a'), text('b'))).toBe(text('b'))
})
