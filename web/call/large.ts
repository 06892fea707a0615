// Whether the call takes the whole middle. It hides the page below it: whoever opens another page wants to see that,
// and the call waits in a strip.
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'

const KEY = 'openlaunch.call.large'
/** What opens something in the middle, which may be the page that is open already */
const OPENS = 'nav a, nav [role="treeitem"]'

export function useLarge() {
  const [path] = useLocation()
  const [at, setAt] = useState(() => (localStorage.getItem(KEY) === 'false' ? null : path))
  const large = at === path
  useEffect(() => {
    if (!large) return
    const shrink = ({ target }: MouseEvent) => {
      if (target instanceof Element && target.closest(OPENS)) setAt(null)
    }
    document.addEventListener('click', shrink)
    return () => document.removeEventListener('click', shrink)
  }, [large])
  return {
    large,
    setLarge(wanted: boolean) {
      localStorage.setItem(KEY, String(wanted))
      setAt(wanted ? path : null)
    },
  }
}
