// Who waits to be let in, for moderators; and waiting oneself.
import { Button, Loader } from '@mantine/core'
import { notifyError } from '../notice.ts'
import { PersonAvatar } from '../people/avatar.tsx'
import { GuestMark } from '../people/guest.tsx'
import { useCall } from './context.tsx'
import classes from './call.module.css'

export function Knocks() {
  const { state, session } = useCall()
  const admit = (knockId: string, yes: boolean) =>
    void session?.moderate.admit(knockId, yes).catch((error: unknown) => notifyError(error))
  return state.shared?.knocks.map(({ knockId, name, user }) => (
    <div key={knockId} className={classes.message} role="alert">
      <PersonAvatar user={user} size={26} />
      <span className={classes.grow}>
        <strong>{name}</strong> <GuestMark user={user} /> asks to be let in
      </span>
      <Button size="compact-sm" aria-label={`Let in ${name}`} onClick={() => admit(knockId, true)}>
        Let in
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Decline ${name}`}
        onClick={() => admit(knockId, false)}
      >
        Decline
      </Button>
    </div>
  ))
}

export function Waiting() {
  const { dismiss } = useCall()
  return (
    <div className={classes.message} role="status">
      <Loader size="xs" />
      <span className={classes.grow}>Asking to be let in. A moderator in the call decides…</span>
      <Button size="compact-sm" variant="default" onClick={dismiss}>
        Do not wait
      </Button>
    </div>
  )
}
