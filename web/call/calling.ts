// What whoever calls in a direct or group channel sees of it: at whom it rings, who declined, who did not answer.
import { useEffect, useState } from 'react'
import type { RingEndReason } from '../../protocol/calls.ts'
import { useUser } from '../accounts/gate.tsx'
import { useChats } from '../chat/context.ts'
import { othersIn } from '../chat/channels/names.ts'
import { usePerson } from '../chat/people.ts'
import { notify } from '../notice.ts'
import { useOpenProject } from '../room/context.tsx'
import { useCall } from './context.tsx'

/** Whether the call here, when it starts, rings at the others. */
export function useRings(): boolean {
  const { channelId } = useCall()
  const { channels } = useChats()
  return channels.find(({ id }) => id === channelId)?.name === null
}

/** @returns '' where it did not ring */
export function useCalling(): string {
  const { channelId, state } = useCall()
  const { project, socket } = useOpenProject()
  const { channels } = useChats()
  const user = useUser()
  const person = usePerson()
  const [ends, setEnds] = useState<ReadonlyMap<string, RingEndReason>>(new Map())
  const joined = state.status.state === 'joined'
  useEffect(() => {
    if (!socket || !joined) return
    const unsubscribe = socket.on('call_ring_ended', (end) => {
      if (end.projectId !== project.id || end.channelId !== channelId) return
      setEnds((before) => new Map(before).set(end.userId, end.reason))
    })
    return () => {
      unsubscribe()
      setEnds(new Map())
    }
  }, [socket, joined, project.id, channelId])
  // Whoever looks elsewhere.
  useEffect(() => {
    if (!socket || !joined) return
    return socket.on('call_ring_ended', ({ projectId, userId, reason }) => {
      if (projectId !== project.id || userId === user.id) return
      const name = person(userId)?.displayName ?? 'Somebody'
      if (reason === 'declined') notify(`${name} declined the call`)
      else if (reason === 'missed') notify(`${name} did not answer`)
    })
  }, [socket, joined, project.id, user.id, person])
  const channel = channels.find(({ id }) => id === channelId)
  const others = channel ? othersIn(channel, user.id) : []
  const ringing = state.shared?.ringing ?? []
  const names = (isMeant: (id: string) => boolean) =>
    others
      .filter(({ id }) => isMeant(id))
      .map(({ displayName }) => displayName)
      .join(' and ')
  const calling = names((id) => ringing.includes(id))
  const over = (reason: RingEndReason) =>
    names((id) => ends.get(id) === reason && !ringing.includes(id))
  const [declined, missed] = [over('declined'), over('missed')]
  return [
    declined && `${declined} declined.`,
    missed && `${missed} did not answer.`,
    calling && `Calling ${calling}…`,
  ]
    .filter(Boolean)
    .join(' ')
}
