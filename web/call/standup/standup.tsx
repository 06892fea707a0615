// A round in which one after the other speaks: whose turn it is, how long still, and one's own note.
import { useEffect, useState, type SyntheticEvent } from 'react'
import { Button, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { Check, SkipForward, Square } from 'lucide-react'
import type { StandupAction } from '../../../protocol/calls.ts'
import { notifyError } from '../../notice.ts'
import { PersonAvatar } from '../../people/avatar.tsx'
import { useCall } from '../context.tsx'
import type { TimedStandup } from '../state.ts'
import classes from './standup.module.css'

export function StandupBar() {
  const standup = useCall().state.shared?.standup
  return standup ? <Round standup={standup} /> : null
}

function Round({ standup }: { standup: TimedStandup }) {
  const { session, self: user, personOf } = useCall()
  const left = useSecondsUntil(standup.endsAt)
  const { order, current } = standup
  const at = order.indexOf(current)
  const next = order[at + 1]
  const nameOf = (id: string) =>
    id === user.id ? 'You' : (personOf(id)?.displayName ?? 'Somebody who left')
  const speaker = personOf(current)
  const act = (action: StandupAction) =>
    void session?.standup(action).catch((error: unknown) => notifyError(error))
  return (
    <section className={classes.round} aria-label="Standup">
      <div className={classes.turn} role="status">
        {speaker && <PersonAvatar user={speaker} size={30} />}
        <div>
          <strong>{current === user.id ? 'Your turn' : nameOf(current)}</strong>
          <span>
            {at + 1} of {order.length}
            {next !== undefined && ` · then ${nameOf(next)}`}
          </span>
        </div>
      </div>
      <span className={classes.time} data-short={left <= 15} role="timer" aria-label="Time left">
        {Math.floor(left / 60)}:{String(left % 60).padStart(2, '0')}
      </span>
      {!user.guest && (
        <Note
          key={user.id}
          saved={standup.notes[user.id] ?? ''}
          onSave={(note) => act({ action: 'note', note })}
        />
      )}
      {!user.guest && (
        <div className={classes.actions}>
          <Button
            size="compact-sm"
            leftSection={<Check size={14} />}
            onClick={() => act({ action: 'next', current })}
          >
            {next === undefined ? 'Finish' : 'Next'}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<SkipForward size={14} />}
            title="This turn comes last instead"
            disabled={next === undefined}
            onClick={() => act({ action: 'skip', current })}
          >
            Later
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            leftSection={<Square size={13} />}
            title="Ends the standup for everybody; the notes so far go to the chat"
            onClick={() => act({ action: 'stop' })}
          >
            End
          </Button>
        </div>
      )}
    </section>
  )
}

function Note({ saved, onSave }: { saved: string; onSave: (note: string) => void }) {
  const [note, setNote] = useState(saved)
  const save = () => {
    if (note.trim() !== saved) onSave(note.trim())
  }
  // The round may end while one writes.
  const saveSoon = useDebouncedCallback(save, 1_000)
  return (
    <form
      className={classes.note}
      onSubmit={(event: SyntheticEvent) => {
        event.preventDefault()
        save()
      }}
    >
      <TextInput
        size="xs"
        aria-label="Your note"
        placeholder="Your note, for the chat"
        value={note}
        onChange={(event) => {
          setNote(event.currentTarget.value)
          saveSoon()
        }}
        onBlur={save}
      />
    </form>
  )
}

/** @param endsAt of performance.now(). Never below 0 */
function useSecondsUntil(endsAt: number): number {
  const [now, setNow] = useState(() => performance.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 250)
    return () => clearInterval(timer)
  }, [endsAt])
  return Math.max(0, Math.ceil((endsAt - now) / 1_000))
}
