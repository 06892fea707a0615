// A person's colour is the same everywhere: avatar, cursor in the code, tile in the call. People of one project differ
// in it, and everybody sees the same colours, because all of them go by the same list of members.
import { createStore, useStore } from '../store.ts'

/** Alike in lightness: white text on each has a contrast of 4.9, each on the dark page of 3.6. */
const palette = [
  '#2b6ae6',
  '#21822e',
  '#be4e03',
  '#9f4acb',
  '#d52f3e',
  '#077c91',
  '#b9458e',
  '#68782e',
  '#6e62cd',
  '#996702',
  '#077f70',
  '#9b6072',
  '#56758b',
  '#4f7a63',
  '#965e91',
  '#8d6a4e',
] as const

/** Of the people of the open project. */
export const projectColors = createStore<ReadonlyMap<string, string>>(new Map())

/** Their place in the palette as long as nobody else has it. */
function ownPlace(id: string): number {
  let hash = 0
  // Ids of people who came at the same time begin alike: every bit has to reach the last ones.
  for (const character of id) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x9e_37_79_b1)
    hash ^= hash >>> 15
  }
  return (hash >>> 0) % palette.length
}

/** Gives one after the other the first colour, from their own place on, that fewest have. */
function createPalette() {
  const uses = new Map<string, number>(palette.map((color) => [color, 0]))
  const usesOf = (color: string) => uses.get(color) ?? 0
  const take = (color: string) => {
    uses.set(color, usesOf(color) + 1)
    return color
  }
  return {
    usesOf,
    take,
    choose(id: string): string {
      const place = ownPlace(id)
      const turned = [...palette.slice(place), ...palette.slice(0, place)]
      return take(turned.reduce((best, color) => (usesOf(color) < usesOf(best) ? color : best)))
    },
  }
}

/**
 * Members who came earlier keep theirs when others come; where more are members than there are colours, at least those
 * who are present differ.
 */
export function assignColors(
  members: readonly string[],
  present: readonly string[],
): ReadonlyMap<string, string> {
  const [all, here] = [createPalette(), createPalette()]
  const people = new Set([...members.toSorted(), ...present.toSorted()])
  const colors = new Map([...people].map((id) => [id, all.choose(id)]))
  for (const id of present.toSorted()) {
    const color = colors.get(id) ?? ''
    colors.set(id, here.usesOf(color) > 0 ? here.choose(id) : here.take(color))
  }
  return colors
}

export const personColor = (id: string): string =>
  projectColors.get().get(id) ?? palette[ownPlace(id)] ?? palette[0]

/** The same for what is drawn by React. */
export function usePersonColor(id: string): string {
  useStore(projectColors)
  return personColor(id)
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
