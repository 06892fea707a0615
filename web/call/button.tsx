// The way into the call, with how many are in it.
import { Button } from '@mantine/core'
import { Phone } from 'lucide-react'
import { useCan, useRoomState } from '../room/context.tsx'
import { useCall } from './context.tsx'

export const people = (count: number) => (count === 1 ? '1 person' : `${count} people`)

export function CallButton({ large = false }: { large?: boolean }) {
  const { call } = useRoomState()
  const { state, join, worker } = useCall()
  const can = useCan()
  const count = call?.participants.length ?? 0
  const { status } = state
  if (!can('call:join')) return null
  if (status.state === 'joined' || status.state === 'reconnecting') return null
  const names = call?.participants.map(({ displayName }) => displayName).join(', ')
  return (
    <Button
      size={large ? 'md' : 'compact-md'}
      {...(large ? {} : { fz: 'sm' })}
      variant={count > 0 || large ? 'filled' : 'default'}
      leftSection={<Phone size={15} />}
      loading={status.state === 'joining'}
      disabled={worker !== null}
      title={count > 0 ? `${people(count)} in the call: ${names}` : 'Start a call in this room'}
      aria-label={count > 0 ? `Join call, ${people(count)} in the call` : 'Join call'}
      onClick={join}
    >
      {count > 0 && !large ? `Join call · ${count}` : 'Join call'}
    </Button>
  )
}
