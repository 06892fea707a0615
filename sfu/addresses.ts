// Under which addresses browsers are told to find the media ports.
import { networkInterfaces } from 'node:os'
import type { IceCandidate } from 'mediasoup/types'

/**
 * Every IPv4 address of this machine, loopback last: 127.0.0.1 serves the browser on the same machine when there is
 * no network, the others serve the network (and Firefox, which does not use loopback).
 */
export function localAddresses(): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
  return [...new Set(addresses), '127.0.0.1']
}

/**
 * The worker listens once on a wildcard address and knows a single announced one. As all addresses lead to the same
 * socket, the candidates are repeated here for each of them, earlier ones preferred, UDP before TCP.
 */
export function announce(candidates: IceCandidate[], addresses: string[]): IceCandidate[] {
  return candidates.flatMap((candidate) =>
    addresses.map((address, index) => ({
      ...candidate,
      foundation: `${candidate.foundation}${index}`,
      // The lower 8 bits are the component, the 16 above them the local preference (RFC 8445, 5.1.2.1).
      priority: candidate.priority - index * 256,
      address,
      ip: address,
    })),
  )
}
