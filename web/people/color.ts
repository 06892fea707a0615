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
]

export function personColor(id: string): string {
  let hash = 0
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return palette[hash % palette.length] ?? '#2f6fde'
}

export const initials = (name: string) =>
  name
    .split(/[\s._-]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => String.fromCodePoint(word.codePointAt(0) ?? 32))
    .join('')
    .toLocaleUpperCase()
