// The texts of files as they are saved, of which some are kept. What people type at the moment is in the journal within
// milliseconds, on whichever node.
import type { Db } from '../../../db/database.ts'
import { readStored, type StoredUpdates } from '../../../realtime/documents/stored.ts'

/** Texts that are kept, UTF-16 code units together. */
const MAX_KEPT = 32 * 1024 * 1024

export interface TextHead {
  id: string
  /** Of the newest row of its journal */
  seq: number
}

export function createTexts(db: Db) {
  /** Last used last */
  const kept = new Map<string, { seq: number; text: string }>()
  let size = 0

  function forget(fileId: string) {
    size -= kept.get(fileId)?.text.length ?? 0
    kept.delete(fileId)
  }

  function recall(fileId: string, seq: number): string | undefined {
    const found = kept.get(fileId)
    if (found?.seq !== seq) return undefined
    kept.delete(fileId)
    kept.set(fileId, found)
    return found.text
  }

  return {
    /** @returns texts, or what makes one; nothing of a file that is gone */
    async read(heads: readonly TextHead[]) {
      const sources = new Map<string, string | StoredUpdates>()
      const missing: string[] = []
      for (const { id, seq } of heads) {
        const text = recall(id, seq)
        if (text === undefined) missing.push(id)
        else sources.set(id, text)
      }
      for (const [id, stored] of await readStored(db, missing)) sources.set(id, stored)
      return sources
    },

    keep(fileId: string, seq: number, text: string) {
      forget(fileId)
      kept.set(fileId, { seq, text })
      size += text.length
      for (const [oldest] of kept) {
        if (size <= MAX_KEPT) break
        forget(oldest)
      }
    },
  }
}
