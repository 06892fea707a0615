// The way into the call, with how many are in it.
import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Phone } from 'lucide-react'
import { useUser } from '../accounts/gate.tsx'
import { Confirm } from '../confirm.tsx'
import { nameOf } from '../people/names.ts'
import { useCan, useRoomState } from '../room/context.tsx'
import { useCall } from './context.tsx'

export const people = (count: number) => (count === 1 ? '1 person' : `${count} people`)

export function CallButton({ large = false }: { large?: boolean }) {
  const { call } = useRoomState()
  const { state, open, loading, worker } = useCall()
  const can = useCan()
  const user = useUser()
  const count = call?.participants.length ?? 0
  const { status } = state
  if (!can('call:join')) return null
  if (status.state === 'joined' || status.state === 'reconnecting') return null
  if (call?.participants.some(({ id }) => id === user.id) && status.state !== 'joining') {
    return <ElsewhereButton large={large} others={count - 1} />
  }
  const names = call?.participants.map(nameOf).join(', ')
  return (
    <Button
      size={large ? 'md' : 'compact-md'}
      {...(large ? {} : { fz: 'sm' })}
      variant={count > 0 || large ? 'filled' : 'default'}
      leftSection={<Phone size={15} />}
      loading={loading || status.state === 'joining' || status.state === 'knocking'}
      disabled={worker !== null}
      title={count > 0 ? `${people(count)} in the call: ${names}` : 'Start a call in this room'}
      aria-label={count > 0 ? `Join call, ${people(count)} in the call` : 'Join call'}
      onClick={() => open()}
    >
      {count > 0 && !large ? `Join call · ${count}` : 'Join call'}
    </Button>
  )
}

/** Two tabs of one person in one call echo, so joining here as well is never just one click. */
function ElsewhereButton({ large, others }: { large: boolean; others: number }) {
  const { open, worker } = useCall()
  const [asking, ask] = useDisclosure(false)
  const company = others === 0 ? 'nobody else' : others === 1 ? '1 other' : `${others} others`
  return (
    <>
      <Button
        size={large ? 'md' : 'compact-md'}
        {...(large ? {} : { fz: 'sm' })}
        variant="default"
        leftSection={<Phone size={15} />}
        disabled={worker !== null}
        title={`You are in the call in another tab or on another device, with ${company}`}
        onClick={ask.open}
      >
        In call in another tab{others > 0 && ` · ${company}`}
      </Button>
      <Confirm
        opened={asking}
        title="Join here as well?"
        action="Join call here"
        onClose={ask.close}
        onConfirm={() => {
          open()
          return Promise.resolve()
        }}
      >
        You are in this call in another tab or on another device. The others will see you twice, and
        two open microphones side by side echo.
      </Confirm>
    </>
  )
}
