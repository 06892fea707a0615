// From counters to what happened between two readings.
import type { CallStats, ReceivingStats, SendingStats } from '../stats.ts'

export interface Reading {
  /** Milliseconds, of any clock that goes on */
  at: number
  stats: CallStats
}

interface Rate {
  /** Bits per second */
  bitrate: number
}
export type ReceivingRate = ReceivingStats &
  Rate & {
    /** A share of 1 */
    lost: number
  }
export type SendingRate = SendingStats & Rate

export interface Rates {
  receiving: ReceivingRate[]
  sending: SendingRate[]
  paths: CallStats['paths']
}

/** What was not there before has no rate yet. */
export function ratesBetween(before: Reading | null, now: Reading): Rates {
  const seconds = before ? (now.at - before.at) / 1_000 : 0
  const bitrateOf = (bytes: number, earlier: { bytes: number } | undefined) =>
    earlier && seconds > 0 ? Math.max(0, ((bytes - earlier.bytes) * 8) / seconds) : 0
  const { receiving, sending, paths } = now.stats
  return {
    receiving: receiving.map((one) => {
      const earlier = before?.stats.receiving.find(
        ({ producerId }) => producerId === one.producerId,
      )
      const lost = Math.max(0, one.packetsLost - (earlier?.packetsLost ?? 0))
      const came = Math.max(0, one.packetsReceived - (earlier?.packetsReceived ?? 0))
      return {
        ...one,
        bitrate: bitrateOf(one.bytes, earlier),
        lost: lost + came === 0 ? 0 : lost / (lost + came),
      }
    }),
    sending: sending.map((one) => ({
      ...one,
      bitrate: bitrateOf(
        one.bytes,
        before?.stats.sending.find(({ producerId }) => producerId === one.producerId),
      ),
    })),
    paths,
  }
}
