// One's own devices, and the way out.
import { useState } from 'react'
import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core'
import {
  ChevronDown,
  Maximize2,
  Mic,
  MicOff,
  Minimize2,
  MonitorUp,
  MonitorX,
  PhoneOff,
  Video,
  VideoOff,
} from 'lucide-react'
import { useCall } from './context.tsx'
import classes from './call.module.css'

interface Props {
  phone: boolean
  large: boolean
  onLarge: () => void
}

export function CallControls({ phone, large, onLarge }: Props) {
  const { state, session } = useCall()
  const { microphone, camera, screen } = state.own
  const speaking = microphone !== undefined && !microphone.muted
  const mayShare = 'mediaDevices' in navigator && 'getDisplayMedia' in navigator.mediaDevices
  return (
    <div className={classes.controls} role="toolbar" aria-label="Call controls">
      <Toggle
        on={speaking}
        label={speaking ? 'Mute microphone' : 'Unmute microphone'}
        icon={speaking ? <Mic size={18} /> : <MicOff size={18} />}
        onClick={() => session?.setMicrophone(!speaking)}
      />
      <Toggle
        on={camera !== undefined}
        label={camera ? 'Turn camera off' : 'Turn camera on'}
        icon={camera ? <Video size={18} /> : <VideoOff size={18} />}
        onClick={() => session?.setCamera(!camera)}
      />
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

interface ToggleProps {
  on: boolean
  label: string
  icon: React.ReactNode
  onClick: () => Promise<void> | undefined
}

/** Off is the colour that stands out: nobody should believe to be heard who is not. */
function Toggle({ on, label, icon, onClick }: ToggleProps) {
  const [busy, setBusy] = useState(false)
  const click = async () => {
    setBusy(true)
    try {
      await onClick()
    } finally {
      setBusy(false)
    }
  }
  return (
    <Tooltip label={label}>
      <ActionIcon
        size={36}
        radius="xl"
        variant={on ? 'default' : 'light'}
        color={on ? 'gray' : 'red'}
        aria-label={label}
        loading={busy}
        onClick={() => void click()}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  )
}

function DeviceMenu() {
  const { session } = useCall()
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([])
  const list = () => {
    if (!('mediaDevices' in navigator)) return
    void navigator.mediaDevices.enumerateDevices().then(setDevices, () => setDevices([]))
  }
  const items = (kind: MediaDeviceKind, choose: (id: string) => Promise<void> | undefined) =>
    devices
      .filter((device) => device.kind === kind && device.deviceId !== '')
      .map(({ deviceId, label }) => (
        <Menu.Item key={deviceId} onClick={() => void choose(deviceId)}>
          {label || 'Without a name'}
        </Menu.Item>
      ))
  return (
    <Menu position="top" width={260} onOpen={list}>
      <Menu.Target>
        <ActionIcon size={28} radius="xl" aria-label="Choose microphone and camera">
          <ChevronDown size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Microphone</Menu.Label>
        {items('audioinput', (id) => session?.setMicrophone(true, id))}
        <Menu.Label>Camera</Menu.Label>
        {items('videoinput', (id) => session?.setCamera(true, id))}
      </Menu.Dropdown>
    </Menu>
  )
}
