// Colours for code in prose, by the parsers that the editor has anyway. Loaded when the first such block is drawn.
import { LanguageDescription } from '@codemirror/language'
import { languages } from '@codemirror/language-data'
import { highlightTree, tagHighlighter, tags } from '@lezer/highlight'

export interface Token {
  text: string
  /** One of the names below, or '' */
  kind: string
}

const highlighter = tagHighlighter([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], class: 'keyword' },
  { tag: [tags.string, tags.regexp, tags.special(tags.string)], class: 'string' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], class: 'number' },
  { tag: tags.comment, class: 'comment' },
  { tag: [tags.typeName, tags.className, tags.tagName, tags.namespace], class: 'type' },
  { tag: [tags.propertyName, tags.attributeName], class: 'property' },
  {
    tag: [tags.function(tags.variableName), tags.definition(tags.variableName)],
    class: 'name',
  },
  { tag: tags.deleted, class: 'deleted' },
  { tag: tags.inserted, class: 'inserted' },
])

/** @returns null when the language is not known */
export async function highlight(code: string, language: string): Promise<Token[] | null> {
  const support = await LanguageDescription.matchLanguageName(languages, language, false)?.load()
  if (!support) return null
  const tokens: Token[] = []
  let position = 0
  const add = (until: number, kind: string) => {
    if (until > position) tokens.push({ text: code.slice(position, until), kind })
    position = until
  }
  highlightTree(support.language.parser.parse(code), highlighter, (from, to, kind) => {
    add(from, '')
    add(to, kind.split(' ')[0] ?? '')
  })
  add(code.length, '')
  return tokens
}
