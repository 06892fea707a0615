// Numbers of a running call, for tests and a statistics panel.
import type { MediaKind, MediaSource } from '../../protocol/calls.ts'

export interface ReceivingStats {
  producerId: string
  peerId: string
  source: MediaSource
  kind: MediaKind
  packetsReceived: number
  packetsLost: number
  /** Video only, as the following */
  framesDecoded: number
  frameWidth: number
  frameHeight: number
}

export interface SendingStats {
  producerId: string
  source: MediaSource
  /** Simulcast layers together */
  packetsSent: number
  framesEncoded: number
  /** Of the largest layer */
  frameWidth: number
}

export interface CallStats {
  receiving: ReceivingStats[]
  sending: SendingStats[]
}

type Numbers = Record<string, unknown>
const numberOf = (stats: Numbers, name: string) => Number(stats[name] ?? 0)

const rows = (report: RTCStatsReport, type: RTCStatsType): Numbers[] => {
  const found: Numbers[] = []
  // RTCStatsReport is a maplike; TypeScript knows its forEach only, with values of any type.
  report.forEach((stats: Numbers) => {
    if (stats['type'] === type) found.push(stats)
  })
  return found
}

export function readReceiving(report: RTCStatsReport) {
  const stats = rows(report, 'inbound-rtp')[0] ?? {}
  return {
    packetsReceived: numberOf(stats, 'packetsReceived'),
    packetsLost: numberOf(stats, 'packetsLost'),
    framesDecoded: numberOf(stats, 'framesDecoded'),
    frameWidth: numberOf(stats, 'frameWidth'),
    frameHeight: numberOf(stats, 'frameHeight'),
  }
}

export function readSending(report: RTCStatsReport) {
  const layers = rows(report, 'outbound-rtp')
  const sum = (name: string) => layers.reduce((total, layer) => total + numberOf(layer, name), 0)
  return {
    packetsSent: sum('packetsSent'),
    framesEncoded: sum('framesEncoded'),
    frameWidth: Math.max(0, ...layers.map((layer) => numberOf(layer, 'frameWidth'))),
  }
}
