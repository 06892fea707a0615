// Tries one way: a connection that can take no other, and messages on it that the server sends back.
import type { TransportParameters } from '../../protocol/calls.ts'
import { PROBE_STREAM } from '../../protocol/probe.ts'
import { readPath } from '../call/stats.ts'
import type { AppSocket } from '../socket.ts'
import { echo, type Echo } from './echo.ts'
import { answerTo, fingerprintsOf } from './sdp.ts'
import { candidatesFor, type Way } from './ways.ts'

/** Milliseconds; a relay has to be asked first. */
const CONNECT_WITHIN = { udp: 10_000, tcp: 10_000, relay: 15_000 }

/** Browsers wait longer for a connection that nobody answers. */
const REFUSED_WITHIN = 3_000

/** How far it came: the relay took us, the server answered, it was encrypted, messages came back */
export const steps = ['nothing', 'relay', 'server', 'encrypted', 'echo'] as const
export type Reached = (typeof steps)[number]

export interface Trial {
  way: Way
  reached: Reached
  /** Whether the server got anything from here; null: it could not be asked */
  arrived: boolean | null
  /** The browser had an address to send from */
  offered: boolean
  /** Of the relay (STUN's error codes; 701: it could not be reached) */
  errors: { code: number; text: string }[]
  /** Milliseconds until it stood, or until it was clear that it will not */
  took: number
  /** Turned down at once, not waited for in vain */
  refused: boolean
  echo: Echo | null
  /** Addresses at both ends, for whoever helps */
  pair: string
}

export async function tryWay(
  way: Way,
  { transportId, iceServers, ...server }: TransportParameters,
  { request }: Pick<AppSocket, 'request'>,
  signal: AbortSignal,
): Promise<Trial> {
  const relays = (iceServers ?? []).map((one) => ({ ...one, urls: [way.url ?? ''] }))
  const connection = new RTCPeerConnection(
    way.kind === 'relay' ? { iceServers: relays, iceTransportPolicy: 'relay' } : {},
  )
  const watch = watchSigns(connection)
  const channel = connection.createDataChannel('echo', {
    negotiated: true,
    id: PROBE_STREAM,
    ordered: false,
    maxRetransmits: 0,
  })
  const began = performance.now()
  let closed = false
  try {
    await connection.setLocalDescription()
    const fingerprints = fingerprintsOf(connection.localDescription?.sdp ?? '')
    const dtlsParameters = { role: 'client' as const, fingerprints }
    await request('probe_connect', { transportId, dtlsParameters })
    const iceCandidates = candidatesFor(way, server.iceCandidates)
    const sdp = answerTo({ ...server, iceCandidates })
    await connection.setRemoteDescription({ type: 'answer', sdp })
    const gaveUp = () =>
      connection.connectionState === 'failed' ||
      (way.kind === 'relay' &&
        watch.reached() === 'nothing' &&
        connection.iceGatheringState === 'complete')
    const end = await untilClear(connection, channel, gaveUp, CONNECT_WITHIN[way.kind], signal)
    const took = performance.now() - began
    const returned = end === 'open' ? await echo(channel, signal) : null
    const { local, remote } = readPath(await connection.getStats())
    const reached = returned && returned.received > 0 ? 'echo' : watch.reached()
    closed = true
    const arrived = await request('probe_close', { transportId }).then(
      (answer) => answer.arrived,
      () => null,
    )
    return {
      way,
      reached,
      arrived,
      offered: watch.offered(),
      errors: watch.errors(),
      took,
      refused: end === 'failed' && took < REFUSED_WITHIN,
      echo: returned,
      pair: local && remote ? `${local} → ${remote}` : '',
    }
  } finally {
    connection.close()
    // Also of a trial that failed or was cancelled.
    if (!closed) request('probe_close', { transportId }).catch(() => undefined)
  }
}

function watchSigns(connection: RTCPeerConnection) {
  let furthest = 0
  let offered = false
  const errors = new Map<number, string>()
  const reach = (step: Reached) => (furthest = Math.max(furthest, steps.indexOf(step)))
  connection.addEventListener('icecandidate', ({ candidate }) => {
    if (!candidate?.candidate) return
    offered = true
    if (candidate.type === 'relay') reach('relay')
  })
  connection.addEventListener('icecandidateerror', ({ errorCode, errorText }) =>
    errors.set(errorCode, errorText),
  )
  connection.addEventListener('iceconnectionstatechange', () => {
    const { iceConnectionState: state } = connection
    if (state === 'connected' || state === 'completed') reach('server')
  })
  connection.addEventListener('connectionstatechange', () => {
    if (connection.connectionState === 'connected') reach('encrypted')
  })
  return {
    reached: () => steps[furthest] ?? 'nothing',
    offered: () => offered,
    errors: () => [...errors].map(([code, text]) => ({ code, text })),
  }
}

/** Resolves when the channel stands, when the browser gives up, or after a time. */
function untilClear(
  connection: RTCPeerConnection,
  channel: RTCDataChannel,
  gaveUp: () => boolean,
  within: number,
  signal: AbortSignal,
): Promise<'open' | 'failed' | 'late'> {
  const { promise, resolve, reject } = Promise.withResolvers<'open' | 'failed' | 'late'>()
  const timer = setTimeout(() => resolve('late'), within)
  const look = () => {
    if (channel.readyState === 'open') resolve('open')
    else if (gaveUp()) resolve('failed')
  }
  connection.addEventListener('connectionstatechange', look)
  connection.addEventListener('icegatheringstatechange', look)
  channel.addEventListener('open', look)
  signal.addEventListener('abort', () => reject(signal.reason as Error))
  signal.throwIfAborted()
  look()
  return promise.finally(() => clearTimeout(timer))
}
