// A place in a file that somebody named: a link where such a file is in the project.
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useKnownFiles } from '../files/queries.ts'
import type { FilePlace } from './inline.ts'

interface Props {
  slug: string
  place: FilePlace
  children: ReactNode
}

export function FileLink({ slug, place, children }: Props) {
  const file = useKnownFiles(slug).data?.find(({ path }) => path === place.path)
  if (!file) return children
  const [first, last] = place.lines ?? []
  const lines = first === undefined ? '' : `?lines=${first}-${last ?? first}`
  return <Link href={`/p/${slug}/files/${file.id}${lines}`}>{children}</Link>
}
