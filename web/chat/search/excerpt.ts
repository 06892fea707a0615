// Which words of a found message were asked for. Pure.

export interface Part {
  text: string
  found: boolean
}

/** The words that a search asks for, without what it excludes and how it joins them. */
export function askedWords(query: string): string[] {
  return [...query.matchAll(/(-?)(?:"([^"]+)"|(\S+))/g)]
    .filter(([, minus]) => minus === '')
    .flatMap(([, , phrase, word]) => (phrase ?? word ?? '').split(/\s+/))
    .map((word) => word.replaceAll(/^[^\p{L}\p{N}_]+|[^\p{L}\p{N}_]+$/gu, ''))
    .filter((word) => word !== '' && word.toLowerCase() !== 'or')
}

/** A search also finds other forms of a word: what begins as it does is marked. */
const stem = (word: string) => word.replace(/(?<=.{3})(?:ing|ed|es|s)$/i, '')

/** What only forms the text */
const marks = /\*\*|~~|`+|^[ \t]*(?:[-*+>]|#{1,4})[ \t]+(?:\[[ xX]\][ \t])?/gm

/** Some text around the first word found, with all of them marked. */
export function excerpt(text: string, words: readonly string[], length = 240): Part[] {
  const plain = text.replaceAll(marks, ' ').replaceAll(/\s+/g, ' ').trim()
  const escaped = words.map((word) => stem(word).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join('|')})[\\p{L}\\p{N}]*`, 'giu')
  const first = words.length > 0 ? plain.search(pattern) : -1
  const start = first > length / 2 ? plain.indexOf(' ', first - length / 2) + 1 : 0
  const end = plain.length > start + length ? start + length : plain.length
  const shown = `${start > 0 ? '…' : ''}${plain.slice(start, end)}${end < plain.length ? '…' : ''}`
  if (words.length === 0) return [{ text: shown, found: false }]
  const parts: Part[] = []
  let position = 0
  for (const { 0: match, index } of shown.matchAll(pattern)) {
    if (index > position) parts.push({ text: shown.slice(position, index), found: false })
    parts.push({ text: match, found: true })
    position = index + match.length
  }
  if (position < shown.length) parts.push({ text: shown.slice(position), found: false })
  return parts
}
