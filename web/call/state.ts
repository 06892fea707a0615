// What a call looks like from outside. Every change makes a new object, so that a framework can compare.
import type {
  CallProducer,
  CallReaction,
  CallState as SharedState,
  MediaKind,
  MediaSource,
  Standup,
} from '../../protocol/calls.ts'
import type { PublicUser } from '../../protocol/events.ts'
import { codeOf, isUnprepared } from './signalling.ts'

export type CallStatus =
  | { state: 'idle' }
  /** Sees oneself, and is not in the call yet */
  | { state: 'previewing' }
  | { state: 'joining' }
  | { state: 'joined'; peerId: string }
  | { state: 'reconnecting' }
  /** Waits to be let in: by the moderators, who were asked; by a guest also for the call to begin */
  | { state: 'knocking'; isThere: boolean }
  | {
      state: 'failed'
      reason: string
      /** The call is locked or one was removed from it: its moderators can be asked */
      mayKnock?: boolean
      /** It may be the network, which the connection test shows */
      mayTest?: boolean
    }

export interface RemoteMedia {
  producerId: string
  kind: MediaKind
  /** Whether its sender paused it */
  muted: boolean
  /** null until it is received */
  track: MediaStreamTrack | null
}

export interface RemotePeer {
  peerId: string
  user: PublicUser
  /** Since when it is up, ISO 8601 */
  hand: string | null
  /** 0 to 10, of what this peer sends; null while nothing is known */
  score: number | null
  media: Partial<Record<MediaSource, RemoteMedia>>
}

export interface OwnMedia {
  track: MediaStreamTrack
  muted: boolean
}

/** What a person may be asked for. */
export type DeviceKind = 'camera' | 'microphone' | 'screen'

/** What happens once, and is gone. */
export type CallMoment =
  /** Of a peer; null: one's own */
  | { kind: 'reaction'; peerId: string | null; emoji: CallReaction }
  /** A moderator muted this person, or ended the share */
  | { kind: 'muted'; source: MediaSource; by: PublicUser }
  | { kind: 'locked'; locked: boolean; by: PublicUser }

/** As the server tells it, with the end of a turn on this browser's own clock */
export interface Shared extends Omit<SharedState, 'standup'> {
  standup: TimedStandup | null
}
export interface TimedStandup extends Standup {
  /** Of performance.now() */
  endsAt: number
}
export const timed = (standup: Standup | null): TimedStandup | null =>
  standup && { ...standup, endsAt: performance.now() + standup.secondsLeft * 1_000 }

export interface CallState {
  status: CallStatus
  peers: RemotePeer[]
  /** What everybody in the call sees; null outside of it */
  shared: Shared | null
  /** One's own, as of the others */
  hand: string | null
  score: number | null
  own: Partial<Record<MediaSource, OwnMedia>>
  /** What the browser was asked for and did not answer yet */
  opening: readonly DeviceKind[]
  /** Why a device is not used, in words */
  problems: Partial<Record<DeviceKind, string>>
}

export const idleState: CallState = {
  status: { state: 'idle' },
  peers: [],
  shared: null,
  hand: null,
  score: null,
  own: {},
  opening: [],
  problems: {},
}

export function failedFor(error: unknown): CallStatus {
  const reason = error instanceof Error ? error.message : String(error)
  const { details } = (error ?? {}) as { details?: { refused?: unknown } | null }
  const mayKnock = typeof details?.refused === 'string'
  const mayTest = codeOf(error) === 'UNAVAILABLE' && !isUnprepared(error)
  return { state: 'failed', reason, ...(mayKnock && { mayKnock }), ...(mayTest && { mayTest }) }
}

export const toRemoteMedia = ({ producerId, kind, paused }: CallProducer): RemoteMedia => ({
  producerId,
  kind,
  muted: paused,
  track: null,
})
