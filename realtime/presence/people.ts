// What a node says of a person, and what that means for a room when all nodes have spoken. Pure.
import type { PublicUser } from '../../protocol/events.ts'
import type { ChosenStatus, Place, PresentPerson } from '../../protocol/presence.ts'

/** A person's part on one node: all of their sockets there. */
export interface Person {
  user: PublicUser
  chosen: ChosenStatus
  /** None of these sockets asked anything for a while */
  idle: boolean
  /** What is before them, by project that they are in */
  rooms: Record<string, Place[]>
}

/** In one order, so that two lists of the same places are the same. */
export const distinctPlaces = (places: readonly Place[]): Place[] =>
  [...new Map(places.map((place) => [keyOf(place), place])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, place]) => place)

const keyOf = (place: Place) =>
  place.kind === 'file' ? `file ${place.fileId}` : `issue ${place.number}`

/** @param parts one per node that has something of the person; undefined when none is in the room */
export function combine(parts: readonly Person[], projectId: string): PresentPerson | undefined {
  const inRoom = parts.filter(({ rooms }) => rooms[projectId])
  const [first] = inRoom
  if (!first) return undefined
  const chosen = (['busy', 'away'] as const).find((status) =>
    parts.some((part) => part.chosen === status),
  )
  return {
    ...first.user,
    status: chosen ?? (parts.every(({ idle }) => idle) ? 'away' : 'online'),
    places: distinctPlaces(inRoom.flatMap(({ rooms }) => rooms[projectId] ?? [])),
    lastSeenAt: null,
  }
}
