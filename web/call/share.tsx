// One's own screen, shown to the others.
import { ActionIcon, Tooltip } from '@mantine/core'
import { MonitorUp, MonitorX } from 'lucide-react'
import { useCall } from './context.tsx'

/** Phones cannot. */
const mayShare = () => 'mediaDevices' in navigator && 'getDisplayMedia' in navigator.mediaDevices

export function ShareToggle() {
  const { state, session } = useCall()
  const { screen } = state.own
  if (!mayShare()) return null
  const label = screen ? 'Stop sharing the screen' : 'Share screen'
  return (
    <Tooltip label={label}>
      <ActionIcon
        size={40}
        radius="xl"
        variant={screen ? 'filled' : 'default'}
        color={screen ? 'accent' : 'gray'}
        aria-label={label}
        onClick={() => (screen ? session?.stopScreenShare() : void session?.startScreenShare())}
      >
        {screen ? <MonitorX size={18} /> : <MonitorUp size={18} />}
      </ActionIcon>
    </Tooltip>
  )
}
