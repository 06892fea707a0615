// What is told of two texts, and that it is true, whatever they are.
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../test/random.ts'
import { compare } from './compare.ts'
import { compareContents } from './diff.ts'
import { diffLines, splitLines } from './lines.ts'

const whole = (text: string, userId: string | null = null) => ({
  text,
  runs: text === '' ? [] : [{ length: text.length, userId }],
})

/** The new text, made of the old one and what is told. */
function apply(from: string[], to: string[]) {
  const made: string[] = []
  let at = 0
  for (const change of diffLines(from, to)) {
    made.push(...from.slice(at, change.from), ...to.slice(change.to, change.toEnd))
    at = change.fromEnd
  }
  return [...made, ...from.slice(at)]
}

describe('lines', () => {
  test('any list of lines becomes any other', () => {
    const seed = Date.now() % 2 ** 31
    const { below } = createRandom(seed)
    const list = () => Array.from({ length: below(30) }, () => 'abcd'[below(4)]!)
    for (let round = 0; round < 2_000; round++) {
      const [from, to] = [list(), list()]
      expect(apply(from, to), `seed ${seed}: ${from.join('')} ${to.join('')}`).toEqual(to)
    }
  })

  test('the fewest lines that can be', () => {
    const lines = (text: string) => text.split('')
    expect(diffLines(lines('abcabba'), lines('cbabac'))).toHaveLength(4)
    expect(diffLines(lines('abc'), lines('abxc'))).toEqual([
      { from: 2, fromEnd: 2, to: 2, toEnd: 3 },
    ])
    expect(diffLines([], [])).toEqual([])
  })

  test('texts that have nothing in common do not take long', () => {
    const from = Array.from({ length: 60_000 }, (_, n) => `${n}\n`)
    const to = from.map((line) => `x${line}`)
    const start = performance.now()
    expect(diffLines(from, to)).toEqual([{ from: 0, fromEnd: 60_000, to: 0, toEnd: 60_000 }])
    expect(apply(from, from.toReversed())).toEqual(from.toReversed())
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})

describe('a comparison', () => {
  test('says who wrote what, and which words of a line differ', () => {
    const from = { text: 'one\ntwo words\nthree\n', runs: [{ length: 20, userId: 'ada' }] }
    const to = {
      text: 'one\ntwo other words\nthree\nfour\n',
      runs: [
        { length: 8, userId: 'ada' },
        { length: 6, userId: 'bob' },
        { length: 12, userId: 'ada' },
        { length: 5, userId: null },
      ],
    }
    const { hunks, added, removed } = compareContents(from, to, 3)
    expect({ added, removed }).toEqual({ added: 2, removed: 1 })
    const part = (text: string, userId: string | null, changed = false) => ({
      text,
      userId,
      changed,
    })
    expect(hunks).toEqual([
      {
        fromLine: 0,
        toLine: 0,
        lines: [
          { kind: 'same', from: 1, to: 1, parts: [part('one', 'ada')] },
          { kind: 'removed', from: 2, to: null, parts: [part('two words', 'ada')] },
          {
            kind: 'added',
            from: null,
            to: 2,
            parts: [part('two ', 'ada'), part('other ', 'bob', true), part('words', 'ada')],
          },
          { kind: 'same', from: 3, to: 3, parts: [part('three', 'ada')] },
          { kind: 'added', from: null, to: 4, parts: [part('four', null)] },
        ],
      },
    ])
  })

  test('shows as many equal lines around changes as asked, none twice', () => {
    const lines = Array.from({ length: 100 }, (_, n) => `line ${n}\n`)
    const changed = lines.with(10, 'x\n').with(15, 'y\n').with(90, 'z\n')
    const told = (context: number) =>
      compareContents(whole(lines.join('')), whole(changed.join('')), context).hunks
    expect(told(3).map(({ toLine, lines }) => [toLine, lines.length])).toEqual([
      [7, 14],
      [87, 8],
    ])
    expect(told(0).map(({ lines }) => lines.length)).toEqual([2, 2, 2])
    expect(told(1_000)).toHaveLength(1)
    expect(told(1_000)[0]!.lines).toHaveLength(103)
  })

  test('leaves no single line out: saying so would take as much room', () => {
    const lines = Array.from({ length: 40 }, (_, n) => `line ${n}\n`)
    const startsOf = (...at: number[]) => {
      const changed = lines.map((line, n) => (at.includes(n) ? 'x\n' : line))
      const { hunks } = compareContents(whole(lines.join('')), whole(changed.join('')), 3)
      return hunks.map(({ toLine }) => toLine)
    }
    expect(startsOf(4)).toEqual([0])
    expect(startsOf(5)).toEqual([2])
    expect(startsOf(4, 12)).toEqual([0])
    expect(startsOf(4, 13)).toEqual([0, 10])
  })

  test('is whole: the lines of both texts come out of it, with all of their text', () => {
    const seed = Date.now() % 2 ** 31
    const { below } = createRandom(seed)
    const words = ['one', ' ', '\n', 'two', '\n\n', 'three ', '\t', 'é👍']
    const text = () => Array.from({ length: below(60) }, () => words[below(8)]!).join('')
    const cut = (value: string) => {
      const runs: { length: number; userId: string }[] = []
      for (let left = value.length; left > 0;) {
        const length = Math.min(left, 1 + below(9))
        runs.push({ length, userId: `${below(3)}` })
        left -= length
      }
      return { text: value, runs }
    }
    for (let round = 0; round < 300; round++) {
      const [from, to] = [text(), text()]
      const { hunks } = compareContents(cut(from), cut(to), 10_000)
      const lines = hunks.flatMap((hunk) => hunk.lines)
      const side = (kinds: string[]) =>
        lines
          .filter(({ kind }) => kinds.includes(kind))
          .map(({ parts }) => parts.map((part) => part.text).join(''))
      const bare = (value: string) => splitLines(value).map((line) => line.replace(/\n$/, ''))
      const story = `seed ${seed}: ${JSON.stringify([from, to])}`
      if (from === to) continue
      expect(side(['same', 'removed']), story).toEqual(bare(from))
      expect(side(['same', 'added']), story).toEqual(bare(to))
    }
  })

  test('of texts that are big and different is cut, and soon there', () => {
    const text = (mark: string) =>
      Array.from({ length: 30_000 }, (_, n) => `${mark} ${n % 7} words in a line\n`).join('')
    const start = performance.now()
    const { cut, added } = compareContents(whole(text('a')), whole(text('b')), 3)
    expect({ cut, added }).toEqual({ cut: true, added: 30_000 })
    expect(performance.now() - start).toBeLessThan(5_000)
  })
  test('of big texts says the same, and leaves the thread to others', async () => {
    const from = whole('ab\n'.repeat(300_000))
    const to = whole('ab\nac\n'.repeat(150_000))
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const work = { from, to, context: 3 }
    const answers = await Promise.all([compare(work), compare({ ...work, context: 0 })])
    clearInterval(timer)
    expect(answers).toEqual([compareContents(from, to, 3), compareContents(from, to, 0)])
    expect(turns).toBeGreaterThan(20)
  })
})
