// Where media is listened for, and under which addresses browsers are told to find it.
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { IceCandidate } from 'mediasoup/types'

const wildcards = { IPv4: '0.0.0.0', IPv6: '::' } as const

/** Those under which other machines find this one: of IPv6 without link-local ones, which are of use only on a link. */
const addressesOf = (family: keyof typeof wildcards): string[] => [
  ...new Set(
    Object.values(networkInterfaces())
      .flatMap((entries) => entries ?? [])
      .filter((entry) => entry.family === family && !entry.internal && !entry.scopeid)
      .map(({ address }) => address),
  ),
]

/** All of IPv4, and of IPv6 where this machine has such an address. */
export const defaultListenAddresses = (): string[] =>
  addressesOf('IPv6').length > 0 ? [wildcards.IPv4, wildcards.IPv6] : [wildcards.IPv4]

/**
 * What wildcards stand for. Loopback comes last: it serves the browser on the same machine when there is no network,
 * the others serve the network (and Firefox, which does not use loopback).
 */
export const localAddresses = (listenAddresses = defaultListenAddresses()): string[] =>
  listenAddresses.flatMap((address) => {
    if (address === wildcards.IPv4) return [...addressesOf('IPv4'), '127.0.0.1']
    if (address === wildcards.IPv6) return [...addressesOf('IPv6'), '::1']
    return [address]
  })

/**
 * The worker listens once on a wildcard address and knows a single announced one. As all addresses lead to the same
 * port, the candidates are repeated here for each address of their family, earlier ones preferred, UDP before TCP. Of
 * a host name nobody knows the family: it is announced once.
 */
export function announce(candidates: IceCandidate[], addresses: string[]): IceCandidate[] {
  const familyOf = (address: string) => isIP(address) || isIP(candidates[0]?.address ?? '')
  const isFirst = ({ protocol, address }: IceCandidate, at: number) =>
    at ===
    candidates.findIndex(
      (other) => other.protocol === protocol && isIP(other.address) === isIP(address),
    )
  return candidates.filter(isFirst).flatMap((candidate) =>
    addresses
      .filter((address) => familyOf(address) === isIP(candidate.address))
      .map((address, index) => ({
        ...candidate,
        foundation: `${candidate.foundation}${index}`,
        // The lower 8 bits are the component, the 16 above them the local preference (RFC 8445, 5.1.2.1).
        priority: candidate.priority - index * 256,
        address,
        ip: address,
      })),
  )
}
