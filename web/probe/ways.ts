// The ways that picture and sound can take to this server, each to be tried by itself.
import type { IceCandidate } from 'mediasoup-client/types'
import type { TransportParameters } from '../../protocol/calls.ts'

export interface Way {
  kind: 'udp' | 'tcp' | 'relay'
  /** Of the server; of a relay, that of the relay */
  address: string
  port: number
  /** Of a relay */
  url: string | null
  /** How the browser sends: `UDP`, `TCP` or `TLS` */
  transport: string
}

export const wayKey = ({ kind, address, url }: Way) => url ?? `${kind} ${address}`

/** Servers in many networks announce many addresses; these come first. */
const MOST_ADDRESSES = 6

export const isLoopback = (host: string) => /^(127\.|\[?::1|localhost$)/.test(host)
/** Which only machines of the same network can reach (RFC 1918, 3927, 4193, 6598) */
export const isPrivate = (address: string) =>
  isLoopback(address) ||
  /^(10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[789]\d|1[01]\d|12[0-7]))\./.test(
    address,
  ) ||
  /^(f[cd]|fe[89ab])[0-9a-f]*:/i.test(address)

/** @param host of the page: only on the server's own machine loopback leads to it */
export function planWays({ iceCandidates, iceServers }: TransportParameters, host: string): Way[] {
  const far = iceCandidates.filter(({ address }) => !isLoopback(address))
  const candidates = isLoopback(host) || far.length === 0 ? iceCandidates : far
  const direct = (kind: 'udp' | 'tcp') =>
    candidates
      .filter(({ protocol }) => protocol === kind)
      .slice(0, MOST_ADDRESSES)
      .map(({ address, port }): Way => {
        return { kind, address, port, url: null, transport: kind.toUpperCase() }
      })
  const relays = (iceServers ?? []).flatMap(({ urls }) => urls).map(relayWay)
  return [...direct('udp'), ...direct('tcp'), ...relays]
}

/** Such as turn:turn.example.org:3478?transport=udp (RFC 7065) */
function relayWay(url: string): Way {
  const parts = /^(turns?):(\[[^\]]*\]|[^:?]*)(?::(\d+))?(?:\?transport=(udp|tcp))?/.exec(url)
  const [, scheme = 'turn', address = url, port, protocol = scheme === 'turns' ? 'tcp' : 'udp'] =
    parts ?? []
  const transport = scheme === 'turns' && protocol === 'tcp' ? 'TLS' : protocol.toUpperCase()
  const usual = scheme === 'turns' ? 5_349 : 3_478
  return { kind: 'relay', address, port: Number(port ?? usual), url, transport }
}

/** What of the server's candidates leads this way; relays send UDP. */
export const candidatesFor = (way: Way, candidates: IceCandidate[]) =>
  candidates.filter(({ protocol, address }) =>
    way.kind === 'relay' ? protocol === 'udp' : protocol === way.kind && address === way.address,
  )
