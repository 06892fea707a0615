// Another page than the project's ends the call: whoever is in it is asked before a link does that.
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { Confirm } from '../confirm.tsx'

/** The address a click leads to, or null if it stays on the page or opens a tab of its own. */
function leadsTo(event: MouseEvent, home: string): string | null {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
    return null
  }
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (!link?.href || link.target === '_blank' || link.hasAttribute('download')) return null
  const { origin, pathname, search, hash } = new URL(link.href)
  if (origin !== location.origin || pathname.startsWith('/api/')) return null
  if (pathname === home || pathname.startsWith(`${home}/`)) return null
  return pathname + search + hash
}

export function AskBeforeLeaving({ home }: { home: string }) {
  const [, navigate] = useLocation()
  const [target, setTarget] = useState<string | null>(null)
  useEffect(() => {
    // Before React sees it: links are wherever somebody wrote one, in chat too.
    const ask = (event: MouseEvent) => {
      const to = leadsTo(event, home)
      if (to === null) return
      event.preventDefault()
      event.stopPropagation()
      setTarget(to)
    }
    document.addEventListener('click', ask, true)
    return () => document.removeEventListener('click', ask, true)
  }, [home])
  if (target === null) return null
  return (
    <Confirm
      opened
      title="Leave the call?"
      action="Leave call"
      onClose={() => setTarget(null)}
      onConfirm={() => {
        navigate(target)
        return Promise.resolve()
      }}
    >
      You are in a call. It ends for you when you leave this project.
    </Confirm>
  )
}
