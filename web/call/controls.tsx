// One's own devices, and the way out.
import { ActionIcon, Button, Popover, Tooltip } from '@mantine/core'
import { ChevronDown, Maximize2, Minimize2, MonitorUp, MonitorX, PhoneOff } from 'lucide-react'
import { useCall } from './context.tsx'
import { DeviceFields } from './preview/fields.tsx'
import { CameraToggle, MicrophoneToggle } from './toggles.tsx'
import classes from './call.module.css'

interface Props {
  phone: boolean
  large: boolean
  onLarge: () => void
}

export function CallControls({ phone, large, onLarge }: Props) {
  const { state, session } = useCall()
  const { screen } = state.own
  const mayShare = 'mediaDevices' in navigator && 'getDisplayMedia' in navigator.mediaDevices
  return (
    <div className={classes.controls} role="toolbar" aria-label="Call controls">
      <MicrophoneToggle />
      <CameraToggle />
      <DeviceMenu />
      {mayShare && (
        <Tooltip label={screen ? 'Stop sharing the screen' : 'Share screen'}>
          <ActionIcon
            size={36}
            radius="xl"
            variant={screen ? 'filled' : 'default'}
            color="accent"
            aria-label={screen ? 'Stop sharing the screen' : 'Share screen'}
            onClick={() => (screen ? session?.stopScreenShare() : void session?.startScreenShare())}
          >
            {screen ? <MonitorX size={18} /> : <MonitorUp size={18} />}
          </ActionIcon>
        </Tooltip>
      )}
      {screen && <span className={classes.sharing}>You share your screen</span>}
      {!phone && (
        <Tooltip label={large ? 'Smaller' : 'Larger'}>
          <ActionIcon
            size={36}
            radius="xl"
            aria-label={large ? 'Make the call smaller' : 'Make the call larger'}
            onClick={onLarge}
          >
            {large ? <Minimize2 size={17} /> : <Maximize2 size={17} />}
          </ActionIcon>
        </Tooltip>
      )}
      <Button
        ml="auto"
        h={36}
        radius="xl"
        color="red"
        leftSection={<PhoneOff size={16} />}
        aria-label="Leave call"
        onClick={() => session?.leave()}
      >
        Leave
      </Button>
    </div>
  )
}

function DeviceMenu() {
  return (
    <Popover position="top" width={300} withArrow shadow="md" trapFocus>
      <Popover.Target>
        <ActionIcon size={28} radius="xl" aria-label="Choose microphone and camera">
          <ChevronDown size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <DeviceFields />
      </Popover.Dropdown>
    </Popover>
  )
}
