// The little markdown that messages, comments and descriptions may use, as a tree. Pure: React draws it, so that
// nothing people write is ever HTML.

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong' | 'emphasis' | 'strike'; children: Inline[] }
  | { kind: 'link'; href: string; text: string }
  | { kind: 'issue'; number: number }
  | { kind: 'mention'; username: string }

export type Block =
  | { kind: 'paragraph'; children: Inline[] }
  | { kind: 'heading'; level: number; children: Inline[] }
  | { kind: 'quote'; children: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'code'; language: string; text: string }

// Each alternative begins with a character of its own kind and has no nested repetition: linear in the input.
const token =
  /`([^`\n]+)`|\*\*([^*\n]+)\*\*|~~([^~\n]+)~~|(?<![\w*])\*([^*\s][^*\n]*)\*|(?<!\w)_([^_\s][^_\n]*)_(?!\w)|\[([^\]\n]{1,300})\]\((https?:\/\/[^\s()<>]{1,2000})\)|(https?:\/\/[^\s<>"'`]{1,2000})|(?<![\w&/])#(\d{1,9})\b|(?<![\w@./])@([a-zA-Z0-9][a-zA-Z0-9_-]{1,48}[a-zA-Z0-9])/g

const count = (text: string, mark: string) => text.split(mark).length - 1

/** Punctuation after an address belongs to the sentence, and so does a bracket that it did not open. */
function trimAddress(address: string): string {
  let end = address
  for (;;) {
    const shorter = end.replace(/[.,;:!?*_~]+$/, '')
    const closesMore = shorter.endsWith(')') && count(shorter, ')') > count(shorter, '(')
    end = closesMore ? shorter.slice(0, -1) : shorter
    if (!closesMore) return end
  }
}

export function parseInline(text: string): Inline[] {
  const parts: Inline[] = []
  let position = 0
  const plain = (until: number) => {
    if (until > position) parts.push({ kind: 'text', text: text.slice(position, until) })
  }
  for (const match of text.matchAll(token)) {
    const [whole, code, strong, strike, star, underline, label, target, address, issue, mention] =
      match
    const part = ((): Inline => {
      if (code !== undefined) return { kind: 'code', text: code }
      if (strong !== undefined) return { kind: 'strong', children: parseInline(strong) }
      if (strike !== undefined) return { kind: 'strike', children: parseInline(strike) }
      const emphasis = star ?? underline
      if (emphasis !== undefined) return { kind: 'emphasis', children: parseInline(emphasis) }
      if (target !== undefined) return { kind: 'link', href: target, text: label ?? target }
      if (issue !== undefined) return { kind: 'issue', number: Number(issue) }
      if (mention !== undefined) return { kind: 'mention', username: mention }
      const href = trimAddress(address ?? whole)
      return { kind: 'link', href, text: href }
    })()
    plain(match.index)
    parts.push(part)
    position = match.index + (address === undefined ? whole.length : trimAddress(address).length)
  }
  plain(text.length)
  return parts
}

const fence = /^\s*(`{3,}|~{3,})\s*([\w+#.-]*)/

export function parseProse(source: string): Block[] {
  const blocks: Block[] = []
  const lines = source.replaceAll('\r\n', '\n').split('\n')
  let paragraph: string[] = []
  const flush = () => {
    const text = paragraph.join('\n').trim()
    if (text) blocks.push({ kind: 'paragraph', children: parseInline(text) })
    paragraph = []
  }
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    const open = fence.exec(line)
    const heading = /^(#{1,4})\s+(\S.*)$/.exec(line)
    const quote = /^>\s?(.*)$/.exec(line)
    const bullet = /^\s{0,3}(?:[-*+]|(\d{1,9})[.)])\s+(\S.*)$/.exec(line)
    if (open || heading || quote || bullet || line.trim() === '') flush()
    if (open) {
      const mark = open[1] ?? '```'
      const end = lines.findIndex((other, at) => at > index && other.trim().startsWith(mark))
      const until = end < 0 ? lines.length : end
      const text = lines.slice(index + 1, until).join('\n')
      blocks.push({ kind: 'code', language: open[2] ?? '', text })
      index = until
    } else if (heading) {
      const level = heading[1]?.length ?? 1
      blocks.push({ kind: 'heading', level, children: parseInline(heading[2] ?? '') })
    } else if (quote) {
      const last = blocks.at(-1)
      const children = parseInline(quote[1] ?? '')
      const goesOn = last?.kind === 'quote' && lines[index - 1]?.startsWith('>')
      if (goesOn) last.children.push({ kind: 'text', text: '\n' }, ...children)
      else blocks.push({ kind: 'quote', children })
    } else if (bullet) {
      const ordered = bullet[1] !== undefined
      const last = blocks.at(-1)
      const item = parseInline(bullet[2] ?? '')
      const goesOn = last?.kind === 'list' && last.ordered === ordered && lines[index - 1]?.trim()
      if (goesOn) last.items.push(item)
      else blocks.push({ kind: 'list', ordered, items: [item] })
    } else paragraph.push(line)
  }
  flush()
  return blocks
}
