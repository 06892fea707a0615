// The server's half of the negotiation, of a data channel and nothing else (RFC 8841); the browser offers.
import type { DtlsParameters } from 'mediasoup-client/types'
import type { TransportParameters } from '../../protocol/calls.ts'

type Server = Pick<TransportParameters, 'iceParameters' | 'iceCandidates' | 'dtlsParameters'>

export function answerTo({ iceParameters, iceCandidates, dtlsParameters }: Server): string {
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=ice-lite',
    'a=group:BUNDLE 0',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    'a=setup:passive',
    'a=sctp-port:5000',
    'a=max-message-size:2048',
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    ...dtlsParameters.fingerprints.map(
      ({ algorithm, value }) => `a=fingerprint:${algorithm} ${value}`,
    ),
    ...iceCandidates.map(({ foundation, protocol, priority, address, port, tcpType }) => {
      const more = tcpType ? ` tcptype ${tcpType}` : ''
      return `a=candidate:${foundation} 1 ${protocol} ${priority} ${address} ${port} typ host${more}`
    }),
    'a=end-of-candidates',
  ]
  return `${lines.join('\r\n')}\r\n`
}

export const fingerprintsOf = (sdp: string): DtlsParameters['fingerprints'] =>
  [...sdp.matchAll(/^a=fingerprint:(\S+) (\S+)/gm)].map(([, algorithm = '', value = '']) => ({
    algorithm: algorithm as DtlsParameters['fingerprints'][number]['algorithm'],
    value,
  }))
