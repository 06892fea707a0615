// The people on this node: their sockets, what each shows, and when anything was last asked on one of them.
import type { PublicUser } from '../../protocol/events.ts'
import type { ChosenStatus, Place } from '../../protocol/presence.ts'
import { distinctPlaces, type Person } from './people.ts'

interface Seated {
  user: PublicUser
  chosen: ChosenStatus
  activeAt: number
  idle: boolean
  /** By project, by socket: what it shows */
  rooms: Map<string, Map<string, Place | null>>
  /** By project that their last socket has just left: they may come back */
  leaving: Map<string, NodeJS.Timeout>
}

export interface SeatsOptions {
  awayAfterMs: number
  onChange(userId: string): void
}

export type Seats = ReturnType<typeof createSeats>

export function createSeats({ awayAfterMs, onChange }: SeatsOptions) {
  const people = new Map<string, Seated>()

  function stay(person: Seated, projectId: string) {
    clearTimeout(person.leaving.get(projectId))
    person.leaving.delete(projectId)
  }

  return {
    userIds: () => [...people.keys()],
    describe(userId: string): Person | undefined {
      const person = people.get(userId)
      if (!person) return undefined
      const { user, chosen, idle, rooms, leaving } = person
      const places = [...rooms].map(([projectId, sockets]): [string, Place[]] => [
        projectId,
        distinctPlaces([...sockets.values()].filter((place) => place !== null)),
      ])
      const left = [...leaving.keys()].map((projectId): [string, Place[]] => [projectId, []])
      return { user, chosen, idle, rooms: Object.fromEntries([...left, ...places]) }
    },

    /** @returns whether the person was not here before: what they say of themselves is to be read */
    take(socketId: string, user: PublicUser, projectId: string): boolean {
      const known = people.get(user.id)
      const person: Seated = known ?? {
        user,
        chosen: 'online',
        activeAt: 0,
        idle: false,
        rooms: new Map(),
        leaving: new Map(),
      }
      people.set(user.id, person)
      stay(person, projectId)
      const sockets = person.rooms.get(projectId) ?? new Map<string, Place | null>()
      person.rooms.set(projectId, sockets.set(socketId, sockets.get(socketId) ?? null))
      Object.assign(person, { user, activeAt: performance.now(), idle: false })
      onChange(user.id)
      return !known
    },

    leave(socketId: string, userId: string, projectId: string, graceMs: number) {
      const person = people.get(userId)
      const sockets = person?.rooms.get(projectId)
      if (!person || !sockets?.delete(socketId)) return
      if (sockets.size === 0) {
        person.rooms.delete(projectId)
        const end = () => {
          person.leaving.delete(projectId)
          if (person.rooms.size + person.leaving.size === 0) people.delete(userId)
          onChange(userId)
        }
        if (graceMs > 0) person.leaving.set(projectId, setTimeout(end, graceMs))
        else return end()
      }
      onChange(userId)
    },

    show(socketId: string, userId: string, projectId: string, place: Place | null) {
      const sockets = people.get(userId)?.rooms.get(projectId)
      if (!sockets?.has(socketId)) return
      sockets.set(socketId, place)
      onChange(userId)
    },

    active(userId: string) {
      const person = people.get(userId)
      if (!person) return
      person.activeAt = performance.now()
      if (!person.idle) return
      person.idle = false
      onChange(userId)
    },

    /** Finds who did nothing for long. */
    findIdle() {
      const before = performance.now() - awayAfterMs
      for (const [userId, person] of people) {
        if (person.idle || person.activeAt > before) continue
        person.idle = true
        onChange(userId)
      }
    },

    change(userId: string, change: Partial<Pick<Seated, 'user' | 'chosen'>>) {
      const person = people.get(userId)
      if (!person) return
      Object.assign(person, change)
      onChange(userId)
    },

    close() {
      for (const { leaving } of people.values()) leaving.forEach((timer) => clearTimeout(timer))
    },
  }
}
