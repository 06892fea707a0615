// Which lines one has before one's eyes, told to the others; and those of the person that one follows, shown.
import type { Extension } from '@codemirror/state'
import { EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view'
import * as Y from 'yjs'
import { indexOf } from './cursors.ts'
import type { OpenDocument } from './documents.ts'
import { following, stopFollowing } from './following.ts'
import { topOf } from './places.ts'

/** Between two tellings, milliseconds. */
const PAUSE = 120
/** What somebody does themselves in the text. */
const signs = ['wheel', 'pointerdown', 'keydown', 'touchmove', 'paste', 'drop'] as const
const modifiers = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'F1'])

class Viewport {
  readonly #view: EditorView
  readonly #document: OpenDocument
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Whom they follow themselves, as known when one began to follow them */
  #leaderFollowed: unknown
  /** The last place that was gone to */
  #gone = ''
  readonly #end: () => void

  constructor(view: EditorView, document: OpenDocument) {
    this.#view = view
    this.#document = document
    const { awareness } = document
    view.scrollDOM.addEventListener('scroll', this.#tellSoon, { passive: true })
    for (const sign of signs) view.dom.addEventListener(sign, this.#own, { passive: true })
    awareness.on('change', this.#hear)
    const end = following.subscribe(this.#begin)
    this.#end = () => {
      end()
      awareness.off('change', this.#hear)
    }
    this.#begin()
  }

  readonly #own = (event: Event) => {
    if (event instanceof KeyboardEvent && modifiers.has(event.key)) return
    stopFollowing()
  }

  readonly #tellSoon = () => {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#tell()
    }, PAUSE)
  }

  /** Who follows shows another's place and has none of their own: two who follow each other stay where they are. */
  #tell() {
    const { awareness, text } = this.#document
    if (!awareness.getLocalState()) return
    const top = following.get()
      ? null
      : Y.createRelativePositionFromTypeIndex(text, Math.min(topOf(this.#view), text.length))
    awareness.setLocalStateField('top', top)
  }

  readonly #begin = () => {
    const leader = following.get()
    const { awareness } = this.#document
    this.#leaderFollowed = leader && this.#stateOf(leader.id)?.['following']
    this.#gone = ''
    if (awareness.getLocalState()) {
      awareness.setLocalStateField('following', leader?.id ?? null)
      this.#tellSoon()
    }
    // It may have begun within an update of this view.
    queueMicrotask(this.#look)
  }

  /** Of several tabs the one that wrote last. */
  #stateOf(id: string): Record<string, unknown> | undefined {
    const { awareness } = this.#document
    const updated = (client: number) => awareness.meta.get(client)?.lastUpdated ?? 0
    return [...awareness.getStates()]
      .filter(([client, state]) => {
        const user = state['user'] as { id?: unknown } | undefined
        return user?.id === id && client !== awareness.clientID
      })
      .sort(([a], [b]) => updated(b) - updated(a))[0]?.[1]
  }

  /** What this page says of itself may be said within an update of the view, where nothing may be shown. */
  readonly #hear = ({ added, updated }: { added: number[]; updated: number[] }) => {
    const { clientID } = this.#document.awareness
    if ([...added, ...updated].some((client) => client !== clientID)) this.#look()
  }

  readonly #look = () => {
    const leader = following.get()
    const state = leader && this.#stateOf(leader.id)
    if (!leader || !state) return
    const { userId, text } = this.#document
    const theirs = state['following']
    if (theirs === userId && theirs !== this.#leaderFollowed) {
      return stopFollowing(`${leader.name} follows you now`)
    }
    this.#leaderFollowed = theirs
    const cursor = (state['cursor'] ?? {}) as { head?: unknown }
    const top = indexOf(state['top'], text)
    const head = indexOf(cursor.head, text)
    const key = `${top}/${head}`
    if (key === this.#gone) return
    this.#gone = key
    const last = this.#view.state.doc.length
    const effects = []
    if (top !== null) {
      effects.push(EditorView.scrollIntoView(Math.min(top, last), { y: 'start', yMargin: 0 }))
    } else if (head !== null) {
      effects.push(EditorView.scrollIntoView(Math.min(head, last), { y: 'nearest', yMargin: 60 }))
    }
    if (effects.length > 0) this.#view.dispatch({ effects })
    // Their window may be higher than this one: the cursor counts.
    if (top !== null && head !== null) this.#keepInView(Math.min(head, last))
  }

  #keepInView(position: number) {
    this.#view.requestMeasure({
      read: (view) => {
        const at = view.coordsAtPos(position)
        const frame = view.scrollDOM.getBoundingClientRect()
        return at ? at.top >= frame.top && at.bottom <= frame.bottom : false
      },
      write: (seen, view) => {
        if (seen || !following.get()) return
        queueMicrotask(() =>
          view.dispatch({
            effects: EditorView.scrollIntoView(position, { y: 'nearest', yMargin: 60 }),
          }),
        )
      },
    })
  }

  update({ geometryChanged }: ViewUpdate) {
    if (geometryChanged) this.#tellSoon()
  }

  destroy() {
    clearTimeout(this.#timer)
    this.#view.scrollDOM.removeEventListener('scroll', this.#tellSoon)
    for (const sign of signs) this.#view.dom.removeEventListener(sign, this.#own)
    this.#end()
  }
}

export const viewport = (document: OpenDocument): Extension =>
  ViewPlugin.define((view) => new Viewport(view, document))
