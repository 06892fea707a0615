// The way into the call of a channel, beside its name.
import { useState } from 'react'
import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { Phone } from 'lucide-react'
import type { Channel } from '../../protocol/chat.ts'
import { DEFAULT_CHANNEL } from '../../protocol/names.ts'
import { Confirm } from '../confirm.tsx'
import { useCan, useRoomState } from '../room/context.tsx'
import { people } from './button.tsx'
import { useCall } from './context.tsx'

export function ChannelCallButton({ channel }: { channel: Channel }) {
  const { call, channelCalls } = useRoomState()
  const { state, channelId: here, open, worker } = useCall()
  const can = useCan()
  const [asking, setAsking] = useState(false)
  // The project's own call is that of its first channel.
  const first = channel.name === DEFAULT_CHANNEL
  const channelId = first ? undefined : channel.id
  const running = first ? call : channelCalls[channel.id]
  const count = running?.participants.length ?? 0
  const inCall = state.status.state === 'joined' || state.status.state === 'reconnecting'
  if (!can('call:join') || channel.archivedAt !== null) return null
  if (inCall && here === channelId) return null
  const enter = () => (inCall ? setAsking(true) : open(channelId))
  const label = count > 0 ? `Join the call here, ${people(count)} in it` : 'Start a call here'
  const disabled = worker !== null
  return (
    <>
      <Tooltip label={label}>
        {count > 0 ? (
          <Button
            size="compact-xs"
            leftSection={<Phone size={13} />}
            aria-label={label}
            disabled={disabled}
            onClick={enter}
          >
            {count}
          </Button>
        ) : (
          <ActionIcon aria-label={label} disabled={disabled} onClick={enter}>
            <Phone size={16} />
          </ActionIcon>
        )}
      </Tooltip>
      <Confirm
        opened={asking}
        title="Leave the call that you are in?"
        action="Leave it and join here"
        onClose={() => setAsking(false)}
        onConfirm={() => {
          open(channelId)
          return Promise.resolve()
        }}
      >
        You can be in one call of this project at a time.
      </Confirm>
    </>
  )
}
