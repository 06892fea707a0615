// What a call looks like from outside. Every change makes a new object, so that a framework can compare.
import type { CallProducer, MediaKind, MediaSource } from '../../protocol/calls.ts'
import type { PublicUser } from '../../protocol/events.ts'

export type CallStatus =
  | { state: 'idle' }
  /** Sees oneself, and is not in the call yet */
  | { state: 'previewing' }
  | { state: 'joining' }
  | { state: 'joined'; peerId: string }
  | { state: 'reconnecting' }
  | { state: 'failed'; reason: string }

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
  media: Partial<Record<MediaSource, RemoteMedia>>
}

export interface OwnMedia {
  track: MediaStreamTrack
  muted: boolean
}

/** What a person may be asked for. */
export type DeviceKind = 'camera' | 'microphone' | 'screen'

export interface CallState {
  status: CallStatus
  peers: RemotePeer[]
  own: Partial<Record<MediaSource, OwnMedia>>
  /** Why a device is not used, in words */
  problems: Partial<Record<DeviceKind, string>>
}

export const idleState: CallState = { status: { state: 'idle' }, peers: [], own: {}, problems: {} }

export const toRemoteMedia = ({ producerId, kind, paused }: CallProducer): RemoteMedia => ({
  producerId,
  kind,
  muted: paused,
  track: null,
})
