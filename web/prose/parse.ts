// The little markdown that messages, comments and descriptions may use, as a tree. Pure: React draws it, so that
// nothing people write is ever HTML. One pass over the lines.
import { parseInline, type Inline } from './inline.ts'

export interface ListItem {
  /** Of a task; null for other items */
  checked: boolean | null
  children: Inline[]
  lists: List[]
}
export interface List {
  kind: 'list'
  ordered: boolean
  /** Number of the first item */
  start: number
  items: ListItem[]
}
export interface Table {
  kind: 'table'
  head: Inline[][]
  rows: Inline[][][]
}
export type Block =
  | { kind: 'paragraph'; children: Inline[] }
  | { kind: 'heading'; level: number; children: Inline[] }
  | { kind: 'quote'; children: Inline[] }
  | { kind: 'code'; language: string; text: string }
  | List
  | Table

const fence = /^ {0,12}(`{3,}|~{3,})[ \t]*([\w+#.-]*)/
const bullet = /^([ \t]*)(?:[-*+]|(\d{1,9})[.)])[ \t]+(?:\[([ xX])\][ \t]+)?(\S.*)$/
/** Its spaces may be read in two ways: only for short lines. */
const tableLine = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/
/** Lists in lists beyond this stay at this depth; as many columns are drawn of a table. */
const MAX_DEPTH = 6
const MAX_COLUMNS = 20

function cells(line: string): Inline[][] {
  const inner = line.trim().replace(/^\|/, '').replace(/\|$/, '')
  return inner
    .split('|')
    .slice(0, MAX_COLUMNS)
    .map((cell) => parseInline(cell.trim()))
}

/** Lists that are open, outermost first: each with the column its items begin at. */
type OpenLists = { indent: number; list: List }[]

function addItem(blocks: Block[], open: OpenLists, match: RegExpExecArray) {
  const [, space = '', digits, box, text = ''] = match
  const indent = space.replaceAll('\t', '    ').length
  const ordered = digits !== undefined
  const item: ListItem = {
    checked: box === undefined ? null : box !== ' ',
    children: parseInline(text),
    lists: [],
  }
  while (open.length > 1 && indent < (open.at(-1)?.indent ?? 0)) open.pop()
  const last = open.at(-1)
  const parent = last?.list.items.at(-1)
  const deeper = last && parent && indent >= last.indent + 2 && open.length < MAX_DEPTH
  if (last && !deeper && last.list.ordered === ordered) {
    last.list.items.push(item)
    return
  }
  const list: List = { kind: 'list', ordered, start: Number(digits ?? 1), items: [item] }
  if (deeper) parent.lists.push(list)
  else {
    open.pop()
    const above = open.at(-1)?.list.items.at(-1)
    if (above) above.lists.push(list)
    else blocks.push(list)
  }
  open.push({ indent, list })
}

export function parseProse(source: string): Block[] {
  const blocks: Block[] = []
  const lines = source.replaceAll('\r\n', '\n').split('\n')
  let paragraph: string[] = []
  let quote: string[] = []
  let open: OpenLists = []
  const flush = () => {
    const text = paragraph.join('\n').trim()
    if (text) blocks.push({ kind: 'paragraph', children: parseInline(text) })
    if (quote.length > 0) blocks.push({ kind: 'quote', children: parseInline(quote.join('\n')) })
    paragraph = []
    quote = []
  }
  const begin = (block: Block) => {
    flush()
    open = []
    blocks.push(block)
  }
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    const fenced = fence.exec(line)
    const heading = /^(#{1,4})[ \t]+(\S.*)$/.exec(line)
    const quoted = /^>[ \t]?(.*)$/.exec(line)
    const item = open.length > 0 || !/^[ \t]{4}/.test(line) ? bullet.exec(line) : null
    if (fenced) {
      const mark = fenced[1] ?? '```'
      let end = index + 1
      while (end < lines.length && !lines[end]?.trim().startsWith(mark)) end += 1
      const text = lines.slice(index + 1, end).join('\n')
      begin({ kind: 'code', language: fenced[2] ?? '', text })
      index = end
    } else if (heading) {
      const level = heading[1]?.length ?? 1
      begin({ kind: 'heading', level, children: parseInline(heading[2] ?? '') })
    } else if (quoted) {
      if (quote.length === 0) flush()
      open = []
      quote.push(quoted[1] ?? '')
    } else if (item) {
      flush()
      addItem(blocks, open, item)
    } else if (line.includes('|') && paragraph.length === 0 && isTable(lines, index)) {
      const table: Table = { kind: 'table', head: cells(line), rows: [] }
      begin(table)
      for (index += 2; lines[index]?.includes('|'); index += 1)
        table.rows.push(cells(lines[index] ?? '').slice(0, table.head.length))
      index -= 1
    } else if (line.trim() === '') {
      flush()
      // A list goes on after an empty line only with an item of its own depth or deeper: the next line decides.
      if (!bullet.test(lines[index + 1] ?? '')) open = []
    } else if (open.length > 0 && /^[ \t]{2}/.test(line)) {
      open
        .at(-1)
        ?.list.items.at(-1)
        ?.children.push(...parseInline(`\n${line.trim()}`))
    } else {
      if (quote.length > 0) flush()
      open = []
      paragraph.push(line)
    }
  }
  flush()
  return blocks
}

const isTable = (lines: readonly string[], index: number) => {
  const next = lines[index + 1]
  return next?.includes('|') && next.length < 500 && tableLine.test(next)
}
