// The tree of a markdown text, by the parser that the editor has anyway.
import type { SyntaxNode } from '@lezer/common'
import { GFM, parser } from '@lezer/markdown'

const gfm = parser.configure([GFM])

export interface Source {
  text: string
  /** Where `[name]: address` says that a name leads */
  references: ReadonlyMap<string, string>
}

export const childrenOf = (node: SyntaxNode): SyntaxNode[] => {
  const children = []
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child)
  return children
}
export const textOf = ({ from, to }: { from: number; to: number }, { text }: Source) =>
  text.slice(from, to)

const nameOf = (label: string) =>
  label
    .replace(/^\[|\]$/g, '')
    .trim()
    .toLowerCase()

export function parseMarkdown(text: string): { root: SyntaxNode; source: Source } {
  const root = gfm.parse(text).topNode
  const references = new Map<string, string>()
  const source = { text, references }
  for (const node of root.getChildren('LinkReference')) {
    const [label, url] = [node.getChild('LinkLabel'), node.getChild('URL')]
    if (label && url) references.set(nameOf(textOf(label, source)), textOf(url, source))
  }
  return { root, source }
}

/** What a link or picture shows, and where it leads: beside it, or by a name. */
export function linkOf(node: SyntaxNode, source: Source) {
  const marks = node.getChildren('LinkMark')
  const label = { from: marks[0]?.to ?? node.from, to: marks[1]?.from ?? node.to }
  const url = node.getChild('URL')
  const name = node.getChild('LinkLabel')
  const shown = textOf(label, source)
  const named = name ? nameOf(textOf(name, source)) : ''
  const href = url
    ? textOf(url, source).replace(/^<|>$/g, '')
    : source.references.get(named || nameOf(shown))
  return { label, shown, href: href ?? null }
}
