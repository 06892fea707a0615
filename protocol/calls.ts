// Signalling of calls on the room's socket. mediasoup-client produces and takes the parameters as they are.
import type {
  DtlsParameters,
  IceCandidate,
  IceParameters,
  RtpCapabilities,
  RtpParameters,
} from 'mediasoup-client/types'
import type { CallSummary, PublicUser } from './events.ts'
import type { WorkerStatus } from './worker.ts'

export type MediaKind = 'audio' | 'video'
export const mediaSources = ['camera', 'microphone', 'screen', 'screen-audio'] as const
export type MediaSource = (typeof mediaSources)[number]
/** What each source carries. A peer sends at most one of each. */
export const sourceKinds: Record<MediaSource, MediaKind> = {
  camera: 'video',
  microphone: 'audio',
  screen: 'video',
  'screen-audio': 'audio',
}

/** A call is the project's own, or that of one of its channels. */
export interface CallAddress {
  projectId: string
  channelId?: string | undefined
}
/** The same for the same call, and for no other. */
export const callKey = ({ projectId, channelId }: CallAddress) =>
  channelId === undefined ? projectId : `${projectId} ${channelId}`

/** The media of a call is gone: join again. But `removed` and `ended` somebody wanted, and after
 * `sent_too_much` it would be no better. */
export const callEndReasons = [
  'worker_died',
  'connection_lost',
  'access_changed',
  'shutdown',
  'removed',
  'ended',
  'sent_too_much',
] as const
export type CallEndReason = (typeof callEndReasons)[number]

/** Why somebody who knocked is not let in. `again`: another socket of theirs waits now */
export type KnockRefusal = 'declined' | 'unanswered' | 'ended' | 'again'

/** How long a call rings at most, milliseconds */
export const RING_TIMEOUT = 45_000
/** `missed`: nobody answered in time; `ended`: the call was over before. */
export type RingEndReason = 'answered' | 'declined' | 'missed' | 'ended'

/** What a person may throw in; others see it for a moment. */
export const callReactions = ['👍', '👏', '❤️', '😂', '😮', '🎉', '🤔', '👋'] as const
export type CallReaction = (typeof callReactions)[number]

export interface CallProducer {
  producerId: string
  peerId: string
  kind: MediaKind
  source: MediaSource
  paused: boolean
}

export interface CallPeer {
  /** One tab of one person in one call */
  peerId: string
  user: PublicUser
  /** Since when the hand is up, ISO 8601: who raised it first comes first */
  hand: string | null
  /** 0 to 10: how well what it sends gets through; null while nothing is known. Good from 7, fair from 4 */
  score: number | null
  producers: CallProducer[]
}

/** How somebody goes on as the peer that they were when their socket was lost. */
export interface CallResume {
  peerId: string
  /** Of the answer with which the peer joined */
  secret: string
  /** The transports, producers and consumers that the client knows of: others, whose answer was lost, are freed */
  holds: string[]
}

/** A round in which one after the other speaks, each with the same time. */
export interface Standup {
  /** User ids, in the order of their turns */
  order: string[]
  /** User id of who has the turn */
  current: string
  /** When this was sent; then the next turn begins. No time of day: clocks differ */
  secondsLeft: number
  /** By user id, Markdown */
  notes: Record<string, string>
}
export type StandupAction =
  /** @param seconds of each turn, 10 to 900, default 120; `order`: user ids, default everybody as they joined */
  | { action: 'start'; seconds?: number | undefined; order?: string[] | undefined }
  /** Ends the turn; `skip`: to take it at the end of the round. Nothing when `current` has not the turn any more */
  | { action: 'next' | 'skip'; current?: string | undefined }
  | { action: 'stop' }
  /** One's own note; '' takes it back */
  | { action: 'note'; note: string }

/** Somebody waits to be let in. */
export interface Knock {
  knockId: string
  name: string
  user: PublicUser
}

/** What everybody in a call sees beside its peers. */
export interface CallState {
  /** ISO 8601 */
  startedAt: string
  locked: boolean
  standup: Standup | null
  /** peerId of who speaks, or spoke last and still could */
  speaker: string | null
  /** User ids of those at whom it rings */
  ringing: string[]
  /** Who waits to be let in; only moderators see it */
  knocks: Knock[]
  /** What this person may do in it, beside taking part */
  may: { moderate: boolean }
}

export interface TransportParameters {
  transportId: string
  iceParameters: IceParameters
  iceCandidates: IceCandidate[]
  dtlsParameters: DtlsParameters
  /** TURN, for networks that let nothing else out */
  iceServers?: IceServer[]
}
export interface IceServer {
  urls: string[]
  username: string
  credential: string
}

export interface ConsumerParameters {
  consumerId: string
  producerId: string
  kind: MediaKind
  rtpParameters: RtpParameters
  /** whether the producer is paused now; the consumer itself starts paused until call_resume_consumer */
  producerPaused: boolean
}

/**
 * Every request but call_join is refused with NOT_FOUND or UNAVAILABLE and the details { joined: false } when the
 * socket is not in the call, or no longer: the client joins again.
 */
export interface CallRequests {
  /** Joins the call, starting it when nobody is in it. A socket is in a call once. */
  call_join: [
    CallAddress & { resume?: CallResume | undefined },
    {
      peerId: string
      /** For `resume` */
      secret: string
      /** What the server has of this peer's producers */
      producers: CallProducer[]
      rtpCapabilities: RtpCapabilities
      /** The others */
      peers: CallPeer[]
      state: CallState
    },
  ]
  /** Takes back one's knock, too */
  call_leave: [CallAddress, null]
  call_create_transport: [CallAddress & { direction: 'send' | 'receive' }, TransportParameters]
  call_connect_transport: [
    CallAddress & { transportId: string; dtlsParameters: DtlsParameters },
    null,
  ]
  call_restart_ice: [CallAddress & { transportId: string }, { iceParameters: IceParameters }]
  call_produce: [
    CallAddress & {
      transportId: string
      kind: MediaKind
      source: MediaSource
      rtpParameters: RtpParameters
      paused?: boolean | undefined
    },
    { producerId: string },
  ]
  call_pause_producer: [CallAddress & { producerId: string; paused: boolean }, null]
  call_close_producer: [CallAddress & { producerId: string }, null]
  call_consume: [
    CallAddress & { transportId: string; producerId: string; rtpCapabilities: RtpCapabilities },
    ConsumerParameters,
  ]
  /** What is not visible needs not be sent. */
  call_pause_consumer: [CallAddress & { consumerId: string }, null]
  call_resume_consumer: [CallAddress & { consumerId: string }, null]
  call_set_layers: [
    CallAddress & {
      consumerId: string
      spatialLayer: number
      temporalLayer?: number | undefined
    },
    null,
  ]
  /** One's own hand; a moderator lowers that of another peer, too */
  call_raise_hand: [CallAddress & { raised: boolean; peerId?: string | undefined }, null]
  /** Up to 10 in 5 seconds */
  call_react: [CallAddress & { emoji: CallReaction }, null]

  /** Up to 10 in 5 seconds */
  call_standup: [CallAddress & StandupAction, null]
  /** Of whoever a call rings at, without being in it */
  call_decline: [CallAddress, null]

  /** Of moderators (call:moderate). Without a peer all others; microphones, unless the camera is asked for */
  call_mute: [
    CallAddress & { peerId?: string | undefined; source?: 'microphone' | 'camera' | undefined },
    null,
  ]
  call_stop_share: [CallAddress & { peerId: string }, null]
  /** The person, with all tabs, for 5 minutes */
  call_remove: [CallAddress & { peerId: string }, null]
  /** Whoever is not in it cannot join then, and is refused with CONFLICT and the details { refused: 'locked' } */
  call_lock: [CallAddress & { locked: boolean }, null]
  /** For everybody */
  call_end: [CallAddress, null]
  /** The person is let in from now on, or not */
  call_admit: [CallAddress & { knockId: string; admit: boolean }, null]
  /** Of whoever was refused, without being in the call; null: they may join. `call_admitted` tells how it ends */
  call_knock: [CallAddress, { knockId: string | null }]
}

export interface CallEvents {
  /** To the peers of the call, below */
  call_peer_joined: CallAddress & { peer: CallPeer }
  call_peer_left: CallAddress & { peerId: string }
  call_producer_added: CallAddress & { producer: CallProducer }
  call_producer_paused: CallAddress & { producerId: string; paused: boolean }
  call_producer_closed: CallAddress & { producerId: string }
  call_hand: CallAddress & { peerId: string; hand: string | null }
  call_reaction: CallAddress & { peerId: string; emoji: CallReaction }
  /** Who speaks now; null when that peer fell silent for good: muted or gone */
  call_speaker: CallAddress & { peerId: string | null }
  /** When what a peer sends became good, fair or poor; at most once a second */
  call_quality: CallAddress & { peerId: string; score: number }
  /** To moderators */
  call_knock: CallAddress & Knock
  call_knock_ended: CallAddress & { knockId: string }
  /** To whoever knocked: join now, or not. Of one person, the last socket waits */
  call_admitted: CallAddress & { admitted: boolean; reason?: KnockRefusal }
  /** null: it is over, and its notes are in the chat */
  call_standup_changed: CallAddress & { standup: Standup | null }
  call_locked: CallAddress & { locked: boolean; by: PublicUser }
  /** To the sender: a moderator paused its microphone or camera, or ended its screen */
  call_muted: CallAddress & { source: MediaSource; by: PublicUser }
  /** To the receiver: which layers of a simulcast come now; null: none */
  call_layers: CallAddress & {
    consumerId: string
    spatialLayer: number | null
    temporalLayer: number | null
  }
  /** The server of this call stops: join again, elsewhere, while this media still runs, then close it */
  call_moved: CallAddress
  /** To the peer whose media is gone (worker or node died, ICE was lost, access is judged anew), or that was sent away */
  call_ended: CallAddress & { peerId: string; reason: CallEndReason }
  /** To whoever is in a direct or group channel where a call begins, for up to 45 seconds */
  call_ring: CallAddress & {
    from: PublicUser
    project: { slug: string; name: string }
    /** Everybody who is in the channel */
    members: PublicUser[]
    startedAt: string
  }
  /** To the peers of the call: at whom it rings from now on */
  call_ringing: CallAddress & { userIds: string[] }
  /** To the person at whom it rang, and to the peers of the call */
  call_ring_ended: CallAddress & { userId: string; reason: RingEndReason }
  /** To all who may read the channel, or who are in the room: who is in the call; null when it is over */
  call_changed: CallAddress & { call: CallSummary | null }
  /** To every socket of the node that it is about: whether calls are possible there yet */
  call_worker: WorkerStatus
}
