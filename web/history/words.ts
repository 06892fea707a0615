// What versions are called.
import type { FileVersion } from '../../server/versions/schema.ts'
import { clockTime } from '../time.tsx'

export const versionTitle = ({ name, createdAt }: FileVersion) => name ?? clockTime(createdAt)

export function versionNote({ reason, restoredFrom }: FileVersion): string | null {
  if (reason === 'restore') return `Restored from version ${restoredFrom}`
  if (reason === 'before_restore') return 'Kept before a restore'
  return null
}

export const authorNames = ({ authors }: FileVersion) =>
  authors.length > 0 ? authors.map(({ displayName }) => displayName).join(', ') : 'Nobody known'

/** Whose colour and name a part of a text has. */
export const personName = (
  people: readonly { id: string; displayName: string }[],
  id: string | null,
) => people.find((person) => person.id === id)?.displayName ?? 'Unknown author'
