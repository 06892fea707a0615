// A call in which only guests are left ends, unless somebody comes back soon.
import type { Room } from '../room.ts'

export interface Alone {
  /** Somebody came or went. */
  look(room: Room): void
}

/** @param afterMs how long whoever invited them may be away */
export function watchAlone(afterMs: number): Alone {
  const timers = new WeakMap<Room, NodeJS.Timeout>()
  return {
    look(room) {
      const isAlone = room.peers.every(({ caller }) => caller.principal.guest)
      if (!room.closed && isAlone && timers.has(room)) return
      clearTimeout(timers.get(room))
      timers.delete(room)
      if (room.closed || !isAlone) return
      timers.set(room, setTimeout(() => room.close('ended'), afterMs).unref())
    },
  }
}
