import { describe, expect, it } from 'vitest'
import { parseInline } from './inline.ts'
import { parseProse } from './parse.ts'

describe('parseInline', () => {
  it('finds code, weight, links, issues and people', () => {
    expect(parseInline('see `a*b` **now** #12 @ada')).toEqual([
      { kind: 'text', text: 'see ' },
      { kind: 'code', text: 'a*b' },
      { kind: 'text', text: ' ' },
      { kind: 'strong', children: [{ kind: 'text', text: 'now' }] },
      { kind: 'text', text: ' ' },
      { kind: 'issue', number: 12 },
      { kind: 'text', text: ' ' },
      { kind: 'mention', username: 'ada' },
    ])
  })

  it('leaves the punctuation of the sentence out of an address', () => {
    expect(parseInline('(see https://a.example/x_(y)?q=1.)')).toEqual([
      { kind: 'text', text: '(see ' },
      { kind: 'link', href: 'https://a.example/x_(y)?q=1', text: 'https://a.example/x_(y)?q=1' },
      { kind: 'text', text: '.)' },
    ])
    expect(parseInline('https://a.example/x, and')[0]).toEqual({
      kind: 'link',
      href: 'https://a.example/x',
      text: 'https://a.example/x',
    })
  })

  it('takes a path of this application for a link, and no other', () => {
    expect(parseInline('[src/a.ts](/p/x/files/1?thread=2)')).toEqual([
      { kind: 'link', href: '/p/x/files/1?thread=2', text: 'src/a.ts' },
    ])
    for (const text of ['[x](//evil.example)', '[x](/etc)', '[x](p/x)'])
      expect(parseInline(text).every(({ kind }) => kind !== 'link')).toBe(true)
  })

  it('makes no link of anything but http', () => {
    // oxlint-disable-next-line no-script-url -- that it stays text is the promise
    const text = '[click](javascript:alert(1)) data:text/html,x'
    expect(parseInline(text)).toEqual([{ kind: 'text', text }])
  })

  it('finds places in files, and no files in sentences', () => {
    const place = (path: string, lines: unknown, text: string) => ({
      kind: 'file',
      place: { path, lines },
      text,
    })
    expect(parseInline('see src/a-b.test.ts:10-20, main.ts:3.')).toEqual([
      { kind: 'text', text: 'see ' },
      place('src/a-b.test.ts', [10, 20], 'src/a-b.test.ts:10-20'),
      { kind: 'text', text: ', ' },
      place('main.ts', [3, 3], 'main.ts:3'),
      { kind: 'text', text: '.' },
    ])
    expect(parseInline('`x`/.env a/b me@a.example 1. end')).not.toContainEqual(
      expect.objectContaining({ kind: 'file' }),
    )
  })

  it('keeps snake_case, e-mail addresses and anchors as they are', () => {
    const text = 'a snake_case_name, me@example.com, page#12 and 2 * 3 * 4'
    expect(parseInline(text)).toEqual([{ kind: 'text', text }])
  })
})

describe('parseProse', () => {
  it('knows headings, lists, quotes, code and paragraphs', () => {
    const source = '# Title\none\ntwo\n\n- a\n- b\n1. c\n> said\n```ts\nlet x\n\n```\nend'
    expect(parseProse(source).map((block) => block.kind)).toEqual([
      'heading',
      'paragraph',
      'list',
      'list',
      'quote',
      'code',
      'paragraph',
    ])
    expect(parseProse(source)[5]).toEqual({ kind: 'code', language: 'ts', text: 'let x\n' })
  })

  it('ends an open code block with the text', () => {
    expect(parseProse('```\na')).toEqual([{ kind: 'code', language: '', text: 'a' }])
  })

  it('nests lists, and knows tasks', () => {
    expect(parseProse('- a\n  - [x] b\n  - [ ] c\n    1. d\n- e\n  more')).toMatchObject([
      {
        kind: 'list',
        items: [
          {
            checked: null,
            lists: [{ items: [{ checked: true }, { checked: false, lists: [{ ordered: true }] }] }],
          },
          { children: [{ text: 'e' }, { text: '\nmore' }], lists: [] },
        ],
      },
    ])
    expect(parseProse('3. a\n\n4. b')).toMatchObject([{ start: 3, items: [{}, {}] }])
  })

  it('knows tables, and leaves a line with bars alone', () => {
    expect(parseProse('| a | b |\n|---|:-:|\n| 1 | **2** | 3 |\nend')).toMatchObject([
      {
        kind: 'table',
        head: [[{ text: 'a' }], [{ text: 'b' }]],
        rows: [[[{ text: '1' }], [{ kind: 'strong' }]]],
      },
      { kind: 'paragraph' },
    ])
    expect(parseProse('a | b\nc')).toMatchObject([{ kind: 'paragraph' }])
  })

  it('takes time in proportion to the text, whatever it is', () => {
    const hostile = [
      '(',
      ')',
      '[',
      '*',
      '_',
      '`',
      '~',
      '|',
      '#',
      '@',
      '.',
      '/',
      ' ',
      '-',
      '\t',
      '> ',
      '- ',
      '```\n',
      '*a',
      '_a ',
      '**a',
      '[a](',
      '~~a',
      'a/',
      'a.',
      '|-',
      '-|\n',
      '  - a\n',
      'https://a.b/)',
      '@a',
      'a:1',
    ]
    // A parser that is quadratic takes minutes for these.
    for (const part of hostile) {
      for (const begin of ['', 'https://', '|a|\n|', '- ']) {
        const source = begin + part.repeat(200_000 / part.length)
        expect(parseProse(source).length).toBeGreaterThanOrEqual(0)
      }
    }
  }, 60_000)
})
