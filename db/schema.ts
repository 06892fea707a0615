// The tables as TypeScript sees them: camelCase names, timestamps as ISO strings, int8 as number, bytea as Uint8Array.
// A selected row is the wire object; secrets live in tables of their own.
import type { Generated, JSONColumnType } from 'kysely'
import type { ProjectRole } from '../protocol/access.ts'
import type { UpdateType } from '../protocol/events.ts'
import type { AccountTables } from './tables/accounts.ts'
import type { ChatTables } from './tables/chat.ts'
import type { Strings, Timestamp } from './tables/columns.ts'
import type { DocumentTables } from './tables/documents.ts'
import type { GuestTables } from './tables/guests.ts'
import type { ThreadTables } from './tables/threads.ts'

export const projectStatuses = ['active', 'paused', 'completed', 'archived'] as const
export type ProjectStatus = (typeof projectStatuses)[number]
export const visibilities = ['public', 'private'] as const
export type Visibility = (typeof visibilities)[number]
export const difficulties = ['beginner', 'intermediate', 'advanced'] as const
export type Difficulty = (typeof difficulties)[number]

export interface Projects {
  id: string
  name: string
  slug: string
  description: string | null
  longDescription: string | null
  category: string | null
  status: Generated<ProjectStatus>
  visibility: Generated<Visibility>
  repositoryUrl: string | null
  documentationUrl: string | null
  demoUrl: string | null
  tags: Strings
  techStack: Strings
  difficulty: Difficulty | null
  estimatedHours: number | null
  /** Whether people without an account may come to its calls by a link */
  callGuests: Generated<boolean>
  createdBy: string | null
  createdAt: Timestamp
  updatedAt: Timestamp
}

/** What must be dense per project is counted here, under the row's lock. */
export interface ProjectCounters {
  projectId: string
  activitySeq: Generated<number>
  issueNumber: Generated<number>
}

export interface ProjectMembers {
  id: string
  projectId: string
  userId: string
  role: Generated<ProjectRole>
  joinedAt: Timestamp
  /** When this person last left the project's room */
  lastSeenAt: string | null
}

/** People who left or were removed, with the role they had: joining again by oneself gives no stronger one. */
export interface FormerMembers {
  projectId: string
  userId: string
  role: ProjectRole
}

export interface Mutes {
  projectId: string
  userId: string
  until: string
  createdBy: string | null
  createdAt: Timestamp
}

export interface Bans {
  projectId: string
  userId: string
  reason: Generated<string>
  createdBy: string | null
  createdAt: Timestamp
}

/** A link that lets whoever has it join; only the hash of its token is kept. */
export interface Invites {
  /** sha256 of the token, hex */
  id: string
  projectId: string
  role: ProjectRole
  createdBy: string
  expiresAt: string
  createdAt: Timestamp
}

export interface Activity {
  projectId: string
  seq: number
  type: UpdateType
  actorId: string | null
  data: JSONColumnType<Record<string, unknown>, string, never>
  createdAt: Timestamp
}

export const issueStatuses = ['open', 'in_progress', 'closed'] as const
export type IssueStatus = (typeof issueStatuses)[number]
export const priorities = ['low', 'medium', 'high', 'urgent'] as const
export type Priority = (typeof priorities)[number]

export interface Issues {
  id: string
  projectId: string
  /** Dense per project, from 1: what people call #12 */
  number: number
  title: string
  description: string | null
  status: Generated<IssueStatus>
  priority: Generated<Priority>
  labels: Strings
  assigneeId: string | null
  createdBy: string | null
  createdAt: Timestamp
  updatedAt: Timestamp
}

export interface Comments {
  id: string
  content: string
  authorId: string | null
  issueId: string | null
  pullRequestId: string | null
  parentId: string | null
  createdAt: Timestamp
  updatedAt: Timestamp
}

export const fileKinds = ['folder', 'text', 'binary'] as const
export type FileKind = (typeof fileKinds)[number]

/** Where a file stands are its parent and the last part of its path; the rest of the path follows from the parent. */
export interface Files {
  id: string
  projectId: string
  /** The folder that it is in; null: at the top */
  parentId: string | null
  kind: Generated<FileKind>
  /** Slash-separated, from the top; unique in its project among what is not in the trash */
  path: string
  /** Bytes of a binary file; null for others */
  size: number | null
  /** Media type of a binary file */
  type: string | null
  /** Under which the bytes of a binary file lie in the attachment store; new bytes have a new one */
  contentId: string | null
  createdBy: string | null
  createdAt: Timestamp
  updatedAt: Timestamp
  /** In the trash since then, with all that has the same `deletionId` */
  deletedAt: string | null
  deletedBy: string | null
  deletionId: string | null
}

export interface Database
  extends AccountTables, ChatTables, DocumentTables, GuestTables, ThreadTables {
  projects: Projects
  projectCounters: ProjectCounters
  projectMembers: ProjectMembers
  formerMembers: FormerMembers
  invites: Invites
  activity: Activity
  issues: Issues
  comments: Comments
  mutes: Mutes
  bans: Bans
  files: Files
}
