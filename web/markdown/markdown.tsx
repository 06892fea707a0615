// A markdown file, drawn. Everything is React elements; HTML in the text is shown as the text that it is. Blocks know
// where they stand in the text, for who shows both beside each other.
import { createElement, Fragment, memo, useMemo, type ReactNode } from 'react'
import type { SyntaxNode } from '@lezer/common'
import { CodeBlock } from '../prose/code.tsx'
import prose from '../prose/prose.module.css'
import { slugOf } from './address.ts'
import { drawInline } from './inline.tsx'
import { childrenOf, parseMarkdown, textOf, type Source } from './tree.ts'
import classes from './markdown.module.css'

interface Props {
  text: string
  /** Of the file, from which relative links start */
  path: string
}

export const Markdown = memo(function Markdown({ text, path }: Props) {
  const { root, source } = useMemo(() => parseMarkdown(text), [text])
  const place = { source, path }
  return (
    <article className={`${prose.prose} ${classes.markdown}`} dir="auto">
      {childrenOf(root).map((node) => (
        <div key={node.from} data-from={node.from} className={classes.block}>
          {drawBlock(node, place)}
        </div>
      ))}
    </article>
  )
})

export interface Drawn {
  source: Source
  path: string
}

const drawBlocks = (nodes: SyntaxNode[], drawn: Drawn) =>
  nodes.map((node) => <Fragment key={node.from}>{drawBlock(node, drawn)}</Fragment>)

function drawBlock(node: SyntaxNode, drawn: Drawn): ReactNode {
  const { source } = drawn
  const level = /^(?:ATX|Setext)Heading(\d)$/.exec(node.name)?.[1]
  if (level) {
    const marks = node.getChildren('HeaderMark')
    const [first, last] = [marks[0], marks.at(-1)]
    const from = first && first.from === node.from ? first.to : node.from
    const to = last && last.from > from ? last.from : node.to
    const id = `md-${slugOf(textOf({ from, to }, source))}`
    return createElement(`h${level}`, { id }, drawInline(node, drawn, { from, to }))
  }
  switch (node.name) {
    case 'Paragraph':
      return <p>{drawInline(node, drawn)}</p>
    case 'BulletList':
      return <ul>{node.getChildren('ListItem').map((item) => drawItem(item, drawn))}</ul>
    case 'OrderedList': {
      const mark = node.getChild('ListItem')?.getChild('ListMark')
      const start = mark ? Number.parseInt(textOf(mark, source), 10) : 1
      return (
        <ol start={start}>{node.getChildren('ListItem').map((item) => drawItem(item, drawn))}</ol>
      )
    }
    case 'Blockquote':
      return <blockquote className={prose.quote}>{drawBlocks(childrenOf(node), drawn)}</blockquote>
    case 'FencedCode':
    case 'CodeBlock': {
      const info = node.getChild('CodeInfo')
      const lines = node.getChildren('CodeText').map((part) => textOf(part, source))
      const language = info ? (textOf(info, source).split(/[\s{]/)[0] ?? '') : ''
      return <CodeBlock text={lines.join('').replace(/\n$/, '')} language={language} />
    }
    case 'HorizontalRule':
      return <hr />
    case 'Table':
      return drawTable(node, drawn)
    case 'HTMLBlock':
      return <p className={classes.html}>{textOf(node, source)}</p>
    // Comments are for who writes; references and marks are part of others.
    default:
      return null
  }
}

function drawItem(item: SyntaxNode, drawn: Drawn): ReactNode {
  const task = item.getChild('Task')
  const marker = task?.getChild('TaskMarker')
  const done = marker ? /x/i.test(textOf(marker, drawn.source)) : null
  return (
    <li key={item.from} className={done === null ? undefined : prose.task}>
      {done !== null && (
        <input type="checkbox" checked={done} disabled aria-label={done ? 'Done' : 'To do'} />
      )}
      {task && drawInline(task, drawn, { from: marker?.to ?? task.from, to: task.to })}
      {childrenOf(item).map((node) => (
        <Fragment key={node.from}>
          {node.name === 'Paragraph' ? drawInline(node, drawn) : drawBlock(node, drawn)}
        </Fragment>
      ))}
    </li>
  )
}

function drawTable(node: SyntaxNode, drawn: Drawn): ReactNode {
  const delimiter = node.getChildren('TableDelimiter').at(-1)
  const line = delimiter ? textOf(delimiter, drawn.source) : ''
  const aligns = line
    .replaceAll(/^\s*\||\|\s*$/g, '')
    .split('|')
    .map((cell) => {
      const [left, right] = [cell.trim().startsWith(':'), cell.trim().endsWith(':')]
      return right ? (left ? 'center' : 'right') : undefined
    })
  const cells = (row: SyntaxNode, tag: 'th' | 'td') =>
    row
      .getChildren('TableCell')
      .map((cell, index) =>
        createElement(
          tag,
          { key: cell.from, style: { textAlign: aligns[index] } },
          drawInline(cell, drawn),
        ),
      )
  const head = node.getChild('TableHeader')
  return (
    <div className={prose.table}>
      <table>
        <thead>
          <tr>{head && cells(head, 'th')}</tr>
        </thead>
        <tbody>
          {node.getChildren('TableRow').map((row) => (
            <tr key={row.from}>{cells(row, 'td')}</tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
