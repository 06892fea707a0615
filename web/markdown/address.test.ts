import { expect, it } from 'vitest'
import { resolveAddress, slugOf } from './address.ts'

it('resolves paths from the file they are written in, and never beyond the project', () => {
  const file = (path: string) => ({ kind: 'file', path })
  expect(resolveAddress('b.md', 'docs/a.md')).toEqual(file('docs/b.md'))
  expect(resolveAddress('./x/../b%20c.md?raw#top', 'docs/a.md')).toEqual(file('docs/b c.md'))
  expect(resolveAddress('/src/main.ts', 'docs/a.md')).toEqual(file('src/main.ts'))
  expect(resolveAddress('../README.md', 'docs/a.md')).toEqual(file('README.md'))
  expect(resolveAddress('../../etc/passwd', 'docs/a.md')).toBeNull()
  expect(resolveAddress('%E0%A4%A', 'a.md')).toBeNull()
})

it('knows the web and headings, and runs no scripts', () => {
  expect(resolveAddress('https://a.example/x', 'a.md')?.kind).toBe('web')
  expect(resolveAddress('#What-It-Is', 'a.md')).toEqual({ kind: 'heading', slug: 'what-it-is' })
  expect(resolveAddress('#%C3%BCber-uns', 'a.md')).toEqual({ kind: 'heading', slug: 'über-uns' })
  for (const href of [
    'javascript:alert(1)',
    ' JavaScript:x',
    'data:text/html,x',
    '//evil.example',
    'vbscript:x',
  ])
    expect(resolveAddress(href, 'a.md')).toBeNull()
  expect(slugOf('What it is, *really*?')).toBe('what-it-is-really')
})
