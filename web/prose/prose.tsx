// What people wrote, drawn, each part in the direction of its script. Everything is React elements; there is no HTML anywhere.
import { Fragment, memo, useMemo, type ReactNode } from 'react'
import { Link, useRoute } from 'wouter'
import { CodeBlock } from './code.tsx'
import { FileLink } from './file.tsx'
import { parsePlace, type Inline } from './inline.ts'
import { parseProse, type Block, type List, type Table } from './parse.ts'
import classes from './prose.module.css'

/** Where a text stands, and who reads it. */
interface Reader {
  slug: string | undefined
  /** Mentions of this username and of the whole channel are marked */
  me: string | undefined
}

export const Prose = memo(function Prose({ text, me }: { text: string; me?: string }) {
  const blocks = useMemo(() => parseProse(text), [text])
  const [, room] = useRoute('/p/:slug/*?')
  const reader = { slug: room?.slug, me }
  return (
    <div className={classes.prose}>
      {blocks.map((block, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- parts of one text have no other name
        <Fragment key={index}>{drawBlock(block, reader)}</Fragment>
      ))}
    </div>
  )
})

function drawBlock(block: Block, reader: Reader): ReactNode {
  switch (block.kind) {
    case 'code':
      return <CodeBlock text={block.text} language={block.language} />
    case 'heading':
      return (
        <p dir="auto" className={classes.heading}>
          {drawAll(block.children, reader)}
        </p>
      )
    case 'quote':
      return (
        <blockquote dir="auto" className={classes.quote}>
          {drawAll(block.children, reader)}
        </blockquote>
      )
    case 'list':
      return drawList(block, reader)
    case 'table':
      return drawTable(block, reader)
    case 'paragraph':
      return <p dir="auto">{drawAll(block.children, reader)}</p>
  }
}

function drawList({ ordered, start, items }: List, reader: Reader): ReactNode {
  const Tag = ordered ? 'ol' : 'ul'
  return (
    <Tag dir="auto" {...(ordered && start !== 1 ? { start } : {})}>
      {items.map(({ checked, children, lists }, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- as above
        <li key={index} className={checked === null ? undefined : classes.task}>
          {checked !== null && (
            <input
              type="checkbox"
              checked={checked}
              disabled
              aria-label={checked ? 'Done' : 'To do'}
            />
          )}
          {drawAll(children, reader)}
          {lists.map((list, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- as above
            <Fragment key={at}>{drawList(list, reader)}</Fragment>
          ))}
        </li>
      ))}
    </Tag>
  )
}

function drawTable({ head, rows }: Table, reader: Reader): ReactNode {
  return (
    <div className={classes.table}>
      <table dir="auto">
        <thead>
          <tr>
            {head.map((cell, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- as above
              <th key={index}>{drawAll(cell, reader)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- as above
            <tr key={at}>
              {row.map((cell, index) => (
                // oxlint-disable-next-line react/no-array-index-key -- as above
                <td key={index}>{drawAll(cell, reader)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const drawAll = (parts: Inline[], reader: Reader) =>
  // oxlint-disable-next-line react/no-array-index-key -- as above
  parts.map((part, index) => <Fragment key={index}>{drawInline(part, reader)}</Fragment>)

/** Of a page of this application, which is no reason to load it anew. */
const isOwn = (href: string) => href.startsWith('/p/') || href.startsWith(`${location.origin}/p/`)

function drawInline(part: Inline, reader: Reader): ReactNode {
  const { slug, me } = reader
  switch (part.kind) {
    case 'text':
      return part.text
    case 'code': {
      const code = <code className={classes.inline}>{part.text}</code>
      const place = slug === undefined ? null : parsePlace(part.text)
      return place && slug ? (
        <FileLink slug={slug} place={place}>
          {code}
        </FileLink>
      ) : (
        code
      )
    }
    case 'strong':
      return <strong>{drawAll(part.children, reader)}</strong>
    case 'emphasis':
      return <em>{drawAll(part.children, reader)}</em>
    case 'strike':
      return <s>{drawAll(part.children, reader)}</s>
    case 'link':
      if (isOwn(part.href))
        return <Link href={part.href.replace(location.origin, '')}>{part.text}</Link>
      return (
        <a href={part.href} target="_blank" rel="noreferrer noopener">
          {part.text}
        </a>
      )
    case 'issue':
      return slug ? (
        <Link href={`/p/${slug}/issues/${part.number}`}>#{part.number}</Link>
      ) : (
        `#${part.number}`
      )
    case 'file':
      return slug ? (
        <FileLink slug={slug} place={part.place}>
          {part.text}
        </FileLink>
      ) : (
        part.text
      )
    case 'mention': {
      const mine = me !== undefined && (part.username === me || part.username === 'channel')
      return (
        <span className={classes.mention} data-me={mine}>
          @{part.username}
        </span>
      )
    }
  }
}
