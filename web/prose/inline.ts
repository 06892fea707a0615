// What stands within a line: code, weight, links, issues, people, places in files. Pure, and linear in the input.

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong' | 'emphasis' | 'strike'; children: Inline[] }
  /** An address elsewhere, or one of this application: `/p/…` */
  | { kind: 'link'; href: string; text: string }
  | { kind: 'issue'; number: number }
  | { kind: 'mention'; username: string }
  | { kind: 'file'; place: FilePlace; text: string }

/** `src/main.ts:10-20`: perhaps a file of the project; who draws it knows. */
export interface FilePlace {
  path: string
  /** First and last line, from 1; null for the whole file */
  lines: [number, number] | null
}

// Each alternative begins with a character of its own kind and has no unbounded nested repetition; a path begins
// only where a run of its characters does.
const token =
  /`([^`\n]+)`|\*\*([^*\n]+)\*\*|~~([^~\n]+)~~|(?<![\w*])\*([^*\s][^*\n]*)\*|(?<!\w)_([^_\s][^_\n]*)_(?!\w)|\[([^\]\n]{1,300})\]\(((?:https?:\/|\/p)\/[^\s()<>]{1,2000})\)|(https?:\/\/[^\s<>"'`]{1,2000})|(?<![\w&/])#(\d{1,9})\b|(?<![\w@./])@([a-zA-Z0-9][a-zA-Z0-9_-]{1,48}[a-zA-Z0-9])|(?<![\w./:@#&+-])((?:[\w.-][\w./+-]{0,250})?\w\.\w{1,12}(?::\d{1,6}(?:-\d{1,6})?)?)(?![\w/@]|:\/)/g

const place = /^([\w./+-]{1,280}\.\w{1,12})(?::(\d{1,6})(?:-(\d{1,6}))?)?$/

/** @returns where in a file the text points, or null when it cannot be one */
export function parsePlace(text: string): FilePlace | null {
  const [, path, from, to] = place.exec(text) ?? []
  if (path === undefined) return null
  if (from === undefined) return { path, lines: null }
  const first = Math.max(1, Number(from))
  return { path, lines: [first, Math.max(first, Number(to ?? from))] }
}

const ends = new Set('.,;:!?*_~')

/** Punctuation after an address belongs to the sentence, and so does a bracket that it did not open. */
function trimAddress(address: string): string {
  let open = 0
  for (const character of address) open += character === '(' ? 1 : character === ')' ? -1 : 0
  let end = address.length
  for (; end > 0; end -= 1) {
    const last = address[end - 1] ?? ''
    if (last === ')' && open < 0) open += 1
    else if (!ends.has(last)) break
  }
  return address.slice(0, end)
}

export function parseInline(text: string): Inline[] {
  const parts: Inline[] = []
  let position = 0
  const plain = (until: number) => {
    if (until > position) parts.push({ kind: 'text', text: text.slice(position, until) })
  }
  for (const match of text.matchAll(token)) {
    const [whole, code, strong, strike, star, underline, label, target, address] = match
    const [issue, mention, file] = match.slice(9)
    const part = ((): Inline | null => {
      if (code !== undefined) return { kind: 'code', text: code }
      if (strong !== undefined) return { kind: 'strong', children: parseInline(strong) }
      if (strike !== undefined) return { kind: 'strike', children: parseInline(strike) }
      const emphasis = star ?? underline
      if (emphasis !== undefined) return { kind: 'emphasis', children: parseInline(emphasis) }
      if (target !== undefined) return { kind: 'link', href: target, text: label ?? target }
      if (issue !== undefined) return { kind: 'issue', number: Number(issue) }
      if (mention !== undefined) return { kind: 'mention', username: mention }
      if (file !== undefined) {
        const found = parsePlace(file)
        return found && { kind: 'file', place: found, text: file }
      }
      const href = trimAddress(address ?? whole)
      return { kind: 'link', href, text: href }
    })()
    if (!part) continue
    plain(match.index)
    parts.push(part)
    position =
      match.index + (address !== undefined && part.kind === 'link' ? part.href : whole).length
  }
  plain(text.length)
  return parts
}
