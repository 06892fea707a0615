import { describe, expect, it } from 'vitest'
import type { ProjectFile } from '../../server/files/schema.ts'
import { changeFiles, removeFiles } from './changes.ts'
import { freeName, nameProblem } from './names.ts'
import {
  buildTree,
  filterTree,
  outermost,
  setOpen,
  visibleRows,
  type OpenFolders,
  type TreeNode,
} from './tree.ts'

const entry = (path: string, kind: ProjectFile['kind'] = 'text'): ProjectFile => ({
  id: path,
  projectId: 'p',
  parentId: path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : null,
  kind,
  path,
  size: null,
  type: null,
  contentId: null,
  createdBy: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
})
/** `src/` is a folder. */
const entries = (paths: string[]) =>
  paths.map((path) => (path.endsWith('/') ? entry(path.slice(0, -1), 'folder') : entry(path)))
const byId = (files: ProjectFile[]) => new Map(files.map((file) => [file.id, file]))
const everything: OpenFolders = { all: true, except: new Set<string>() }
const outline = (tree: TreeNode[], folders = everything) =>
  visibleRows(tree, folders).map(
    ({ node, depth }) => '  '.repeat(depth) + node.name + (node.file.kind === 'folder' ? '/' : ''),
  )

const paths = ['README.md', 'src/', 'src/b10.ts', 'src/b2.ts', 'src/deep/', 'src/deep/a.ts', 'Zoo/']

describe('the file tree', () => {
  it('shows folders before files, empty ones too, names as people count', () => {
    expect(outline(buildTree(entries(paths)))).toEqual([
      'src/',
      '  deep/',
      '    a.ts',
      '  b2.ts',
      '  b10.ts',
      'Zoo/',
      'README.md',
    ])
  })

  it('hides what is inside of closed folders', () => {
    const tree = buildTree(entries(paths))
    const closed = setOpen(everything, ['src/deep'], false)
    expect(outline(tree, closed)).toEqual([
      'src/',
      '  deep/',
      '  b2.ts',
      '  b10.ts',
      'Zoo/',
      'README.md',
    ])
    const none = { all: false, except: new Set<string>() }
    expect(outline(tree, none)).toEqual(['src/', 'Zoo/', 'README.md'])
    expect(outline(tree, setOpen(none, ['src'], true))).toHaveLength(6)
    expect(setOpen(setOpen(none, ['src'], true), ['src'], false)).toEqual(none)
  })

  it('says where a row stands among its siblings', () => {
    const rows = visibleRows(buildTree(entries(paths)), everything)
    const place = (path: string) => {
      const row = rows.find(({ node }) => node.file.path === path)
      return [row?.position, row?.siblings]
    }
    expect([place('src/b10.ts'), place('README.md')]).toEqual([
      [3, 3],
      [3, 3],
    ])
  })

  it('shows what is in an unknown folder at the top', () => {
    expect(outline(buildTree([entry('lost/a.ts')]))).toEqual(['a.ts'])
  })

  it('narrows to what has the words in its path, with the folders above', () => {
    const tree = buildTree(entries(paths))
    expect(outline(filterTree(tree, 'SRC b1'))).toEqual(['src/', '  b10.ts'])
    expect(outline(filterTree(tree, 'deep'))).toEqual(['src/', '  deep/', '    a.ts'])
    expect(outline(filterTree(tree, 'nowhere'))).toEqual([])
  })

  it('leaves out what goes along with a folder', () => {
    const files = byId(entries(paths))
    const ids = new Set(['src', 'src/deep/a.ts', 'README.md', 'gone'])
    expect(outermost(files, ids).map(({ path }) => path)).toEqual(['src', 'README.md'])
  })
})

describe('changes of the tree', () => {
  const all = (files: ProjectFile[]) => files.map(({ path }) => path).toSorted()

  it('moves what is in a folder along with it', () => {
    const files = entries(paths)
    const moved = changeFiles(files, { ...entry('lib', 'folder'), id: 'src' })
    expect(all(moved)).toEqual([
      'README.md',
      'Zoo',
      'lib',
      'lib/b10.ts',
      'lib/b2.ts',
      'lib/deep',
      'lib/deep/a.ts',
    ])
  })

  it('removes a folder with all that is in it', () => {
    expect(all(removeFiles(entries(paths), 'src'))).toEqual(['README.md', 'Zoo'])
  })
})

describe('names', () => {
  it('are refused with what would be right', () => {
    const taken = (path: string) => path === 'src/a.ts'
    expect(nameProblem('b.ts', 'src', taken)).toBeNull()
    expect(nameProblem('deep/b.ts', 'src', taken)).toBeNull()
    expect(nameProblem('a.ts', 'src', taken)).toMatch(/a\.ts is already in src.*another name/)
    expect(nameProblem('', 'src', taken)).toMatch(/name, such as main\.ts/)
    expect(nameProblem('x//y', '', taken)).toMatch(/Two slashes/)
    expect(nameProblem('../y', '', taken)).toMatch(/“\.\.”/)
    expect(nameProblem(String.raw`a\b`, '', taken)).toMatch(/slash \(\/\)/)
    expect(nameProblem('x'.repeat(300), '', taken)).toMatch(/255/)
  })

  it('are made free by a number before the ending', () => {
    const taken = new Set(['a.ts', 'a (2).ts', 'src/LICENSE', '.env'])
    const free = (path: string) => freeName(path, (other) => taken.has(other))
    expect(free('b.ts')).toBe('b.ts')
    expect(free('a.ts')).toBe('a (3).ts')
    expect(free('src/LICENSE')).toBe('src/LICENSE (2)')
    expect(free('.env')).toBe('.env (2)')
  })
})
