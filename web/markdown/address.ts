// Where a link in a markdown file leads. Pure; what is not understood leads nowhere.

export type Address =
  | { kind: 'web'; href: string }
  /** A path from the top of the project */
  | { kind: 'file'; path: string }
  /** A heading of the same text, by its slug */
  | { kind: 'heading'; slug: string }

/** @param from the path of the file that the link is in */
export function resolveAddress(href: string, from: string): Address | null {
  const text = href.trim()
  if (/^(https?:|mailto:)/i.test(text)) return { kind: 'web', href: text }
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(text)) return null
  const isHeading = text.startsWith('#')
  const [path = ''] = isHeading ? [text.slice(1)] : text.split(/[?#]/)
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return null
  }
  if (isHeading) return { kind: 'heading', slug: decoded.toLowerCase() }
  const parts = decoded.startsWith('/') ? [] : from.split('/').slice(0, -1)
  for (const part of decoded.split('/')) {
    if (part === '..') {
      // Above the project there is nothing.
      if (parts.pop() === undefined) return null
    } else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.length > 0 ? { kind: 'file', path: parts.join('/') } : null
}

/** As GitHub names its headings. */
export const slugOf = (text: string) =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
