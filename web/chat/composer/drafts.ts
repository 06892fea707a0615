// What is written and not yet sent, per person, channel and thread: kept in this browser, so that nothing is lost by
// going elsewhere or reloading.
import { useSyncExternalStore } from 'react'
import { selfId } from '../../accounts/session.ts'
import { createStore } from '../../store.ts'

/** Counts drafts that began or ended */
const changes = createStore(0)

/** Several people may sign in here, one after another. */
const name = (place: string) => `openlaunch.draft.${selfId()}.${place}`

export function readDraft(place: string): string {
  try {
    return localStorage.getItem(name(place)) ?? ''
  } catch {
    return ''
  }
}

export function keepDraft(place: string, text: string) {
  const had = readDraft(place) !== ''
  const has = text.trim() !== ''
  try {
    if (has) localStorage.setItem(name(place), text)
    else localStorage.removeItem(name(place))
  } catch {
    // No room, or not allowed: it lives as long as the page.
  }
  if (had !== has) changes.set(changes.get() + 1)
}

export const useHasDraft = (place: string) =>
  useSyncExternalStore(changes.subscribe, () => readDraft(place) !== '')
