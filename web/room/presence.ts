// Who is here, as the room tells it: changes to the lists of the join's answer. Pure.
import type { JoinedProject } from '../../protocol/events.ts'
import type { Presence, PresenceEvents, PresentPerson } from '../../protocol/presence.ts'

export interface People {
  members: JoinedProject['members']
  /** Members or not */
  present: readonly PresentPerson[]
}

export function changePresence(
  { members, present }: People,
  { user, status, places, lastSeenAt }: PresenceEvents['presence_changed'],
): People {
  const presence: Presence = { status, places, lastSeenAt }
  const others = present.filter(({ id }) => id !== user.id)
  return {
    present: status === 'offline' ? others : [...others, { ...user, ...presence }],
    members: members.map((member) => (member.id === user.id ? { ...member, ...presence } : member)),
  }
}

/** @param now for those who went without being told of */
export function setPresent(
  { members }: People,
  present: readonly PresentPerson[],
  now: string,
): People {
  const byId = new Map(present.map((person) => [person.id, person]))
  return {
    present,
    members: members.map((member) => {
      const here = byId.get(member.id)
      if (here) {
        const { status, places, lastSeenAt } = here
        return { ...member, status, places, lastSeenAt }
      }
      if (member.status === 'offline') return member
      return { ...member, status: 'offline' as const, places: [], lastSeenAt: now }
    }),
  }
}
