// A tree of folders from slash-separated paths. Pure.
import type { ProjectFile } from '../../server/files/schema.ts'

export type TreeNode =
  | { kind: 'folder'; name: string; path: string; children: TreeNode[] }
  | { kind: 'file'; name: string; path: string; file: ProjectFile }

type Folder = Extract<TreeNode, { kind: 'folder' }>

/** Folders first, then files, each by name as people count: file2 before file10. */
export function buildTree(files: readonly ProjectFile[]): TreeNode[] {
  const root: Folder = { kind: 'folder', name: '', path: '', children: [] }
  const folders = new Map([['', root]])
  const folderAt = (path: string): Folder => {
    const known = folders.get(path)
    if (known) return known
    const slash = path.lastIndexOf('/')
    const folder: Folder = { kind: 'folder', name: path.slice(slash + 1), path, children: [] }
    folders.set(path, folder)
    folderAt(path.slice(0, Math.max(slash, 0))).children.push(folder)
    return folder
  }
  for (const file of files) {
    if (file.kind === 'folder') {
      folderAt(file.path)
      continue
    }
    const slash = file.path.lastIndexOf('/')
    const parent = folderAt(file.path.slice(0, Math.max(slash, 0)))
    parent.children.push({ kind: 'file', name: file.path.slice(slash + 1), path: file.path, file })
  }
  const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
  for (const { children } of folders.values()) {
    children.sort((a, b) =>
      a.kind === b.kind ? compare(a.name, b.name) : a.kind === 'folder' ? -1 : 1,
    )
  }
  return root.children
}

export interface TreeRow {
  node: TreeNode
  /** from 0 */
  depth: number
}

/** What is visible, top to bottom, with some folders closed. */
export function visibleRows(
  tree: readonly TreeNode[],
  closed: ReadonlySet<string>,
  depth = 0,
): TreeRow[] {
  return tree.flatMap((node) => [
    { node, depth },
    ...(node.kind === 'folder' && !closed.has(node.path)
      ? visibleRows(node.children, closed, depth + 1)
      : []),
  ])
}
