// How one person likes their editor, remembered in this browser. Without storage it holds until the page is closed.
import { z } from 'zod'
import { createStore } from '../store.ts'
import { themeNames } from './themes.ts'

const schema = z.object({
  keymap: z.enum(['default', 'vim', 'emacs']).catch('default'),
  theme: z.enum(themeNames).catch('page'),
  /** CSS pixels */
  fontSize: z.number().int().min(9).max(32).catch(13),
  wrap: z.boolean().catch(true),
  guides: z.boolean().catch(true),
  /** Columns of a tab, and of a step where the text does not show its own */
  tabSize: z.number().int().min(1).max(8).catch(2),
  /** Chosen by hand: the name of the language by the id of the file */
  languages: z.record(z.string(), z.string()).catch({}),
})

export type Preferences = z.infer<typeof schema>

/** The oldest choices of a language go beyond this. */
const MAX_LANGUAGES = 200
const key = (userId: string) => `openlaunch.editor.${userId}`

function read(userId: string): Preferences {
  try {
    return schema.parse(JSON.parse(localStorage.getItem(key(userId)) ?? '{}'))
  } catch {
    return schema.parse({})
  }
}

function createPreferences(userId: string) {
  const store = createStore(read(userId))
  return {
    get: store.get,
    subscribe: store.subscribe,
    change(changes: Partial<Preferences>) {
      store.set({ ...store.get(), ...changes })
      try {
        localStorage.setItem(key(userId), JSON.stringify(store.get()))
      } catch {
        // Full or forbidden: see above.
      }
    },
    /** @param language null for the one that the name says */
    chooseLanguage(fileId: string, language: string | null) {
      const { [fileId]: _before, ...others } = store.get().languages
      const chosen = Object.entries({ ...others, ...(language ? { [fileId]: language } : {}) })
      this.change({ languages: Object.fromEntries(chosen.slice(-MAX_LANGUAGES)) })
    },
  }
}

const known = new Map<string, ReturnType<typeof createPreferences>>()

export function preferencesOf(userId: string) {
  const found = known.get(userId) ?? createPreferences(userId)
  known.set(userId, found)
  return found
}
