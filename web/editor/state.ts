// What is known of an open file, for whoever shows it.
import type { Person } from './awareness.ts'
import type { Fill } from './limits.ts'

export interface Refusal {
  /** Of the protocol; empty when it does not say */
  code: string
  message: string
}

export const goneText = 'The file was deleted, or is not open to you any more.'

/** What the server says is no whole sentence; here others come after it. */
export function refusalOf(code: string, said: string): Refusal {
  if (code === 'NOT_FOUND') return { code, message: goneText }
  const message = said || 'You may not open this file'
  return { code, message: message.endsWith('.') ? message : `${message}.` }
}

export interface DocumentState {
  /** `refused`: the server will not take edits or show more, for this reason */
  state: 'opening' | 'saved' | 'saving' | 'offline' | 'refused'
  /** The server lets edits wait for unusually long */
  unanswered: boolean
  refusal: Refusal | null
  /** Whether there is a text to show: it was in step with the server once, now or on an earlier page */
  loaded: boolean
  readOnly: boolean
  /** Edits that the server has not confirmed as written */
  unsaved: boolean
  /** Upper estimate of these, bytes */
  pending: number
  /** Whether unsaved edits outlive this page: the browser keeps them */
  kept: boolean
  /** Whether the browser is still at it */
  keeping: boolean
  fill: Fill | null
  /** Others who have the file open */
  people: readonly Person[]
}

export const opening: DocumentState = {
  state: 'opening',
  unanswered: false,
  refusal: null,
  loaded: false,
  readOnly: false,
  unsaved: false,
  pending: 0,
  kept: false,
  keeping: false,
  fill: null,
  people: [],
}
/** What is kept here for the time when the server is back is no loss. */
export const mayBeLost = ({ unsaved, kept, keeping, state }: DocumentState) =>
  unsaved && !(kept && !keeping && state === 'offline')

export const readOnlyNow: Refusal = {
  code: 'INSUFFICIENT_PERMISSIONS',
  message: 'You may only read this file now.',
}
