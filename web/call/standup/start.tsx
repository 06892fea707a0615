// Before a standup: how long each turn is.
import { useState } from 'react'
import { SegmentedControl, Text } from '@mantine/core'
import { FormDialog } from '../../dialog.tsx'
import { useCall } from '../context.tsx'

const lengths = [
  { value: '60', label: '1 min' },
  { value: '120', label: '2 min' },
  { value: '180', label: '3 min' },
  { value: '300', label: '5 min' },
]

export function StartStandup({ onClose }: { onClose: () => void }) {
  const { session, state } = useCall()
  const members = state.peers.filter(({ user }) => !user.guest).length
  const [seconds, setSeconds] = useState('120')
  return (
    <FormDialog
      title="Start a standup"
      action="Start"
      ready
      onClose={onClose}
      onSubmit={async () => session?.standup({ action: 'start', seconds: Number(seconds) })}
    >
      <Text size="sm">
        One after the other of the {members + 1} in this call has the turn
        {members < state.peers.length && ', guests aside'}. Everybody can write a note, and at the
        end all notes go to the chat as one message.
      </Text>
      <SegmentedControl
        aria-label="Time of each turn"
        data={lengths}
        value={seconds}
        onChange={setSeconds}
      />
    </FormDialog>
  )
}
