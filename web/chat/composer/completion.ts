// What the composer offers while one writes `@` or `#`. Pure.
import type { PublicUser } from '../../../protocol/events.ts'

export interface Asked {
  kind: '@' | '#'
  /** What stands after the sign */
  query: string
  /** Where the sign stands */
  start: number
}

const asking = /(?:^|[\s(])([@#])([\p{L}\p{N}_-]{0,50})$/u

/** @returns what is being asked where the cursor stands, or null; nothing within a line of code */
export function findAsked(text: string, cursor: number): Asked | null {
  const before = text.slice(Math.max(0, cursor - 60), cursor)
  const match = asking.exec(before)
  if (!match) return null
  const line = text.slice(text.lastIndexOf('\n', cursor - 1) + 1, cursor)
  const inCode =
    line.split('`').length % 2 === 0 || text.slice(0, cursor).split('```').length % 2 === 0
  if (inCode) return null
  const query = match[2] ?? ''
  return { kind: match[1] === '#' ? '#' : '@', query, start: cursor - query.length - 1 }
}

export interface Completed {
  text: string
  cursor: number
}

/** Puts the choice, such as `@ada`, in place of what was asked. */
export function complete(text: string, cursor: number, asked: Asked, choice: string): Completed {
  const rest = text.slice(cursor)
  const word = rest.startsWith(' ') ? choice : `${choice} `
  const before = text.slice(0, asked.start) + word
  return { text: before + rest, cursor: before.length + (rest.startsWith(' ') ? 1 : 0) }
}

/** By username or any word of the name; whose username begins so comes first. */
export function findPeople<Person extends PublicUser>(
  people: readonly Person[],
  query: string,
  limit = 8,
): Person[] {
  const asked = query.toLowerCase()
  const rank = ({ username, displayName }: Person) => {
    if (username.toLowerCase().startsWith(asked)) return 0
    const words = displayName.toLowerCase().split(/\s+/)
    return words.some((word) => word.startsWith(asked)) ? 1 : 2
  }
  return people
    .filter((person) => rank(person) < 2)
    .sort((a, b) => rank(a) - rank(b) || a.displayName.localeCompare(b.displayName))
    .slice(0, limit)
}
