// Who is in a project's room, on the wire.
import type { PublicUser } from './events.ts'

/** As others see it. `away`: no tab or device of theirs did anything for AWAY_AFTER, or they said so. */
export type Status = 'online' | 'away' | 'busy' | 'offline'
/** What a person says of themselves; `online` leaves it to what they do. */
export const chosenStatuses = ['online', 'away', 'busy'] as const
export type ChosenStatus = (typeof chosenStatuses)[number]

/** Without a request of any tab or device for this long, a person is away. Milliseconds. */
export const AWAY_AFTER = 5 * 60_000

/** What somebody has before them; that they are in the call is told by the call. */
export type Place = { kind: 'file'; fileId: string } | { kind: 'issue'; number: number }

export interface Presence {
  status: Status
  /** Distinct, of all tabs and devices */
  places: Place[]
  /** ISO 8601: when they were last in this room; null for now and for never */
  lastSeenAt: string | null
}

/** Somebody who is in the room; several tabs and devices are one. */
export interface PresentPerson extends PublicUser, Presence {}

export interface PresenceRequests {
  /** Holds on all devices and in all projects, until it is changed */
  set_status: [{ status: ChosenStatus }, null]
  /** What this tab shows; also tells that somebody is there: send it, at most once a minute, while there is input */
  set_place: [{ projectId: string; place: Place | null }, null]
}

export interface PresenceEvents {
  presence_changed: { projectId: string; user: PublicUser } & Presence
  /** Everybody who is in the room now: events before it were left out for a client that read too slowly */
  presence_state: { projectId: string; present: PresentPerson[] }
}
