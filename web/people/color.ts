// A person's colour is the same everywhere: avatar, cursor in the code, tile in the call. Dark enough for white text.
const palette = [
  '#2f6fde',
  '#0b8043',
  '#c2410c',
  '#8e44ad',
  '#b3243c',
  '#00768a',
  '#a8478c',
  '#5b6b1f',
  '#5a4fcf',
  '#9a6700',
  '#47606e',
  '#1d7a54',
]

export function personColor(id: string): string {
  let hash = 0
  // Ids of people who came at the same time begin alike: every bit has to reach the last ones.
  for (const character of id) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x9e_37_79_b1)
    hash ^= hash >>> 15
  }
  return palette[(hash >>> 0) % palette.length] ?? '#2f6fde'
}

export const initials = (name: string) =>
  name
    .split(/[\s._-]+/)
    // A sign or picture beside the name is none of its letters.
    .filter((word, _, words) => /^[\p{L}\p{N}]/u.test(word) || words.length === 1)
    .slice(0, 2)
    .map((word) => String.fromCodePoint(word.codePointAt(0) ?? 32))
    .join('')
    .toLocaleUpperCase()
