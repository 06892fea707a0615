// The files one has open in a project, in their order, remembered in this browser. Paths are kept for files that are
// deleted meanwhile: their tab says so.
import { z } from 'zod'
import { createStore } from '../store.ts'

const schema = z.array(z.object({ id: z.string(), path: z.string() })).catch([])
export type OpenTab = z.infer<typeof schema>[number]

function createTabs(key: string) {
  const read = () => {
    try {
      return schema.parse(JSON.parse(localStorage.getItem(key) ?? '[]'))
    } catch {
      return []
    }
  }
  const store = createStore<readonly OpenTab[]>(read())
  const set = (tabs: readonly OpenTab[]) => {
    store.set(tabs)
    try {
      localStorage.setItem(key, JSON.stringify(tabs))
    } catch {
      // Full or forbidden: they hold until the page is closed.
    }
  }
  return {
    get: store.get,
    subscribe: store.subscribe,
    /** Also tells a new name of a file that is open. */
    open(id: string, path: string) {
      const tabs = store.get()
      const at = tabs.findIndex((tab) => tab.id === id)
      if (at === -1) set([...tabs, { id, path }])
      else if (tabs[at]?.path !== path) set(tabs.with(at, { id, path }))
    },
    /** @returns the one to go to where the closed one was before the eyes */
    close(id: string): OpenTab | undefined {
      const tabs = store.get()
      const at = tabs.findIndex((tab) => tab.id === id)
      set(tabs.filter((tab) => tab.id !== id))
      return tabs[at + 1] ?? tabs[at - 1]
    },
    /** Puts a tab where another one is. */
    move(id: string, to: string) {
      const tabs = store.get()
      const moved = tabs.find((tab) => tab.id === id)
      const at = tabs.findIndex((tab) => tab.id === to)
      if (moved && at !== -1) set(tabs.filter((tab) => tab.id !== id).toSpliced(at, 0, moved))
    },
  }
}

export type Tabs = ReturnType<typeof createTabs>

const known = new Map<string, Tabs>()

export function tabsOf(userId: string, projectId: string): Tabs {
  const key = `openlaunch.tabs.${userId}.${projectId}`
  const found = known.get(key) ?? createTabs(key)
  known.set(key, found)
  return found
}
