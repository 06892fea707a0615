// Accounts, and how they prove who they are.
import type { Generated } from 'kysely'
import type { SystemRole } from '../../protocol/access.ts'
import type { ChosenStatus } from '../../protocol/presence.ts'
import type { Strings, Timestamp } from './columns.ts'

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

/** What people say of themselves; without a row, what they do decides. */
export interface UserStatus {
  userId: string
  status: ChosenStatus
}

export interface AccountTables {
  users: Users
  passwords: Passwords
  userProfiles: UserProfiles
  sessions: Sessions
  tickets: Tickets
  secrets: Secrets
  idempotencyKeys: IdempotencyKeys
  userStatus: UserStatus
}
