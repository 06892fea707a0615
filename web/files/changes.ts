// What one change makes of the list of files: a folder takes along what is in it. Pure.
import type { ProjectFile } from '../../server/files/schema.ts'
import { joinPath, nameOf } from './tree.ts'

function childrenOf(files: readonly ProjectFile[]) {
  const children = new Map<string, ProjectFile[]>()
  for (const file of files) {
    if (file.parentId === null) continue
    const known = children.get(file.parentId)
    if (known) known.push(file)
    else children.set(file.parentId, [file])
  }
  return children
}

/** All that is in a folder, whatever the depth. */
function within(files: readonly ProjectFile[], id: string): ReadonlySet<string> {
  const children = childrenOf(files)
  const found = new Set<string>()
  const add = (folder: string) => {
    for (const file of children.get(folder) ?? []) {
      if (found.has(file.id)) continue
      found.add(file.id)
      add(file.id)
    }
  }
  add(id)
  return found
}

/** Puts it in, or in the place of what it was; a folder that moved moves what is in it. */
export function changeFiles(files: readonly ProjectFile[], file: ProjectFile): ProjectFile[] {
  const before = files.find(({ id }) => id === file.id)
  if (!before) return [...files, file]
  const next = new Map(files.map((other) => [other.id, other.id === file.id ? file : other]))
  if (before.path === file.path) return [...next.values()]
  const children = childrenOf(files)
  const seen = new Set<string>()
  const move = (id: string, path: string) => {
    if (seen.has(id)) return
    seen.add(id)
    for (const child of children.get(id) ?? []) {
      if (child.id === file.id) continue
      const moved = { ...child, path: joinPath(path, nameOf(child.path)) }
      next.set(child.id, moved)
      move(child.id, moved.path)
    }
  }
  move(file.id, file.path)
  return [...next.values()]
}

export function removeFiles(files: readonly ProjectFile[], id: string): ProjectFile[] {
  const gone = within(files, id)
  return files.filter((file) => file.id !== id && !gone.has(file.id))
}
