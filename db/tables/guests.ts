// Guests of calls.
import type { Timestamp } from './columns.ts'

/** A link that lets whoever has it knock at a call, until it ends. */
export interface CallLinks {
  id: string
  /** sha256, hex */
  tokenHash: string
  projectId: string
  /** null: of the project's own call */
  channelId: string | null
  createdBy: string | null
  createdAt: Timestamp
  expiresAt: string
}

/** Somebody who came by a link; goes with it. */
export interface CallGuests {
  id: string
  /** sha256, hex */
  tokenHash: string
  linkId: string
  name: string
  createdAt: Timestamp
  expiresAt: string
}

export interface GuestTables {
  callLinks: CallLinks
  callGuests: CallGuests
}
