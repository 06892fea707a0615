// Whose hands are up, who raised it first comes first.
import { ActionIcon, Button, Popover } from '@mantine/core'
import { Hand, X } from 'lucide-react'
import { notifyError } from '../notice.ts'
import { PersonAvatar } from '../people/avatar.tsx'
import { nameOf } from '../people/names.ts'
import { useCall } from './context.tsx'
import { aboveControls } from './popover.ts'
import classes from './call.module.css'

export function Hands() {
  const { state, session, self: user } = useCall()
  const { status, peers, hand, shared } = state
  const own = status.state === 'joined' ? [{ peerId: status.peerId, user, hand }] : []
  const raised = [...peers, ...own]
    .flatMap((peer) => (peer.hand === null ? [] : [{ ...peer, since: peer.hand }]))
    .toSorted((a, b) => a.since.localeCompare(b.since))
  if (raised.length === 0) return null
  return (
    <Popover {...aboveControls} width={260}>
      <Popover.Target>
        <Button
          className={classes.handsButton ?? ''}
          variant="light"
          color="yellow"
          size="compact-sm"
          radius="xl"
          leftSection={<Hand size={14} />}
          aria-label={`Raised hands: ${raised.length}`}
        >
          {raised.length}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={8}>
        <ol className={classes.hands} aria-label="Raised hands">
          {raised.map(({ peerId, user: person }) => (
            <li key={peerId}>
              <PersonAvatar user={person} size={26} />
              <span>{person.id === user.id ? 'You' : nameOf(person)}</span>
              {(shared?.may.moderate || person.id === user.id) && (
                <ActionIcon
                  size="sm"
                  aria-label={`Lower the hand of ${nameOf(person)}`}
                  onClick={() =>
                    void session
                      ?.raiseHand(false, peerId)
                      .catch((error: unknown) => notifyError(error))
                  }
                >
                  <X size={14} />
                </ActionIcon>
              )}
            </li>
          ))}
        </ol>
      </Popover.Dropdown>
    </Popover>
  )
}
