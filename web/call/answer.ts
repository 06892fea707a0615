// Between the ringing, which is on every page, and the call, which is in its project.
import { RING_TIMEOUT, type CallAddress } from '../../protocol/calls.ts'
import { createStore } from '../store.ts'

/** The call that somebody answered and is not in yet */
export const answered = createStore<CallAddress | null>(null)

export function answerCall(call: CallAddress) {
  answered.set(call)
  // A project that does not open now starts no call when it opens later.
  setTimeout(() => answered.get() === call && answered.set(null), RING_TIMEOUT)
}

/** Whether this page is in a call */
export const inCall = createStore(false)
