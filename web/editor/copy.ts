// This browser's copy of an open file: what was written here outlives the tab, the browser and the connection.
// y-indexeddb reads and trims it. Writing is done here, in one transaction with a mark that says that the server has
// not confirmed it, and because y-indexeddb does not notice when there is no room left.
import * as idb from 'lib0/indexeddb'
import { IndexeddbPersistence, PREFERRED_TRIM_SIZE, storeState } from 'y-indexeddb'
import * as Y from 'yjs'
import { PREFIX, readNotes, type Mark } from './copies.ts'

/** Opening may be blocked for good by a broken profile; the file then opens without a copy. Milliseconds. */
const OPEN_WITHIN = 5_000
const TRIM_AFTER = 1_000
/** Between attempts to write where there was no room, milliseconds. */
const RETRY_AFTER = 5_000

/** One per person and file: ids are unique among installations, too. */
export const copyName = (userId: string, fileId: string) => `${PREFIX}${userId}:${fileId}`

export type Copy = Awaited<ReturnType<typeof openCopy>>

/**
 * Fills the document with what is kept, and keeps what is added to it from then on.
 * @param onChange told when edits are kept no longer, or again
 * @throws where the browser keeps nothing, as in some private windows
 */
export async function openCopy(name: string, doc: Y.Doc, onChange: () => void) {
  // Before the edits are read: a mark that another tab sets meanwhile may be for edits that are not here.
  const { marks, wasInStep, path } = await within(readNotes(name))
  const persistence = new IndexeddbPersistence(name, doc)
  doc.off('update', persistence._storeUpdate)
  await within(persistence.whenSynced)
  const own = `edits:${doc.clientID}`
  let edits = 0
  /** Whether some of them are not confirmed */
  let unconfirmed = false
  let bytes = [...marks.values()].reduce((sum, mark) => sum + mark.bytes, 0)
  /** Whether something was not written for lack of room */
  let lost = false
  /** Transactions on their way to the disk */
  let writing = 0
  let closed = false
  let trimming: ReturnType<typeof setTimeout> | undefined
  let retrying: ReturnType<typeof setTimeout> | undefined

  /** @returns a transaction on both stores; undefined: the copy was cleared, perhaps by another tab */
  function begin() {
    try {
      return persistence.db?.transaction(['updates', 'custom'], 'readwrite')
    } catch {
      return undefined
    }
  }

  function lose() {
    if (closed) return
    lost = true
    clearTimeout(retrying)
    // What follows would lack what is missing, so all of it is written, as soon as there is room.
    retrying = setTimeout(() => {
      // What is added meanwhile goes after it; until it is on the disk, it is being written.
      lost = false
      write(Y.encodeStateAsUpdate(doc))
    }, RETRY_AFTER)
    onChange()
  }

  function write(update: Uint8Array) {
    const transaction = begin()
    if (!transaction) return lose()
    transaction.objectStore('updates').add(update)
    if (unconfirmed) transaction.objectStore('custom').put({ edits, bytes } satisfies Mark, own)
    // Else it would be undone if the page went away now.
    transaction.commit()
    writing += 1
    transaction.onabort = () => {
      writing -= 1
      lose()
    }
    transaction.oncomplete = () => {
      writing -= 1
      if (writing === 0) onChange()
    }
    persistence._dbsize += 1
    if (persistence._dbsize < PREFERRED_TRIM_SIZE) return
    clearTimeout(trimming)
    trimming = setTimeout(() => void storeState(persistence, false).catch(lose), TRIM_AFTER)
  }

  const keep = (update: Uint8Array, origin: unknown, _doc: Y.Doc, { local }: Y.Transaction) => {
    if (origin === persistence) return
    if (local) {
      edits += 1
      unconfirmed = true
      bytes += update.byteLength
    }
    if (!lost) write(update)
  }
  doc.on('update', keep)

  begin()?.objectStore('custom').put(Date.now(), 'usedAt')

  async function close() {
    closed = true
    clearTimeout(trimming)
    clearTimeout(retrying)
    doc.off('update', keep)
    await persistence.destroy()
  }

  return {
    /** Whether the text is a whole one: it was in step with the server once. */
    wasInStep,
    /** As it was called when it was opened last */
    path,
    /** Edits of an earlier page that the server has not confirmed. */
    hadUnsaved: marks.size > 0,
    /** Upper estimate of what the server has not got. */
    pendingBytes: () => bytes,
    isLost: () => lost,
    isWriting: () => writing > 0,
    /** The server has written all that is in the document now. */
    confirm() {
      const transaction = begin()
      const confirmed = new Map(marks)
      if (unconfirmed) confirmed.set(own, { edits, bytes })
      marks.clear()
      unconfirmed = false
      bytes = 0
      if (!transaction) return
      const notes = transaction.objectStore('custom')
      notes.put(true, 'inStep')
      for (const [key, mark] of confirmed) {
        const read = notes.get(key) as IDBRequest<Mark | undefined>
        // Another tab may have written on since.
        read.onsuccess = () => read.result?.edits === mark.edits && notes.delete(key)
      }
    },
    /** How the file is called, for when it is gone. */
    setPath: (path: string) => void begin()?.objectStore('custom').put(path, 'path'),
    close,
    async clear() {
      await close()
      await idb.deleteDB(name)
    },
  }
}

function within<Result>(work: Promise<Result>): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  const timer = setTimeout(
    () => reject(new Error('the browser’s storage does not open')),
    OPEN_WITHIN,
  )
  work.then(resolve, reject).finally(() => clearTimeout(timer))
  return promise
}
