// The colours of the text. A theme sets the page's own variables for the editor, so that all within follows.
import { defaultHighlightStyle, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { oneDarkHighlightStyle } from '@codemirror/theme-one-dark'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

export const themeNames = [
  'page',
  'contrast',
  'one-dark',
  'dracula',
  'github-light',
  'solarized-light',
] as const
export type ThemeName = (typeof themeNames)[number]

export const themeTitles: Record<ThemeName, string> = {
  page: 'As the page',
  contrast: 'High contrast',
  'one-dark': 'One Dark',
  dracula: 'Dracula',
  'github-light': 'GitHub Light',
  'solarized-light': 'Solarized Light',
}

interface Surface {
  dark: boolean
  back: string
  raised: string
  line: string
  text: string
  dim: string
  accent: string
}

interface Palette {
  keyword: string
  string: string
  number: string
  comment: string
  name: string
  type: string
  property: string
  invalid: string
}

const surfaceOf = ({ dark, back, raised, line, text, dim, accent }: Surface) =>
  EditorView.theme(
    {
      '&': {
        '--surface': back,
        '--surface-raised': raised,
        '--surface-hover': raised,
        '--surface-selected': `color-mix(in srgb, ${accent} 25%, ${back})`,
        '--line': line,
        '--line-strong': line,
        '--text': text,
        '--text-dim': dim,
        '--text-faint': dim,
        '--accent': accent,
      },
    },
    { dark },
  )

const highlightOf = (of: Palette) =>
  HighlightStyle.define([
    { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: of.keyword },
    { tag: [tags.string, tags.regexp, tags.special(tags.string)], color: of.string },
    { tag: [tags.number, tags.bool, tags.null, tags.atom], color: of.number },
    { tag: tags.comment, color: of.comment, fontStyle: 'italic' },
    {
      tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.labelName],
      color: of.name,
    },
    { tag: tags.definition(tags.variableName), color: of.name },
    { tag: [tags.typeName, tags.className, tags.namespace, tags.tagName], color: of.type },
    { tag: [tags.propertyName, tags.attributeName, tags.meta], color: of.property },
    { tag: tags.heading, color: of.keyword, fontWeight: 'bold' },
    { tag: [tags.link, tags.url], color: of.property, textDecoration: 'underline' },
    { tag: tags.strong, fontWeight: 'bold' },
    { tag: tags.emphasis, fontStyle: 'italic' },
    { tag: tags.strikethrough, textDecoration: 'line-through' },
    { tag: tags.deleted, color: of.invalid },
    { tag: tags.inserted, color: of.string },
    { tag: tags.invalid, color: of.invalid },
  ])

const made = (surface: Surface, palette: Palette): Extension => [
  surfaceOf(surface),
  syntaxHighlighting(highlightOf(palette)),
]

const contrastDark = made(
  {
    dark: true,
    back: '#000000',
    raised: '#141414',
    line: '#7d7d7d',
    text: '#ffffff',
    dim: '#d0d0d0',
    accent: '#ffd500',
  },
  {
    keyword: '#7cc7ff',
    string: '#8ff58f',
    number: '#ffb86b',
    comment: '#c0c0c0',
    name: '#ffe066',
    type: '#5ff2e4',
    property: '#ffb3f0',
    invalid: '#ff8080',
  },
)
const contrastLight = made(
  {
    dark: false,
    back: '#ffffff',
    raised: '#f2f2f2',
    line: '#5a5a5a',
    text: '#000000',
    dim: '#333333',
    accent: '#0033cc',
  },
  {
    keyword: '#0000b3',
    string: '#005c00',
    number: '#8a3000',
    comment: '#4a4a4a',
    name: '#5c0099',
    type: '#005566',
    property: '#80004d',
    invalid: '#b30000',
  },
)

const light = syntaxHighlighting(defaultHighlightStyle)
const dark = syntaxHighlighting(oneDarkHighlightStyle)
const darkPage = EditorView.darkTheme.of(true)

const fixed: Partial<Record<ThemeName, Extension>> = {
  'one-dark': [
    surfaceOf({
      dark: true,
      back: '#282c34',
      raised: '#21252b',
      line: '#3a404b',
      text: '#abb2bf',
      dim: '#8b94a3',
      accent: '#61afef',
    }),
    dark,
  ],
  dracula: made(
    {
      dark: true,
      back: '#282a36',
      raised: '#343746',
      line: '#44475a',
      text: '#f8f8f2',
      dim: '#a3abc9',
      accent: '#bd93f9',
    },
    {
      keyword: '#ff79c6',
      string: '#f1fa8c',
      number: '#bd93f9',
      comment: '#8a97c6',
      name: '#50fa7b',
      type: '#8be9fd',
      property: '#66d9ef',
      invalid: '#ff5555',
    },
  ),
  'github-light': made(
    {
      dark: false,
      back: '#ffffff',
      raised: '#f6f8fa',
      line: '#d1d9e0',
      text: '#1f2328',
      dim: '#59636e',
      accent: '#0969da',
    },
    {
      keyword: '#cf222e',
      string: '#0a3069',
      number: '#0550ae',
      comment: '#59636e',
      name: '#6639ba',
      type: '#953800',
      property: '#0550ae',
      invalid: '#82071e',
    },
  ),
  'solarized-light': made(
    {
      dark: false,
      back: '#fdf6e3',
      raised: '#eee8d5',
      line: '#d9d2bd',
      text: '#4a5f66',
      dim: '#66777a',
      accent: '#1e6fa8',
    },
    {
      keyword: '#6c7a00',
      string: '#1f7f78',
      number: '#b3541e',
      comment: '#70807f',
      name: '#1e6fa8',
      type: '#8f6b00',
      property: '#5a60b0',
      invalid: '#c22a27',
    },
  ),
}

/** @param pageDark what the page shows, for the themes that follow it */
export function themeOf(name: ThemeName, pageDark: boolean): Extension {
  if (name === 'contrast') return pageDark ? contrastDark : contrastLight
  return fixed[name] ?? (pageDark ? [darkPage, dark] : light)
}
