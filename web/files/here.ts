// Whose sign stands on which row: that of the file they have open, or of the closed folder that hides it. Pure.
import type { PresentPerson } from '../../protocol/presence.ts'
import type { ProjectFile } from '../../server/files/schema.ts'
import { foldersAbove, isOpen, type OpenFolders } from './tree.ts'

export function peopleOnRows(
  present: readonly PresentPerson[],
  files: ReadonlyMap<string, ProjectFile>,
  folders: OpenFolders,
): ReadonlyMap<string, PresentPerson[]> {
  const rows = new Map<string, PresentPerson[]>()
  for (const person of present) {
    const seen = new Set<string>()
    for (const place of person.places) {
      const file = place.kind === 'file' ? files.get(place.fileId) : undefined
      if (!file) continue
      const hiding = foldersAbove(files, file).findLast(({ id }) => !isOpen(folders, id))
      seen.add((hiding ?? file).id)
    }
    for (const id of seen) rows.set(id, [...(rows.get(id) ?? []), person])
  }
  return rows
}
