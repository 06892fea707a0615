// Live files as the database keeps them: head, journal, versions.
import type { Strings, Timestamp } from './columns.ts'
import type { Generated } from 'kysely'

/** The head of a file's journal: which updates exist, and the merged state of the oldest ones. */
export interface Documents {
  fileId: string
  /** seq of the newest journal row, counted under the row's lock */
  lastSeq: Generated<number>
  /** Yjs update (v1) that merges all rows up to snapshotSeq; null before the first compaction */
  snapshot: Uint8Array | null
  snapshotSeq: Generated<number>
  /** Who wrote what is in the snapshot (realtime/documents/ledger.ts); made and replaced together with it */
  ledger: Uint8Array | null
}

/** Append-only journal of Yjs updates (v1), dense `seq` per file; compaction deletes what the snapshot holds. */
export interface DocumentUpdates {
  fileId: string
  seq: number
  update: Uint8Array
  /** Who sent it; null for what was written before anybody noted it. No reference: inserts need not look it up */
  userId: string | null
}

/** Why a version was made: a session of work ended, somebody asked for it, or around a restore. */
export const versionReasons = ['session', 'hand', 'before_restore', 'restore'] as const
export type VersionReason = (typeof versionReasons)[number]

/** A text that a file had once, with who wrote it. */
export interface DocumentVersions {
  id: string
  fileId: string
  /** Per file, from 1, growing; those of thinned versions are missing */
  number: number
  /** The newest journal row that is in it */
  seq: number
  reason: VersionReason
  name: string | null
  /** Number of the version that a restore brought back */
  restoredFrom: number | null
  /** Ids of those who edited since the version before */
  authors: Strings
  /** Of the text, in UTF-16 code units */
  length: number
  /** Text and runs of authors, packed (realtime/documents/packing.ts) */
  content: Uint8Array
  /** The version whose content is needed to unpack it */
  baseId: string | null
  /** Of `content` */
  bytes: number
  createdBy: string | null
  createdAt: Timestamp
}

export interface DocumentTables {
  documents: Documents
  documentUpdates: DocumentUpdates
  documentVersions: DocumentVersions
}
