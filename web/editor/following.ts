// Whom one follows: their place in the text and from file to file, until one does anything oneself. Knows nothing of
// CodeMirror, so that the room can show it without the editor.
import { notify } from '../notice.ts'
import { createStore } from '../store.ts'
import type { Person } from './awareness.ts'

const store = createStore<Person | null>(null)

export const following = { get: store.get, subscribe: store.subscribe }

export const follow = ({ id, name }: Person) => store.set({ id, name })

/** @param reason said to the person, where it was not they who ended it */
export function stopFollowing(reason?: string) {
  if (!store.get()) return
  store.set(null)
  if (reason) notify(reason)
}
