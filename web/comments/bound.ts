// Binds the comments of an open text to the page: its threads, the address, and what this person may do.
import { useEffect, useRef } from 'react'
import { useSearchParams } from 'wouter'
import { useOpenProject, useCan } from '../room/context.tsx'
import type { OpenDocument } from '../editor/documents.ts'
import { commentingOf, DRAFT } from './commenting.ts'
import { changeThread, useThreads } from './queries.ts'

/** Which thread is looked at, as the address says: `?panel=comments&thread=…`. */
export function useThreadAddress() {
  const [params, setParams] = useSearchParams()
  const open = params.get('panel') === 'comments'
  const go = (to: { panel: boolean; thread: string | null }) =>
    setParams(
      (current) => {
        const changed = new URLSearchParams(current)
        if (to.panel) changed.set('panel', 'comments')
        else changed.delete('panel')
        if (to.thread === null) changed.delete('thread')
        else changed.set('thread', to.thread)
        return changed
      },
      { replace: true },
    )
  return { open, thread: params.get('thread'), go }
}

export function useCommenting(document: OpenDocument) {
  const { project } = useOpenProject()
  const commenting = commentingOf(document)
  const { data: threads } = useThreads(project.slug, document.fileId)
  const { open, thread, go } = useThreadAddress()
  const can = useCan()
  /** Who comes from the text stands where they want to */
  const fromText = useRef<string | null>(null)
  useEffect(() => {
    commenting.setHandlers({
      mayComment: can('file:comment'),
      mayWrite: can('file:write'),
      onOpen(id, asked) {
        if (!asked && !open) return
        fromText.current = id
        go({ panel: true, thread: id })
      },
      onMoved: (moved, anchor) => changeThread(project.slug, moved, { anchor }),
    })
  })
  useEffect(() => () => commenting.setHandlers(null), [commenting])
  useEffect(() => commenting.setThreads(threads ?? []), [commenting, threads])
  useEffect(() => commenting.setActive(thread), [commenting, thread])

  // A link to a thread shows it, in the text and in the panel.
  const loaded = threads !== undefined
  useEffect(() => {
    if (!loaded || thread === null) return
    if (!open) go({ panel: true, thread })
    if (thread !== DRAFT && thread !== fromText.current) commenting.show(thread)
    fromText.current = null
    // oxlint-disable-next-line react/exhaustive-deps -- once for each thread that is asked for
  }, [commenting, loaded, open, thread])
}
