// Everybody in every room, put together from what each node says of its own people. What changes is told once
// things have settled for a moment: a person who leaves and comes back in between did neither.
import type { PresentPerson } from '../../protocol/presence.ts'
import { combine, type Person } from './people.ts'

const SETTLE = 100

export interface Change {
  before: PresentPerson | undefined
  /** undefined: not in the room any more */
  now: PresentPerson | undefined
}

export type Crowd = ReturnType<typeof createCrowd>

export function createCrowd(tell: (projectId: string, changes: Change[]) => void) {
  /** By node, by person */
  const parts = new Map<string, Map<string, Person>>()
  /** By project, by person */
  const rooms = new Map<string, Map<string, PresentPerson>>()
  /** As it was last told */
  const told = new Map<string, Map<string, PresentPerson | undefined>>()
  let timer: NodeJS.Timeout | undefined

  const partsOf = (userId: string) => [...parts.values()].flatMap((node) => node.get(userId) ?? [])

  function judge(projectId: string, userId: string) {
    const room = rooms.get(projectId) ?? new Map<string, PresentPerson>()
    const before = room.get(userId)
    const now = combine(partsOf(userId), projectId)
    if (same(before, now)) return
    if (now) rooms.set(projectId, room.set(userId, now))
    else if (room.delete(userId) && room.size === 0) rooms.delete(projectId)
    const earlier = told.get(projectId) ?? new Map<string, PresentPerson | undefined>()
    if (!earlier.has(userId)) told.set(projectId, earlier.set(userId, before))
    timer ??= setTimeout(settle, SETTLE)
  }

  function settle() {
    timer = undefined
    const settled = [...told]
    told.clear()
    for (const [projectId, earlier] of settled) {
      const changes = [...earlier]
        .map(([userId, before]) => ({ before, now: rooms.get(projectId)?.get(userId) }))
        .filter(({ before, now }) => !same(before, now))
      if (changes.length > 0) tell(projectId, changes)
    }
  }

  /** @param person undefined: nobody there */
  function set(nodeId: string, userId: string, person: Person | undefined) {
    const affected = new Set(partsOf(userId).flatMap((part) => Object.keys(part.rooms)))
    const node = parts.get(nodeId) ?? new Map<string, Person>()
    if (person) parts.set(nodeId, node.set(userId, person))
    else node.delete(userId)
    for (const projectId of Object.keys(person?.rooms ?? {})) affected.add(projectId)
    for (const projectId of affected) judge(projectId, userId)
  }

  return {
    set,
    /** All that a node has, now. */
    replace(nodeId: string, people: ReadonlyMap<string, Person>) {
      for (const userId of parts.get(nodeId)?.keys() ?? []) {
        if (!people.has(userId)) set(nodeId, userId, undefined)
      }
      for (const [userId, person] of people) set(nodeId, userId, person)
      if (people.size === 0) parts.delete(nodeId)
    },
    partsOf,
    list: (projectId: string) => [...(rooms.get(projectId)?.values() ?? [])],
    close: () => clearTimeout(timer),
  }
}

const same = (a: PresentPerson | undefined, b: PresentPerson | undefined) =>
  JSON.stringify(a) === JSON.stringify(b)
