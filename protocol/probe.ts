// The connection test on the socket: transports that lead nowhere but back, one for each way that is tried.
import type { DtlsParameters } from 'mediasoup-client/types'
import type { TransportParameters } from './calls.ts'

type Nothing = Record<string, never>

/** Of the data channel whose messages come back: negotiated beforehand (RFC 8832), unordered, never sent again */
export const PROBE_STREAM = 0

export interface ProbeRequests {
  /** For the round trip of the socket */
  probe_ping: [Nothing, null]
  /** A transport of its own, for a minute at most */
  probe_open: [Nothing, TransportParameters]
  probe_connect: [{ transportId: string; dtlsParameters: DtlsParameters }, null]
  /** Frees it. @returns whether anything of the browser arrived there */
  probe_close: [{ transportId: string }, { arrived: boolean }]
}
