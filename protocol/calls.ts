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
export type CallEndReason = 'worker_died' | 'connection_lost' | 'access_changed' | 'shutdown'

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
  producers: CallProducer[]
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
  /** Joins the project's call, starting it when nobody is in it. A socket is in one call per project. */
  call_join: [
    { projectId: string },
    { peerId: string; rtpCapabilities: RtpCapabilities; peers: CallPeer[] },
  ]
  call_leave: [{ projectId: string }, null]
  call_create_transport: [{ projectId: string; direction: 'send' | 'receive' }, TransportParameters]
  call_connect_transport: [
    { projectId: string; transportId: string; dtlsParameters: DtlsParameters },
    null,
  ]
  call_restart_ice: [{ projectId: string; transportId: string }, { iceParameters: IceParameters }]
  call_produce: [
    {
      projectId: string
      transportId: string
      kind: MediaKind
      source: MediaSource
      rtpParameters: RtpParameters
      paused?: boolean | undefined
    },
    { producerId: string },
  ]
  call_pause_producer: [{ projectId: string; producerId: string; paused: boolean }, null]
  call_close_producer: [{ projectId: string; producerId: string }, null]
  call_consume: [
    {
      projectId: string
      transportId: string
      producerId: string
      rtpCapabilities: RtpCapabilities
    },
    ConsumerParameters,
  ]
  call_resume_consumer: [{ projectId: string; consumerId: string }, null]
  call_set_layers: [
    {
      projectId: string
      consumerId: string
      spatialLayer: number
      temporalLayer?: number | undefined
    },
    null,
  ]
}

export interface CallEvents {
  /** To the peers of the call, below */
  call_peer_joined: { projectId: string; peer: CallPeer }
  call_peer_left: { projectId: string; peerId: string }
  call_producer_added: { projectId: string; producer: CallProducer }
  call_producer_paused: { projectId: string; producerId: string; paused: boolean }
  call_producer_closed: { projectId: string; producerId: string }
  /** This peer's media is gone (worker or node died, ICE was lost, access is judged anew): join again */
  call_ended: { projectId: string; peerId: string; reason: CallEndReason }
  /** To the whole room: who is in the call; null when it is over */
  call_changed: {
    projectId: string
    call: CallSummary | null
  }
  /** To every socket of the node that it is about: whether calls are possible there yet */
  call_worker: WorkerStatus
}
