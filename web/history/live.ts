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
    const { text } = findDocument(fileId, user)
    let timer: ReturnType<typeof setTimeout> | undefined
    const changed = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        refreshCurrent(slug, fileId)
      }, PAUSE)
    }
    text.observe(changed)
    return () => {
      clearTimeout(timer)
      text.unobserve(changed)
    }
    // oxlint-disable-next-line react/exhaustive-deps -- a changed profile is no reason to open the file anew
  }, [slug, fileId, user.id, follows])
}
