// What the file tree of a project shows beyond its files: open folders, what is chosen, what is being named. It lives
// outside of the panel, because the start page, shortcuts and phones begin things in it, too.
import { createStore, useStore, type Store } from '../store.ts'
import { isOpen, setOpen, type OpenFolders } from './tree.ts'

export type Naming =
  | { kind: 'create'; what: 'text' | 'folder'; parentId: string | null }
  | { kind: 'rename'; id: string }

export interface Explorer {
  view: 'tree' | 'search'
  folders: OpenFolders
  filter: string
  naming: Naming | null
  /** The row that the keyboard is at */
  focused: string | null
  chosen: ReadonlySet<string>
  /** Counts wishes to write into the search, so that each is heard */
  asked: number
}

/** More than these are not shown all at once before somebody says so. */
const SMALL = 200

const known = new Map<string, Store<Explorer>>()
const storageKey = (slug: string) => `openlaunch.folders.${slug}`

function readFolders(slug: string): OpenFolders | null {
  try {
    const saved = JSON.parse(localStorage.getItem(storageKey(slug)) ?? '') as {
      all: unknown
      except: unknown
    }
    if (!Array.isArray(saved.except)) return null
    return { all: saved.all === true, except: new Set(saved.except as string[]) }
  } catch {
    return null
  }
}

export function explorerOf(slug: string): Store<Explorer> {
  const found = known.get(slug)
  if (found) return found
  const made = createStore<Explorer>({
    view: 'tree',
    folders: readFolders(slug) ?? { all: true, except: new Set() },
    filter: '',
    naming: null,
    focused: null,
    chosen: new Set(),
    asked: 0,
  })
  known.set(slug, made)
  return made
}

export const useExplorer = (slug: string) => useStore(explorerOf(slug))

export function changeExplorer(slug: string, part: Partial<Explorer>) {
  const explorer = explorerOf(slug)
  explorer.set({ ...explorer.get(), ...part })
}

function setFolders(slug: string, folders: OpenFolders) {
  changeExplorer(slug, { folders })
  try {
    const saved = { all: folders.all, except: [...folders.except] }
    localStorage.setItem(storageKey(slug), JSON.stringify(saved))
  } catch {
    // Without storage it is forgotten with the page.
  }
}

/** Large trees begin closed. @param count how many files and folders there are */
export function beginFolders(slug: string, count: number) {
  if (count <= SMALL || readFolders(slug)) return
  setFolders(slug, { all: false, except: new Set() })
}

export function openFolders(slug: string, ids: readonly string[], open = true) {
  const { folders } = explorerOf(slug).get()
  if (ids.some((id) => isOpen(folders, id) !== open)) setFolders(slug, setOpen(folders, ids, open))
}

export const openAll = (slug: string, open: boolean) =>
  setFolders(slug, { all: open, except: new Set() })

/** Shows the input for a new one's name. */
export function beginCreating(slug: string, what: 'text' | 'folder', parentId: string | null) {
  if (parentId !== null) openFolders(slug, [parentId])
  changeExplorer(slug, { view: 'tree', filter: '', naming: { kind: 'create', what, parentId } })
}

export function beginSearch(slug: string) {
  const { asked } = explorerOf(slug).get()
  changeExplorer(slug, { view: 'search', asked: asked + 1 })
}
