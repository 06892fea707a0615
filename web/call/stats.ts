// Numbers of a running call, for tests and the statistics; what the names mean: https://www.w3.org/TR/webrtc-stats
import type { MediaKind, MediaSource } from '../../protocol/calls.ts'

export interface ReceivingStats {
  producerId: string
  peerId: string
  source: MediaSource
  kind: MediaKind
  /** Nobody looks: it is not sent */
  paused: boolean
  codec: string
  bytes: number
  packetsReceived: number
  packetsLost: number
  /** Seconds */
  jitter: number
  /** Video only, as the following */
  framesDecoded: number
  framesPerSecond: number
  frameWidth: number
  frameHeight: number
  /** Simulcast layers: how many there are, which was asked for, and which comes */
  layers: number
  wantedLayer: number | null
  layer: number | null
}

export interface SendingStats {
  producerId: string
  source: MediaSource
  codec: string
  /** Simulcast layers together, as the following */
  bytes: number
  packetsSent: number
  framesEncoded: number
  /** Layers that are sent now */
  layers: number
  /** Of the largest layer */
  frameWidth: number
  frameHeight: number
  framesPerSecond: number
  /** As the server tells; a share of 1 */
  lost: number
  /** Seconds, there and back */
  roundTrip: number
  /** What keeps the picture smaller than the camera's: `cpu`, `bandwidth`, or '' */
  limit: string
}

/** The way that packets take. */
export interface PathStats {
  direction: 'send' | 'receive'
  state: string
  /** Such as `udp`, `tcp`, or `udp through a relay` */
  protocol: string
  local: string
  remote: string
  /** Seconds */
  roundTrip: number
  /** Bits per second that the browser believes are free; 0: unknown */
  available: number
}

export interface CallStats {
  receiving: ReceivingStats[]
  sending: SendingStats[]
  paths: PathStats[]
}

export const noStats: CallStats = { receiving: [], sending: [], paths: [] }

type Numbers = Record<string, unknown>
const numberOf = (stats: Numbers | undefined, name: string) => Number(stats?.[name] ?? 0)
const textOf = (stats: Numbers | undefined, name: string) => {
  const value = stats?.[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

const rows = (report: RTCStatsReport, type: string): Numbers[] => {
  const found: Numbers[] = []
  // RTCStatsReport is a maplike; TypeScript knows its forEach only, with values of any type.
  report.forEach((stats: Numbers) => {
    if (stats['type'] === type) found.push(stats)
  })
  return found
}
const codecOf = (report: RTCStatsReport, stats: Numbers | undefined) => {
  const codec = rows(report, 'codec').find(({ id }) => id === stats?.['codecId'])
  return textOf(codec, 'mimeType').replace(/^\w+\//, '')
}

export function readReceiving(report: RTCStatsReport) {
  const [stats] = rows(report, 'inbound-rtp')
  return {
    codec: codecOf(report, stats),
    bytes: numberOf(stats, 'bytesReceived'),
    packetsReceived: numberOf(stats, 'packetsReceived'),
    packetsLost: numberOf(stats, 'packetsLost'),
    jitter: numberOf(stats, 'jitter'),
    framesDecoded: numberOf(stats, 'framesDecoded'),
    framesPerSecond: numberOf(stats, 'framesPerSecond'),
    frameWidth: numberOf(stats, 'frameWidth'),
    frameHeight: numberOf(stats, 'frameHeight'),
  }
}

export function readSending(report: RTCStatsReport) {
  const layers = rows(report, 'outbound-rtp')
  const heard = rows(report, 'remote-inbound-rtp')
  const sum = (name: string) => layers.reduce((total, layer) => total + numberOf(layer, name), 0)
  const most = (all: Numbers[], name: string) =>
    Math.max(0, ...all.map((one) => numberOf(one, name)))
  const limit = textOf(layers.at(-1), 'qualityLimitationReason')
  return {
    codec: codecOf(report, layers[0]),
    bytes: sum('bytesSent'),
    packetsSent: sum('packetsSent'),
    framesEncoded: sum('framesEncoded'),
    layers: layers.filter((layer) => numberOf(layer, 'framesPerSecond') > 0).length,
    frameWidth: most(layers, 'frameWidth'),
    frameHeight: most(layers, 'frameHeight'),
    framesPerSecond: most(layers, 'framesPerSecond'),
    lost: most(heard, 'fractionLost'),
    roundTrip: most(heard, 'roundTripTime'),
    limit: limit === 'none' ? '' : limit,
  }
}

export function readPath(report: RTCStatsReport) {
  const [transport] = rows(report, 'transport')
  const pairs = rows(report, 'candidate-pair')
  const pair =
    pairs.find(({ id }) => id === transport?.['selectedCandidatePairId']) ??
    pairs.find((one) => one['nominated'] === true)
  const candidate = (type: string, id: unknown) =>
    rows(report, type).find((one) => one['id'] === id)
  const local = candidate('local-candidate', pair?.['localCandidateId'])
  const remote = candidate('remote-candidate', pair?.['remoteCandidateId'])
  const address = (of: Numbers | undefined) =>
    of
      ? `${textOf(of, 'address') || 'hidden'}:${textOf(of, 'port')} (${textOf(of, 'candidateType')})`
      : ''
  const relayed = textOf(local, 'candidateType') === 'relay'
  return {
    protocol: relayed
      ? `${textOf(local, 'relayProtocol')} through a relay`
      : textOf(local, 'protocol'),
    local: address(local),
    remote: address(remote),
    roundTrip: numberOf(pair, 'currentRoundTripTime'),
    available: numberOf(pair, 'availableOutgoingBitrate'),
  }
}
