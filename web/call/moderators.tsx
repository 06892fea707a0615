// What a moderator may do about everybody, as a part of the menu; and that the call is locked.
import { useState } from 'react'
import { Menu, Tooltip } from '@mantine/core'
import { Lock, LockOpen, MicOff, PhoneOff, UserPlus } from 'lucide-react'
import { Confirm } from '../confirm.tsx'
import { notifyError } from '../notice.ts'
import { useCall } from './context.tsx'
import classes from './call.module.css'

interface ItemsProps {
  onEnd: () => void
  onGuests: () => void
}

export function ModeratorItems({ onEnd, onGuests }: ItemsProps) {
  const { state, session } = useCall()
  if (!session || !state.shared?.may.moderate) return null
  const { locked } = state.shared
  const { moderate } = session
  const attempt = (promise: Promise<void>) =>
    void promise.catch((error: unknown) => notifyError(error))
  return (
    <>
      <Menu.Divider />
      <Menu.Item leftSection={<UserPlus size={15} />} onClick={onGuests}>
        Guests by link
      </Menu.Item>
      <Menu.Item leftSection={<MicOff size={15} />} onClick={() => attempt(moderate.mute())}>
        Mute everybody else
      </Menu.Item>
      <Menu.Item
        leftSection={locked ? <LockOpen size={15} /> : <Lock size={15} />}
        onClick={() => attempt(moderate.lock(!locked))}
      >
        {locked ? 'Unlock the call' : 'Lock the call'}
      </Menu.Item>
      <Menu.Item color="red" leftSection={<PhoneOff size={15} />} onClick={onEnd}>
        End for everybody
      </Menu.Item>
    </>
  )
}

/** Stands outside of the menu, which closes. */
export function useEnding() {
  const { session } = useCall()
  const [ending, setEnding] = useState(false)
  return {
    end: () => setEnding(true),
    dialog: (
      <Confirm
        opened={ending}
        title="End the call for everybody?"
        action="End for everybody"
        onClose={() => setEnding(false)}
        onConfirm={async () => {
          await session?.moderate.end()
          // Whoever ended it needs no notice that it is over.
          session?.leave()
        }}
      >
        Everybody leaves the call at once. Anybody can start another one.
      </Confirm>
    ),
  }
}

export function LockedSign() {
  const { state } = useCall()
  if (!state.shared?.locked) return null
  return (
    <Tooltip label="The call is locked: nobody else comes in">
      <span className={classes.locked} role="img" aria-label="The call is locked">
        <Lock size={16} />
      </span>
    </Tooltip>
  )
}
