// What people wrote, drawn, each part in the direction of its script. Everything is React elements; there is no HTML anywhere.
import { Fragment, memo, useMemo, type ReactNode } from 'react'
import { Link, useRoute } from 'wouter'
import { parseProse, type Block, type Inline } from './parse.ts'
import classes from './prose.module.css'

export const Prose = memo(function Prose({ text }: { text: string }) {
  const blocks = useMemo(() => parseProse(text), [text])
  const [, room] = useRoute('/p/:slug/*?')
  return (
    <div className={classes.prose}>
      {blocks.map((block, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- parts of one text have no other name
        <Fragment key={index}>{drawBlock(block, room?.slug)}</Fragment>
      ))}
    </div>
  )
})

function drawBlock(block: Block, slug: string | undefined): ReactNode {
  switch (block.kind) {
    case 'code':
      return (
        <pre className={classes.code}>
          <code>{block.text}</code>
        </pre>
      )
    case 'heading':
      return (
        <p dir="auto" className={classes.heading}>
          {drawAll(block.children, slug)}
        </p>
      )
    case 'quote':
      return (
        <blockquote dir="auto" className={classes.quote}>
          {drawAll(block.children, slug)}
        </blockquote>
      )
    case 'list': {
      const Tag = block.ordered ? 'ol' : 'ul'
      return (
        <Tag dir="auto">
          {block.items.map((item, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- as above
            <li key={index}>{drawAll(item, slug)}</li>
          ))}
        </Tag>
      )
    }
    case 'paragraph':
      return <p dir="auto">{drawAll(block.children, slug)}</p>
  }
}

const drawAll = (parts: Inline[], slug: string | undefined) =>
  // oxlint-disable-next-line react/no-array-index-key -- as above
  parts.map((part, index) => <Fragment key={index}>{drawInline(part, slug)}</Fragment>)

function drawInline(part: Inline, slug: string | undefined): ReactNode {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'code':
      return <code className={classes.inline}>{part.text}</code>
    case 'strong':
      return <strong>{drawAll(part.children, slug)}</strong>
    case 'emphasis':
      return <em>{drawAll(part.children, slug)}</em>
    case 'strike':
      return <s>{drawAll(part.children, slug)}</s>
    case 'link':
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
    case 'mention':
      return <span className={classes.mention}>@{part.username}</span>
  }
}
