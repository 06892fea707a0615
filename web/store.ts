// A value with listeners: what lives outside of React (session, room, chat, open documents) and is shown by it.
import { useSyncExternalStore } from 'react'

export interface Readable<State> {
  get(): State
  /** @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void
}

export interface Store<State> extends Readable<State> {
  set(next: State): void
}

export function createStore<State>(initial: State): Store<State> {
  let state = initial
  const listeners = new Set<() => void>()
  return {
    get: () => state,
    set(next) {
      if (Object.is(next, state)) return
      state = next
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export function useStore<State>(store: Readable<State>): State {
  return useSyncExternalStore(store.subscribe, store.get)
}
