import { describe, expect, it } from 'vitest'
import { fuzzyFit, readAsked, suggest } from './fuzzy.ts'

const marked = (asked: string, path: string) => {
  const fit = fuzzyFit(asked, path)
  return (
    fit && path.split('').map((letter, n) => (fit.positions.includes(n) ? `[${letter}]` : letter))
  )
}
const items = [
  'web/editor/documents.ts',
  'realtime/documents/documents.ts',
  'docs/PROTOCOL.md',
  'server/files/routes.ts',
  'web/routes.tsx',
  'web/files/quickopen.tsx',
].map((path) => ({ id: path, path }))
const found = (asked: string, recent: string[] = []) =>
  suggest(items, asked, recent, 10).map(({ item }) => item.path)

describe('quick open', () => {
  it('finds letters in order, and says which', () => {
    expect(fuzzyFit('xyz', 'main.ts')).toBeNull()
    expect(fuzzyFit('nm', 'main.ts')).toBeNull()
    expect(marked('mts', 'main.ts')?.join('')).toBe('[m]ain.[t][s]')
    expect(marked('QO', 'web/files/quickOpen.tsx')?.join('')).toBe('web/files/[q]uick[O]pen.tsx')
  })

  it('prefers the name to the folders, and letters that stand together', () => {
    expect(marked('files', 'files/a/files.ts')?.join('')).toBe('files/a/[f][i][l][e][s].ts')
    expect(marked('ab', 'a/axb/ab.ts')?.join('')).toBe('a/axb/[a][b].ts')
  })

  it('puts the best first', () => {
    expect(found('routes')[0]).toBe('web/routes.tsx')
    expect(found('files routes')).toEqual(['server/files/routes.ts'])
    expect(found('prot')[0]).toBe('docs/PROTOCOL.md')
  })

  it('puts recent ones first where the rest is alike', () => {
    const recent = ['docs/PROTOCOL.md', 'web/routes.tsx']
    expect(found('', recent).slice(0, 2)).toEqual(recent)
    expect(found('documents', ['realtime/documents/documents.ts'])[0]).toBe(
      'realtime/documents/documents.ts',
    )
  })

  it('reads a line behind the name', () => {
    expect(readAsked('main.ts:12')).toEqual({ name: 'main.ts', line: 12 })
    expect(readAsked('main.ts:')).toEqual({ name: 'main.ts', line: null })
    expect(readAsked('main.ts')).toEqual({ name: 'main.ts', line: null })
    expect(found('routes.tsx:3')).toEqual(['web/routes.tsx'])
  })
})
