// The tree of a project, and which of its rows are seen. Pure.
import type { ProjectFile } from '../../server/files/schema.ts'

export interface TreeNode {
  file: ProjectFile
  /** Last part of the path */
  name: string
  children: TreeNode[]
}

export interface TreeRow {
  node: TreeNode
  /** from 0 */
  depth: number
  open: boolean
  /** Among its siblings, from 1, and how many there are */
  position: number
  siblings: number
}

/** Folders that are open: all but some, or none but some */
export interface OpenFolders {
  all: boolean
  except: ReadonlySet<string>
}

export const isFolder = ({ kind }: ProjectFile) => kind === 'folder'
export const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
export const folderOf = (path: string) => path.slice(0, Math.max(path.lastIndexOf('/'), 0))
export const joinPath = (folder: string, name: string) => (folder ? `${folder}/${name}` : name)

const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** Folders first, then files, each by name as people count: file2 before file10. */
export function buildTree(files: readonly ProjectFile[]): TreeNode[] {
  const nodes = new Map<string, TreeNode>()
  for (const file of files) {
    nodes.set(file.id, { file, name: nameOf(file.path), children: [] })
  }
  const top: TreeNode[] = []
  for (const node of nodes.values()) {
    // What is in a folder that is not known yet stands at the top rather than nowhere.
    const parent = node.file.parentId === null ? undefined : nodes.get(node.file.parentId)
    ;(parent?.children ?? top).push(node)
  }
  const sort = (siblings: TreeNode[]) =>
    siblings.sort((a, b) => {
      const [folder, other] = [isFolder(a.file), isFolder(b.file)]
      return folder === other ? compare(a.name, b.name) : folder ? -1 : 1
    })
  for (const { children } of nodes.values()) sort(children)
  return sort(top)
}

export const isOpen = ({ all, except }: OpenFolders, id: string) => all !== except.has(id)

export function setOpen(folders: OpenFolders, ids: readonly string[], open: boolean): OpenFolders {
  const except = new Set(folders.except)
  for (const id of ids) {
    if (open === folders.all) except.delete(id)
    else except.add(id)
  }
  return { all: folders.all, except }
}

/** What is seen, top to bottom. */
export function visibleRows(tree: readonly TreeNode[], folders: OpenFolders): TreeRow[] {
  const rows: TreeRow[] = []
  const add = (siblings: readonly TreeNode[], depth: number) => {
    for (const [index, node] of siblings.entries()) {
      const open = isFolder(node.file) && isOpen(folders, node.file.id)
      rows.push({ node, depth, open, position: index + 1, siblings: siblings.length })
      if (open) add(node.children, depth + 1)
    }
  }
  add(tree, 0)
  return rows
}

/** What has these words in its path, with the folders above; a folder that has them keeps all that is in it. */
export function filterTree(tree: readonly TreeNode[], asked: string): TreeNode[] {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean)
  const has = (path: string) => words.every((word) => path.toLowerCase().includes(word))
  const narrow = (siblings: readonly TreeNode[]): TreeNode[] =>
    siblings.flatMap((node) => {
      if (has(node.file.path)) return node
      const children = narrow(node.children)
      return children.length > 0 ? { ...node, children } : []
    })
  return narrow(tree)
}

/** The folders that it is in, innermost first. */
export function foldersAbove(
  files: ReadonlyMap<string, ProjectFile>,
  file: ProjectFile,
): ProjectFile[] {
  const above: ProjectFile[] = []
  let at = file.parentId === null ? undefined : files.get(file.parentId)
  // News that come out of order could say that two folders are in each other.
  while (at && !above.includes(at)) {
    above.push(at)
    at = at.parentId === null ? undefined : files.get(at.parentId)
  }
  return above
}

/** Without what is in a folder that is among them: moving or deleting it takes that along. */
export function outermost(
  files: ReadonlyMap<string, ProjectFile>,
  ids: ReadonlySet<string>,
): ProjectFile[] {
  return [...ids].flatMap((id) => {
    const file = files.get(id)
    return file && !foldersAbove(files, file).some((folder) => ids.has(folder.id)) ? file : []
  })
}
