// What people are called in a text.
import type { PublicUser } from '../../protocol/events.ts'

/** A guest took a name by themselves: it says so wherever it stands. */
export const nameOf = ({ displayName, guest }: PublicUser) =>
  guest ? `${displayName} (guest)` : displayName
