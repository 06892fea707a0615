import { describe, expect, it } from 'vitest'
import { buildTree, visibleRows } from './tree.ts'

const file = (path: string) => ({
  id: path,
  projectId: 'p',
  path,
  parentId: null,
  kind: 'text' as const,
  size: null,
  type: null,
  contentId: null,
  createdBy: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
})
const outline = (paths: string[], closed: string[] = []) =>
  visibleRows(buildTree(paths.map(file)), new Set(closed)).map(
    ({ node, depth }) => '  '.repeat(depth) + node.name + (node.kind === 'folder' ? '/' : ''),
  )

describe('the file tree', () => {
  it('makes folders from paths, folders before files, names as people count', () => {
    expect(outline(['README.md', 'src/b10.ts', 'src/b2.ts', 'src/deep/a.ts', 'Zoo/x'])).toEqual([
      'src/',
      '  deep/',
      '    a.ts',
      '  b2.ts',
      '  b10.ts',
      'Zoo/',
      '  x',
      'README.md',
    ])
  })

  it('tells a folder and a file of one name apart', () => {
    expect(outline(['a', 'a/b'])).toEqual(['a/', '  b', 'a'])
  })

  it('hides what is inside of closed folders', () => {
    expect(outline(['src/deep/a.ts', 'src/b.ts'], ['src/deep'])).toEqual([
      'src/',
      '  deep/',
      '  b.ts',
    ])
    expect(outline(['src/deep/a.ts', 'src/b.ts'], ['src'])).toEqual(['src/'])
  })
})
