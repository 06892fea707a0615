// All copies of files in this browser: what is noted in each, and tidying. Kept small: signing out needs it, too, on
// pages without an editor.
import * as idb from 'lib0/indexeddb'

export const PREFIX = 'openlaunch:'
/** A copy without unsaved edits that nobody opened for so long goes; milliseconds. */
const KEPT_FOR = 30 * 86_400_000

/** One tab's edits that the server has not confirmed. */
export interface Mark {
  /** Counted: whoever confirms them compares, since the tab may have gone on */
  edits: number
  bytes: number
}

export interface Notes {
  /** By tab */
  marks: Map<string, Mark>
  /** Whether it was in step with the server once */
  wasInStep: boolean
  /** Milliseconds since 1970; null while it is being made */
  usedAt: number | null
  path: string | null
}

/** Opens a copy, or makes an empty one, as y-indexeddb does. @throws where the browser keeps nothing */
export async function readNotes(name: string): Promise<Notes> {
  if (!('indexedDB' in globalThis)) throw new Error('no storage')
  const db = await idb.openDB(name, (made) =>
    idb.createStores(made, [['updates', { autoIncrement: true }], ['custom']]),
  )
  try {
    const [notes] = idb.transact(db, ['custom'], 'readonly')
    if (!notes) throw new Error('no storage')
    const [keys, values] = await Promise.all([idb.getAllKeys(notes), idb.getAll(notes)])
    const all = new Map(keys.map((key, index) => [String(key), values[index] as unknown]))
    return {
      marks: new Map([...all].filter(([key]) => key.startsWith('edits:'))) as Notes['marks'],
      wasInStep: all.has('inStep'),
      usedAt: (all.get('usedAt') as number | undefined) ?? null,
      path: (all.get('path') as string | undefined) ?? null,
    }
  } finally {
    db.close()
  }
}

/** Files with edits that are in this tab only: the browser has no room for them, or keeps nothing. */
export const unkept = new Set<string>()

export interface Kept {
  name: string
  userId: string
  fileId: string
  unsaved: boolean
  path: string | null
}

/** Every copy; those that nobody needs are removed on the way. Empty where the browser does not say. */
export async function listCopies(self: string): Promise<Kept[]> {
  const databases = await globalThis.indexedDB?.databases?.().catch(() => [])
  const kept: Kept[] = []
  for (const { name = '' } of databases ?? []) {
    const [, userId, fileId] = /^openlaunch:([^:]+):([^:]+)$/.exec(name) ?? []
    if (!userId || !fileId) continue
    const notes = await readNotes(name).catch(() => null)
    if (!notes) continue
    const unsaved = notes.marks.size > 0
    const old = Date.now() - (notes.usedAt ?? Date.now()) > KEPT_FOR
    // Another person's stays for as long as it holds what they may want to come back for.
    if (!unsaved && (userId !== self || old)) await idb.deleteDB(name).catch(() => undefined)
    else kept.push({ name, userId, fileId, unsaved, path: notes.path })
  }
  return kept
}

/** After signing out: nothing of the person stays in this browser. */
export async function clearCopies(userId: string) {
  const copies = await listCopies(userId)
  const own = copies.filter((copy) => copy.userId === userId)
  await Promise.all(own.map(({ name }) => idb.deleteDB(name).catch(() => undefined)))
}
