// How full a file is, measured as it is typed in, so that a person is told before the server refuses.
import * as Y from 'yjs'
import {
  LIMIT_WARNING,
  MAX_DOCUMENT_STATE,
  MAX_FILE_TEXT,
  MAX_PENDING,
} from '../../protocol/limits.ts'
import { sizeText } from '../size.ts'

const kinds = ['text', 'state', 'pending'] as const
export type Kind = (typeof kinds)[number]

/** Characters of text, else bytes. */
export interface Fill {
  kind: Kind
  used: number
  max: number
  full: boolean
}

const limits: Record<Kind, number> = {
  text: MAX_FILE_TEXT,
  state: MAX_DOCUMENT_STATE,
  pending: MAX_PENDING,
}
/** Between exact measurements of what is near its limit, milliseconds. */
const EXACT_EVERY = 2_000

/** Counts each keystroke as it travels, many times what it adds; near the limit it is measured. */
function createGauge(max: number, exact: () => number) {
  let used = 0
  let measuredAt = -Infinity
  return {
    set: (next: number) => (used = next),
    add: (more: number) => (used += more),
    read() {
      if (used >= max * LIMIT_WARNING && performance.now() - measuredAt > EXACT_EVERY) {
        used = Math.min(used, exact())
        measuredAt = performance.now()
      }
      return used
    },
  }
}

export type Meter = ReturnType<typeof createMeter>

export function createMeter(doc: Y.Doc, text: Y.Text) {
  /** What the server has, as far as this page knows */
  let confirmed: Uint8Array | undefined
  const state = createGauge(limits.state, () => Y.encodeStateAsUpdate(doc).byteLength)
  const pending = createGauge(
    limits.pending,
    () => Y.encodeStateAsUpdate(doc, confirmed).byteLength,
  )

  return {
    /** The document was loaded, whole, with so much of it that the server may not have. */
    begin(pendingBytes: number) {
      state.set(Y.encodeStateAsUpdate(doc).byteLength)
      pending.set(pendingBytes)
    },
    grew(update: Uint8Array, local: boolean) {
      state.add(update.byteLength)
      if (local) pending.add(update.byteLength)
    },
    /** The server has written all that is here. */
    confirm() {
      confirmed = Y.encodeStateVector(doc)
      pending.set(0)
    },
    pending: pending.read,

    /** What is nearest to its limit, once that is near. */
    fill(): Fill | null {
      const used = { text: text.length, state: state.read(), pending: pending.read() }
      const share = (kind: Kind) => used[kind] / limits[kind]
      const kind = kinds.reduce((most, kind) => (share(kind) > share(most) ? kind : most))
      if (share(kind) < LIMIT_WARNING) return null
      return { kind, used: used[kind], max: limits[kind], full: share(kind) >= 1 }
    },

    /** @returns why an edit that inserts `inserted`, and makes the text `grown` longer, may not be made */
    refuse(inserted: number, grown: number): string | null {
      if (grown > 0 && text.length + grown > MAX_FILE_TEXT) {
        const size = `${count(text.length)} of ${count(MAX_FILE_TEXT)} characters`
        return grown > 1
          ? `That is ${count(grown)} characters more than the file can take: it has ${size}.`
          : `The file is full: ${size}. Delete something to write on.`
      }
      if (inserted === 0) return null
      if (state.read() + inserted > MAX_DOCUMENT_STATE)
        return `The file with its history is full: ${sizeText(MAX_DOCUMENT_STATE)}. You can delete; a fresh copy has room.`
      if (pending.read() + inserted > MAX_PENDING)
        return `Too much is unsaved: ${sizeText(MAX_PENDING)}. Go on writing when the server is back.`
      return null
    },
  }
}

export const count = (number: number) => number.toLocaleString('en')
