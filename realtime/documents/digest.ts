// What compaction and versions need of a document: its merged state, its text, and who wrote it. Loading a big one takes
// seconds, so that is done in a thread, and nobody's edit waits for it.
import * as Y from 'yjs'
import { CONTENT } from '../../protocol/names.ts'
import { runThread } from '../thread.ts'
import { applyRows, decodeLedger, emptyLedger, encodeLedger, readRuns, type Row } from './ledger.ts'
import type { Run } from './ledger.ts'

export interface DigestWork {
  snapshot: Uint8Array | null
  /** Who wrote the snapshot */
  ledger: Uint8Array | null
  rows: Row[]
  /** Work up to this row is in a version already */
  versionSeq: number
}

export interface Digest {
  snapshot: Uint8Array
  ledger: Uint8Array
  text: string
  runs: Run[]
  /** Who edited since the newest version */
  workers: string[]
}

/** Bytes from which on a thread is worth its start. */
const BIG = 128 * 1024

export function makeDigest({ snapshot, ledger: stored, rows, versionSeq }: DigestWork): Digest {
  const document = new Y.Doc()
  const ledger = stored ? decodeLedger(stored) : emptyLedger()
  try {
    document.transact(() => {
      if (snapshot) Y.applyUpdate(document, snapshot)
      applyRows(document, ledger, rows)
    })
    const { runs, clients } = readRuns(document, ledger)
    const worked = new Map([...ledger.worked].filter(([, seq]) => seq > versionSeq))
    return {
      snapshot: Y.encodeStateAsUpdate(document),
      ledger: encodeLedger({ clients, worked }),
      text: document.getText(CONTENT).toJSON(),
      runs,
      workers: [...worked.keys()],
    }
  } finally {
    document.destroy()
  }
}

/** One thread at a time: they are in no hurry. */
let last: Promise<unknown> = Promise.resolve()

export async function digest(work: DigestWork): Promise<Digest> {
  const bytes = work.rows.reduce((sum, row) => sum + row.update.byteLength, 0)
  if ((work.snapshot?.byteLength ?? 0) + bytes < BIG) return makeDigest(work)
  const result = last.then(() =>
    runThread<Digest>(new URL('./digest.thread.ts', import.meta.url), work),
  )
  last = result.catch(() => undefined)
  return result
}
