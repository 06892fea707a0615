import { describe, expect, it } from 'vitest'
import { parseInline, parseProse } from './parse.ts'

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

  it('makes no link of anything but http', () => {
    // oxlint-disable-next-line no-script-url -- that it stays text is the promise
    const text = '[click](javascript:alert(1)) data:text/html,x'
    expect(parseInline(text)).toEqual([{ kind: 'text', text }])
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
})
