// Comments on code: threads at a range of a file's text, and what is said in them.
import type { Generated, JSONColumnType } from 'kysely'
import type { Anchor } from '../../protocol/anchor.ts'
import type { Timestamp } from './columns.ts'

export interface CodeThreads {
  id: string
  projectId: string
  fileId: string
  /** Dense per file, from 1, in the order of creation */
  seq: number
  /** Grows with each change */
  rev: Generated<number>
  anchor: JSONColumnType<Anchor>
  /** The text it stood at when it was made, or when it was attached anew */
  quote: string
  issueId: string | null
  createdBy: string | null
  createdAt: Timestamp
  resolvedBy: string | null
  resolvedAt: string | null
}

export interface CodeComments {
  id: string
  threadId: string
  authorId: string | null
  /** '' once deleted */
  content: string
  createdAt: Timestamp
  editedAt: string | null
  deletedAt: string | null
}

export interface ThreadTables {
  codeThreads: CodeThreads
  codeComments: CodeComments
}
