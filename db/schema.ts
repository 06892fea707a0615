// The tables as TypeScript sees them: camelCase names, timestamps as ISO strings, int8 as number, bytea as Uint8Array.
// A selected row is the wire object; secrets live in tables of their own.
import type { Generated, JSONColumnType } from 'kysely'
import type { ProjectRole, SystemRole } from '../protocol/access.ts'
import type { ChannelKind, SystemMessage } from '../protocol/chat.ts'
import type { UpdateType } from '../protocol/events.ts'
import type { ChosenStatus } from '../protocol/presence.ts'

/** JSON text goes in, the value comes out: `pg` would turn an array into a PostgreSQL array otherwise. */
type Strings = JSONColumnType<string[], string | undefined, string>
type Timestamp = Generated<string>

export interface Users {
  id: string
  email: string
  username: string
  emailVerified: Generated<boolean>
  role: Generated<SystemRole>
  createdAt: Timestamp
  updatedAt: Timestamp
}

export interface Passwords {
  userId: string
  /** argon2id, PHC string */
  hash: string
}

export interface UserProfiles {
  id: string
  userId: string
  displayName: string | null
  bio: string | null
  avatarUrl: string | null
  location: string | null
  timezone: string | null
  githubUsername: string | null
  linkedinUrl: string | null
  websiteUrl: string | null
  skills: Strings
  interests: Strings
  createdAt: Timestamp
  updatedAt: Timestamp
}

/** One row per refresh token; the rows of one sign-in share a family, which is the `sid` of its access tokens. */
export interface Sessions {
  /** sha256 of the refresh token, hex */
  id: string
  userId: string
  familyId: string
  expiresAt: string
  /** When the token was exchanged; using it again ends the family */
  rotatedAt: string | null
  createdAt: Timestamp
}

/** One use, short life: authenticates a websocket whose client can send no header. */
export interface Tickets {
  /** sha256 of the ticket, hex */
  id: string
  userId: string
  familyId: string
  expiresAt: string
}

/** Keys that all nodes of an installation share. */
export interface Secrets {
  name: string
  value: string
}

/** A write of one person that is under way or was answered, by the Idempotency-Key that came with it. */
export interface IdempotencyKeys {
  userId: string
  key: string
  /** sha256 of the request, hex */
  fingerprint: string
  /** Changes when the key is taken over */
  claimId: string
  claimedAt: Timestamp
  /** null: under way */
  status: number | null
  body: string | null
}

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

export interface Channels {
  id: string
  projectId: string
  kind: Generated<ChannelKind>
  /** null in direct and group channels */
  name: string | null
  topic: Generated<string>
  /** Of direct and group channels: the sorted ids of their people, so that each set of people has one */
  directKey: string | null
  /** seq of its newest message, counted under the row's lock */
  lastSeq: Generated<number>
  /** Position of its newest change, counted under the row's lock */
  lastRev: Generated<number>
  createdBy: string | null
  archivedAt: string | null
  createdAt: Timestamp
}

/** Who is in a channel that is not public. */
export interface ChannelMembers {
  channelId: string
  userId: string
  joinedAt: Timestamp
}

export interface Messages {
  id: string
  channelId: string
  seq: number
  /** Position of its last change among all changes of the channel */
  rev: number
  /** `rev` when it was new */
  createdRev: number
  /** The message that began the thread */
  parentId: string | null
  authorId: string
  message: string
  nonce: string
  /** sha256 of what came with the nonce, hex; null for messages older than the column: compare the text */
  fingerprint: string | null
  system: JSONColumnType<SystemMessage> | null
  replyCount: Generated<number>
  lastReplyAt: string | null
  editedAt: string | null
  deletedAt: string | null
  mentionsAll: Generated<boolean>
  createdAt: Timestamp
}

/** What an edited message said before, from 1. */
export interface MessageVersions {
  messageId: string
  version: number
  message: string
  /** When this text was written */
  createdAt: string
}

export interface Reactions {
  messageId: string
  userId: string
  emoji: string
  createdAt: Timestamp
}

export interface Mentions {
  messageId: string
  userId: string
  /** Of the message, so that unread ones are counted without it */
  channelId: string
  seq: number
}

/** Whoever takes part in a thread has one. */
export interface ThreadMarks {
  rootId: string
  userId: string
  /** Up to which seq of the channel its replies were read */
  seq: number
}

/** The bytes lie in the attachment store under the id. */
export interface Attachments {
  id: string
  projectId: string
  /** null: uploaded and not sent yet, or its message is gone; removed after a day */
  messageId: string | null
  uploadedBy: string | null
  name: string
  type: string
  size: number
  width: number | null
  height: number | null
  createdAt: Timestamp
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

/** What people say of themselves; without a row, what they do decides. */
export interface UserStatus {
  userId: string
  status: ChosenStatus
}

export interface ReadMarks {
  channelId: string
  userId: string
  seq: number
}

export interface Files {
  id: string
  projectId: string
  /** Slash-separated, relative, unique in its project */
  path: string
  createdBy: string | null
  createdAt: Timestamp
  updatedAt: Timestamp
}

/** The head of a file's journal: which updates exist, and the merged state of the oldest ones. */
export interface Documents {
  fileId: string
  /** seq of the newest journal row, counted under the row's lock */
  lastSeq: Generated<number>
  /** Yjs update (v1) that merges all rows up to snapshotSeq; null before the first compaction */
  snapshot: Uint8Array | null
  snapshotSeq: Generated<number>
}

/** Append-only journal of Yjs updates (v1), dense `seq` per file; compaction deletes what the snapshot holds. */
export interface DocumentUpdates {
  fileId: string
  seq: number
  update: Uint8Array
}

export interface Database {
  users: Users
  passwords: Passwords
  userProfiles: UserProfiles
  sessions: Sessions
  tickets: Tickets
  secrets: Secrets
  idempotencyKeys: IdempotencyKeys
  projects: Projects
  projectCounters: ProjectCounters
  projectMembers: ProjectMembers
  formerMembers: FormerMembers
  invites: Invites
  activity: Activity
  issues: Issues
  comments: Comments
  channels: Channels
  channelMembers: ChannelMembers
  messages: Messages
  messageVersions: MessageVersions
  reactions: Reactions
  mentions: Mentions
  threadMarks: ThreadMarks
  attachments: Attachments
  mutes: Mutes
  bans: Bans
  userStatus: UserStatus
  readMarks: ReadMarks
  files: Files
  documents: Documents
  documentUpdates: DocumentUpdates
}
