// One's own devices, what one throws in, how one looks at the call, and the way out.
import { useState } from 'react'
import { ActionIcon, Button, Popover, Tooltip } from '@mantine/core'
import { ChevronDown, Hand, Minimize2, PhoneOff } from 'lucide-react'
import { notifyError } from '../notice.ts'
import { useCall } from './context.tsx'
import { Hands } from './hands.tsx'
import { LeaveButton } from './leave.tsx'
import { LockedSign } from './moderators.tsx'
import { MoreMenu, type MoreProps } from './more.tsx'
import { aboveControls } from './popover.ts'
import { DeviceFields } from './preview/fields.tsx'
import { ReactionButton } from './reactions.tsx'
import { ShareToggle } from './share.tsx'
import { freeSpace, keys } from './shortcuts.ts'
import { CameraToggle, MicrophoneToggle } from './toggles.tsx'
import classes from './call.module.css'

interface Props extends MoreProps {
  phone: boolean
  /** Without it, there is nothing beside the call */
  onShrink?: () => void
}

export function CallControls({ phone, onShrink, ...more }: Props) {
  const { session } = useCall()
  return (
    <div className={classes.controls} role="toolbar" aria-label="Call controls">
      <MicrophoneToggle />
      <CameraToggle />
      {!phone && <DeviceMenu />}
      <ShareToggle />
      <HandToggle />
      <ReactionButton />
      <Hands />
      <LockedSign />
      <MoreMenu {...more} phone={phone} />
      {!phone && onShrink && (
        <Tooltip label="Back to the page; the call stays in a strip above it">
          <ActionIcon size={40} radius="xl" aria-label="Make the call smaller" onClick={onShrink}>
            <Minimize2 size={17} />
          </ActionIcon>
        </Tooltip>
      )}
      {phone ? (
        <LeaveButton size={40} />
      ) : (
        <Button
          ml="auto"
          h={40}
          radius="xl"
          color="red"
          leftSection={<PhoneOff size={16} />}
          aria-label="Leave call"
          onClick={() => session?.leave()}
        >
          Leave
        </Button>
      )}
    </div>
  )
}

function HandToggle() {
  const { state, session } = useCall()
  const raised = state.hand !== null
  const label = raised ? 'Lower hand' : 'Raise hand'
  return (
    <Tooltip label={`${label} (${keys.hand})`}>
      <ActionIcon
        size={40}
        radius="xl"
        variant={raised ? 'filled' : 'default'}
        color={raised ? 'yellow' : 'gray'}
        aria-label={label}
        onClick={() =>
          void session?.raiseHand(!raised).catch((error: unknown) => notifyError(error))
        }
      >
        <Hand size={18} />
      </ActionIcon>
    </Tooltip>
  )
}

function DeviceMenu() {
  const [opened, setOpened] = useState(false)
  return (
    <Popover {...aboveControls} width={300} opened={opened} onChange={setOpened}>
      <Popover.Target>
        <ActionIcon
          size={28}
          radius="xl"
          aria-label="Choose microphone and camera"
          onClick={(event) => {
            freeSpace(event)
            setOpened(!opened)
          }}
        >
          <ChevronDown size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <DeviceFields />
      </Popover.Dropdown>
    </Popover>
  )
}
