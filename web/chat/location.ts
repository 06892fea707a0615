// The place in the chat that the address of the page says.
import { useCallback, useMemo } from 'react'
import { useLocation, useRoute, useSearch } from 'wouter'
import { useOpenProject } from '../room/context.tsx'
import { placePath, readPlace, type Place } from './place.ts'

/** Where the address says one is in the chat, and a way to go elsewhere; null on other pages. */
export function usePagePlace() {
  const { project } = useOpenProject()
  const [matches, parameters] = useRoute('/p/:slug/chat/:part?')
  const search = useSearch()
  const [, navigate] = useLocation()
  const part = parameters?.part
  const place = useMemo(() => (matches ? readPlace(part, search) : null), [matches, part, search])
  const go = useCallback(
    (to: Place) => navigate(placePath(project.slug, to)),
    [navigate, project.slug],
  )
  return { place, go }
}
