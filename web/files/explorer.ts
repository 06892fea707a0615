// What the file tree of a project shows beyond its files: open folders, what is chosen, what is being named. It lives
// outside of the panel, because the start page, shortcuts and phones begin things in it, too.
import { selfId } from '../accounts/session.ts'
import { createStore, useStore, type Store } from '../store.ts'
import { isOpen, setOpen, type OpenFolders } from './tree.ts'

export type Naming =
  | { kind: 'create'; what: 'text' | 'folder'; parentId: string | null }
  | { kind: 'rename'; id: string }

export interface Explorer {
  view: 'tree' | 'search'
  folders: OpenFolders
  filter: string
  /** While there is a filter: all are open but those closed since it changed */
  filtered: OpenFolders
  naming: Naming | null
  /** The row that the keyboard is at */
  focused: string | null
  chosen: ReadonlySet<string>
  /** Counts wishes to write into the search, so that each is heard */
  asked: number
}

/** More than these are not shown all at once before somebody says so. */
const SMALL = 200

const everything: OpenFolders = { all: true, except: new Set() }

const known = new Map<string, Store<Explorer>>()
/** Of a person in a project: one browser may be of several. */
const storageKey = (slug: string) => `openlaunch.folders.${selfId()}.${slug}`

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
  const key = storageKey(slug)
  const found = known.get(key)
  if (found) return found
  const made = createStore<Explorer>({
    view: 'tree',
    folders: readFolders(slug) ?? everything,
    filter: '',
    filtered: everything,
    naming: null,
    focused: null,
    chosen: new Set(),
    asked: 0,
  })
  known.set(key, made)
  return made
}

export const useExplorer = (slug: string) => useStore(explorerOf(slug))

export function changeExplorer(slug: string, part: Partial<Explorer>) {
  const explorer = explorerOf(slug)
  const filtered = 'filter' in part && { filtered: everything }
  explorer.set({ ...explorer.get(), ...filtered, ...part })
}

const isFiltering = ({ filter }: Explorer) => filter.trim() !== ''
export const shownFolders = (explorer: Explorer) =>
  isFiltering(explorer) ? explorer.filtered : explorer.folders

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

/** What is closed while there is a filter is open again without it. */
export function openFolders(slug: string, ids: readonly string[], open = true) {
  const explorer = explorerOf(slug).get()
  if (isFiltering(explorer)) {
    changeExplorer(slug, { filtered: setOpen(explorer.filtered, ids, open) })
    if (!open) return
  }
  const { folders } = explorer
  if (ids.some((id) => isOpen(folders, id) !== open)) setFolders(slug, setOpen(folders, ids, open))
}

export function openAll(slug: string, open: boolean) {
  const folders = { all: open, except: new Set<string>() }
  if (isFiltering(explorerOf(slug).get())) changeExplorer(slug, { filtered: folders })
  else setFolders(slug, folders)
}

/** Shows the input for a new one's name. */
export function beginCreating(slug: string, what: 'text' | 'folder', parentId: string | null) {
  if (parentId !== null) openFolders(slug, [parentId])
  changeExplorer(slug, { view: 'tree', filter: '', naming: { kind: 'create', what, parentId } })
}

export function beginSearch(slug: string) {
  const { asked } = explorerOf(slug).get()
  changeExplorer(slug, { view: 'search', asked: asked + 1 })
}
