// Microphone and camera, on and off.
import type { MouseEvent, ReactNode } from 'react'
import { ActionIcon, Loader, Tooltip } from '@mantine/core'
import { Mic, MicOff, Video, VideoOff } from 'lucide-react'
import { useCall } from './context.tsx'
import { freeSpace, keys } from './shortcuts.ts'

export function MicrophoneToggle() {
  const { state, setMicrophone } = useCall()
  const { microphone } = state.own
  const on = microphone !== undefined && !microphone.muted
  const busy = !microphone && state.opening.includes('microphone')
  return (
    <Toggle
      on={on}
      busy={busy}
      label={on || busy ? 'Mute microphone' : 'Unmute microphone'}
      hint={keys.microphone}
      icon={on ? <Mic size={18} /> : <MicOff size={18} />}
      onClick={() => setMicrophone(!on && !busy)}
    />
  )
}

export function CameraToggle() {
  const { state, setCamera } = useCall()
  const on = state.own.camera !== undefined
  const busy = !on && state.opening.includes('camera')
  return (
    <Toggle
      on={on}
      busy={busy}
      label={on || busy ? 'Turn camera off' : 'Turn camera on'}
      hint={keys.camera}
      icon={on ? <Video size={18} /> : <VideoOff size={18} />}
      onClick={() => setCamera(!on && !busy)}
    />
  )
}

interface ToggleProps {
  on: boolean
  /** The browser is asked for the device, which a click takes back */
  busy: boolean
  label: string
  hint: string
  icon: ReactNode
  onClick: () => Promise<void>
}

/** Off is the colour that stands out: nobody should believe to be heard who is not. */
function Toggle({ on, busy, label, hint, icon, onClick }: ToggleProps) {
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    freeSpace(event)
    void onClick()
  }
  return (
    <Tooltip label={`${label} (${hint})`}>
      <ActionIcon
        size={40}
        radius="xl"
        variant={on ? 'default' : 'filled'}
        color={on ? 'gray' : 'red'}
        aria-label={label}
        aria-busy={busy}
        onClick={click}
      >
        {busy ? <Loader size={18} color="currentColor" /> : icon}
      </ActionIcon>
    </Tooltip>
  )
}
