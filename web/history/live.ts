// What the text is now changes while it is looked at: what was asked of it is asked again, a moment after somebody typed.
import { useEffect } from 'react'
import { useUser } from '../accounts/gate.tsx'
import { findDocument } from '../editor/documents.ts'
import { useCan, useOpenProject } from '../room/context.tsx'
import { refreshCurrent } from './queries.ts'

/** Milliseconds */
const PAUSE = 1_000

/** @param shown whether the text as it is now is looked at */
export function useLiveText(fileId: string, shown: boolean) {
  const { slug } = useOpenProject().project
  const user = useUser()
  const follows = useCan()('room:join') && shown
  useEffect(() => {
    if (!follows) return
    const document = findDocument(fileId, user)
    const release = document.hold()
    let timer: ReturnType<typeof setTimeout> | undefined
    let stale = false
    let over = false
    const changed = () => {
      stale = true
      timer ??= setTimeout(() => void refresh(), PAUSE)
    }
    async function refresh() {
      stale = false
      // The next question would cancel this one, and a slow answer never come.
      await refreshCurrent(slug, fileId)
      timer = undefined
      if (stale && !over) changed()
    }
    document.text.observe(changed)
    return () => {
      over = true
      clearTimeout(timer)
      document.text.unobserve(changed)
      release()
    }
    // oxlint-disable-next-line react/exhaustive-deps -- a changed profile is no reason to open the file anew
  }, [slug, fileId, user.id, follows])
}
