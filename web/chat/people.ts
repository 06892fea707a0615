// People of the room by id, for names and presence.
import { useMemo } from 'react'
import { useRoomState } from '../room/context.tsx'

export function usePerson() {
  const { members, present } = useRoomState()
  return useMemo(() => {
    const known = new Map([...members, ...present].map((person) => [person.id, person]))
    return (id: string) => known.get(id)
  }, [members, present])
}
