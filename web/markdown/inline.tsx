// What stands within a line of a markdown file: weight, code, links to the web, to files and to headings, pictures.
import { Fragment, useState, type ReactNode } from 'react'
import type { SyntaxNode } from '@lezer/common'
import { Link } from 'wouter'
import { useBytes } from '../bytes.ts'
import { rawAddress, useKnownFiles } from '../files/queries.ts'
import prose from '../prose/prose.module.css'
import { useOpenProject } from '../room/context.tsx'
import { resolveAddress } from './address.ts'
import { entities } from './entities.ts'
import type { Drawn } from './markdown.tsx'
import { linkOf, textOf } from './tree.ts'
import classes from './markdown.module.css'

interface Range {
  from: number
  to: number
}

/** Marks that are not shown; their text stands between the nodes. */
const hidden = /Mark$|^(LinkTitle|LinkLabel|TaskMarker|ProcessingInstruction|Comment)$/

/** @param range the part of the node that is shown */
export function drawInline(node: SyntaxNode, drawn: Drawn, range: Range = node): ReactNode[] {
  const parts: ReactNode[] = []
  let position = range.from
  const plain = (to: number) => {
    if (to > position)
      parts.push(drawn.source.text.slice(position, to).replaceAll(/\n[ \t>]*/g, '\n'))
    position = to
  }
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.from < position || child.to > range.to) continue
    plain(child.from)
    parts.push(<Fragment key={child.from}>{drawNode(child, drawn)}</Fragment>)
    position = child.to
  }
  plain(range.to)
  return parts
}

function drawNode(node: SyntaxNode, drawn: Drawn): ReactNode {
  if (hidden.test(node.name)) return null
  const text = textOf(node, drawn.source)
  switch (node.name) {
    case 'StrongEmphasis':
      return <strong>{drawInline(node, drawn)}</strong>
    case 'Emphasis':
      return <em>{drawInline(node, drawn)}</em>
    case 'Strikethrough':
      return <s>{drawInline(node, drawn)}</s>
    case 'InlineCode':
      return <code className={prose.inline}>{text.replaceAll(/^`+ ?| ?`+$/g, '')}</code>
    case 'HardBreak':
      return <br />
    case 'Escape':
      return text.slice(1)
    case 'Entity':
      return entities(text)
    case 'URL':
    case 'Autolink': {
      const address = text.replaceAll(/^<|>$/g, '')
      const mail = address.includes('@') && !address.includes(':')
      const href = mail ? `mailto:${address}` : address.replace(/^www\./, 'https://www.')
      return (
        <MarkdownLink href={href} path={drawn.path}>
          {address}
        </MarkdownLink>
      )
    }
    case 'Link': {
      const { label, href } = linkOf(node, drawn.source)
      if (href === null) return text
      return (
        <MarkdownLink href={href} path={drawn.path}>
          {drawInline(node, drawn, label)}
        </MarkdownLink>
      )
    }
    case 'Image': {
      const { shown, href } = linkOf(node, drawn.source)
      return href === null ? text : <MarkdownPicture href={href} path={drawn.path} alt={shown} />
    }
    case 'HTMLTag':
      return /^<br\s*\/?>$/i.test(text) ? <br /> : <span className={classes.html}>{text}</span>
    default:
      return text
  }
}

interface LinkProps {
  href: string
  /** Of the file that the link is in */
  path: string
  children: ReactNode
}

function MarkdownLink({ href, path, children }: LinkProps) {
  const { project } = useOpenProject()
  const { data: files } = useKnownFiles(project.slug)
  const address = resolveAddress(href, path)
  if (address?.kind === 'web') {
    return (
      <a href={address.href} target="_blank" rel="noreferrer noopener">
        {children}
      </a>
    )
  }
  if (address?.kind === 'heading') {
    return (
      <a
        href={`#${address.slug}`}
        onClick={(event) => {
          event.preventDefault()
          document.querySelector(`#${CSS.escape(`md-${address.slug}`)}`)?.scrollIntoView()
        }}
      >
        {children}
      </a>
    )
  }
  const file = address && files?.find((known) => known.path === address.path)
  if (file) return <Link href={`/p/${project.slug}/files/${file.id}`}>{children}</Link>
  return (
    <span className={classes.nowhere} title={`${href} is not in this project`}>
      {children}
    </span>
  )
}

type PictureProps = Omit<LinkProps, 'children'> & { alt: string }

/** Pictures of the project; those of the web would tell others who reads here, so they are links. */
function MarkdownPicture({ href, path, alt }: PictureProps) {
  const { project } = useOpenProject()
  const { data: files } = useKnownFiles(project.slug)
  const address = resolveAddress(href, path)
  const file =
    address?.kind === 'file' ? files?.find((known) => known.path === address.path) : undefined
  const version = file?.type?.startsWith('image/') ? file.contentId : null
  const { url } = useBytes(file && version ? rawAddress(project.slug, file.id, version) : null)
  // Of a picture that cannot be shown, too, there is a link.
  const [broken, setBroken] = useState<string | null>(null)
  if (url && url !== broken)
    return <img className={classes.picture} src={url} alt={alt} onError={() => setBroken(url)} />
  return (
    <MarkdownLink href={href} path={path}>
      {alt || href}
    </MarkdownLink>
  )
}
