// The comments on one open text: where their threads are in it, which one is looked at, and the one being written. The
// editor shows them as marks, the panel as cards.
import type { Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import * as Y from 'yjs'
import { createAnchor, locateAnchors, type Anchor, type Range } from '../../protocol/anchor.ts'
import { AppError, errorStatus } from '../../protocol/errors.ts'
import { MAX_QUOTE } from '../../protocol/limits.ts'
import type { CodeThread } from '../../server/threads/schema.ts'
import { keepDraft, readDraft } from '../chat/composer/drafts.ts'
import type { OpenDocument } from '../editor/documents.ts'
import { notify } from '../notice.ts'
import { createStore } from '../store.ts'
import { isAppError } from '../wire.ts'
import { commentMarks, showMarks, type Mark } from './marks.ts'

/** A thread that is being written. */
export interface Draft {
  anchor: Anchor
  quote: string
}
export const DRAFT = 'draft'

export interface CommentingState {
  /** Line from 1 by thread, in the order of the text; those whose text was deleted are not in it. With `DRAFT` */
  lines: ReadonlyMap<string, number>
  draft: Draft | null
  hovered: string | null
}

/** What the page does for it; only the newest one counts. */
export interface Handlers {
  mayComment: boolean
  mayWrite: boolean
  /** @param asked otherwise only where the panel is open */
  onOpen: (id: string, asked: boolean) => void
  /** Undone text is new text: the thread goes along */
  onMoved: (thread: CodeThread, anchor: Anchor) => Promise<unknown>
}

const SAVED_WITHIN = 10_000

type Commenting = ReturnType<typeof createCommenting>
const known = new WeakMap<OpenDocument, Commenting>()

/** The same for as long as the document is open, whatever shows it. */
export function commentingOf(document: OpenDocument): Commenting {
  const commenting = known.get(document) ?? createCommenting(document)
  known.set(document, commenting)
  return commenting
}

function createCommenting(document: OpenDocument) {
  const { text, fileId } = document
  const draftPlace = `code.${fileId}.at`
  const store = createStore<CommentingState>({
    lines: new Map(),
    draft: readKept(draftPlace),
    hovered: null,
  })
  let view: EditorView | null = null
  let threads: readonly CodeThread[] = []
  let places = new Map<string, Range>()
  let active: string | null = null
  let scheduled = false
  let undone = false
  /** Marks in the editor */
  let shown = 0
  /** To be shown when the text is there */
  let awaited: string | null = null
  let handlers: Handlers | null = null
  /** Moves that the server does not take, by thread and what it stands at */
  const refused = new Set<string>()

  text.observe((_event, { origin }) => {
    if (origin instanceof Y.UndoManager) undone = true
  })

  /** Once for all that changes until the next frame. */
  function schedule() {
    if (scheduled) return
    scheduled = true
    requestAnimationFrame(refresh)
  }

  function refresh() {
    scheduled = false
    const { draft, hovered } = store.get()
    const own = draft ? [{ id: DRAFT, anchor: draft.anchor }] : []
    const all = [...threads, ...own]
    const anchors = all.map(({ anchor }) => anchor)
    const found = locateAnchors(text, anchors, { followUndone: true })
    places = new Map(
      all
        .flatMap(({ id }, index) => {
          const place = found[index]
          return typeof place === 'object' ? [[id, place] as const] : []
        })
        .toSorted(([, a], [, b]) => a.from - b.from || a.to - b.to),
    )
    if (undone) void follow()
    if (!view) return
    const { doc } = view.state
    const resolved = new Set(threads.flatMap(({ id, resolvedAt }) => (resolvedAt ? [id] : [])))
    const marks = [...places].flatMap(([id, place]): Mark[] => {
      const strong = id === active || id === hovered || id === DRAFT
      return resolved.has(id) && !strong ? [] : [{ id, ...place, strong }]
    })
    if (marks.length + shown > 0) showMarks(view, marks)
    shown = marks.length
    const lines = new Map(
      [...places].map(([id, { from }]) => [id, doc.lineAt(Math.min(from, doc.length)).number]),
    )
    if (!isSame(lines, store.get().lines)) store.set({ ...store.get(), lines })
    if (awaited !== null) show(awaited)
  }

  /** Tells the others of threads that went along with undone text: only this document knows where they are. */
  async function follow() {
    if (!handlers?.mayWrite) return
    undone = false
    const plain = locateAnchors(
      text,
      threads.map(({ anchor }) => anchor),
    )
    const moved = threads.filter((thread, index) => {
      const [here, there] = [places.get(thread.id), plain[index]]
      const isElse = here && JSON.stringify(here) !== JSON.stringify(there)
      return isElse && !refused.has(moveOf(thread))
    })
    if (moved.length === 0) return
    const saved = await whenSaved(document).then(
      () => true,
      () => false,
    )
    if (!saved) return void (undone = true)
    for (const thread of moved) {
      const place = places.get(thread.id)
      if (!place) continue
      await handlers?.onMoved(thread, createAnchor(text, place)).catch((error: unknown) => {
        if (isRefusal(error)) refused.add(moveOf(thread))
        else undone = true
      })
    }
  }

  /** Scrolls to the thread's text; with `enter`, the cursor goes there, too. */
  function show(id: string, { enter = false } = {}) {
    awaited = view ? null : id
    refresh()
    const place = places.get(id)
    if (!place || !view) return
    view.dispatch({
      ...(enter && { selection: { anchor: place.from } }),
      effects: EditorView.scrollIntoView(place.from, { y: 'center' }),
    })
    if (enter) view.focus()
  }

  function setDraft(draft: Draft | null) {
    keepDraft(draftPlace, draft ? JSON.stringify(draft) : '')
    store.set({ ...store.get(), draft })
    schedule()
  }

  /**
   * @param orLine where nothing is selected, the cursor's line is meant
   * @returns null where there is no text to stand at
   */
  function choose({ orLine }: { orLine: boolean }): Draft | null {
    if (!view) return null
    const { doc, selection } = view.state
    const { main } = selection
    const { from, to } = main.empty && orLine ? doc.lineAt(main.head) : main
    if (from === to) return null
    const quote = text.toJSON().slice(from, Math.min(to, from + MAX_QUOTE))
    return { anchor: createAnchor(text, { from, to }), quote }
  }

  function compose() {
    const draft = choose({ orLine: true })
    if (!draft) return notify('Select the text that you want to comment on')
    setDraft(draft)
    handlers?.onOpen(DRAFT, true)
  }

  const extension: Extension = commentMarks({
    onView(next) {
      view = next
      shown = 0
      if (next) schedule()
    },
    onTextChanged: schedule,
    onOpen: (id, asked) => handlers?.onOpen(id, asked),
    onHover: (id) => hover(id),
    onCompose: compose,
    mayComment: () => handlers?.mayComment ?? false,
  })

  function hover(hovered: string | null) {
    if (store.get().hovered === hovered) return
    store.set({ ...store.get(), hovered })
    schedule()
  }

  return {
    extension,
    get: store.get,
    subscribe: store.subscribe,
    hover,
    choose,
    compose,
    dropDraft: () => setDraft(null),
    setHandlers: (next: Handlers | null) => void (handlers = next),
    setThreads(next: readonly CodeThread[]) {
      threads = next
      schedule()
    },
    setActive(next: string | null) {
      active = next
      schedule()
    },
    show,
  }
}

const moveOf = ({ id, anchor }: CodeThread) => `${id} ${JSON.stringify(anchor)}`

/** Whether asking again would be answered alike. */
const isRefusal = (error: unknown) =>
  isAppError(error) && errorStatus[error.code] < 500 && error.code !== 'RATE_LIMITED'

const isSame = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>) =>
  JSON.stringify([...a]) === JSON.stringify([...b])

function readKept(place: string): Draft | null {
  try {
    return JSON.parse(readDraft(place)) as Draft
  } catch {
    return null
  }
}

/**
 * A comment stands at text that the server has.
 * @throws AppError UNAVAILABLE when that takes too long
 */
export function whenSaved(document: OpenDocument): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const look = () => {
    if (!document.get().unsaved) resolve()
  }
  const stop = document.subscribe(look)
  const timer = setTimeout(() => {
    const reason = 'The file has changes that are not saved yet. Try again in a moment.'
    reject(new AppError('UNAVAILABLE', reason))
  }, SAVED_WITHIN)
  look()
  return promise.finally(() => {
    stop()
    clearTimeout(timer)
  })
}
