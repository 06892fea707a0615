// Microphone and camera, on and off.
import type { MouseEvent, ReactNode } from 'react'
import { ActionIcon, Tooltip } from '@mantine/core'
import { Mic, MicOff, Video, VideoOff } from 'lucide-react'
import { useCall } from './context.tsx'
import { keys } from './shortcuts.ts'

export function MicrophoneToggle() {
  const { state, setMicrophone } = useCall()
  const { microphone } = state.own
  const on = microphone !== undefined && !microphone.muted
  return (
    <Toggle
      on={on}
      busy={!on && state.opening.includes('microphone')}
      label={on ? 'Mute microphone' : 'Unmute microphone'}
      hint={keys.microphone}
      icon={on ? <Mic size={18} /> : <MicOff size={18} />}
      onClick={() => setMicrophone(!on)}
    />
  )
}

export function CameraToggle() {
  const { state, setCamera } = useCall()
  const on = state.own.camera !== undefined
  return (
    <Toggle
      on={on}
      busy={!on && state.opening.includes('camera')}
      label={on ? 'Turn camera off' : 'Turn camera on'}
      hint={keys.camera}
      icon={on ? <Video size={18} /> : <VideoOff size={18} />}
      onClick={() => setCamera(!on)}
    />
  )
}

interface ToggleProps {
  on: boolean
  /** The browser is asked for the device */
  busy: boolean
  label: string
  hint: string
  icon: ReactNode
  onClick: () => Promise<void>
}

/** Off is the colour that stands out: nobody should believe to be heard who is not. */
function Toggle({ on, busy, label, hint, icon, onClick }: ToggleProps) {
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    // After a click with the mouse, the space bar is for talking, not for this button.
    if (event.detail > 0) event.currentTarget.blur()
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
        loading={busy}
        onClick={click}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  )
}
