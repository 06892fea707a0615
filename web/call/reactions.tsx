// What people throw in: it floats up with their name, and is gone.
import { useEffect, useState, type CSSProperties } from 'react'
import { ActionIcon, Popover, Tooltip } from '@mantine/core'
import { Smile } from 'lucide-react'
import { callReactions, type CallReaction } from '../../protocol/calls.ts'
import { notifyError } from '../notice.ts'
import { nameOf } from '../people/names.ts'
import { useCall } from './context.tsx'
import { aboveControls } from './popover.ts'
import { freeSpace } from './shortcuts.ts'
import classes from './reactions.module.css'

interface Floating {
  id: number
  name: string
  emoji: CallReaction
}

/** As long as the animation; milliseconds */
const LIFE = 4_000
let count = 0

export function Reactions() {
  const { session } = useCall()
  const [floating, setFloating] = useState<readonly Floating[]>([])
  useEffect(() => {
    if (!session) return
    const timers = new Set<ReturnType<typeof setTimeout>>()
    const end = session.onMoment((moment) => {
      if (moment.kind !== 'reaction') return
      const { peerId, emoji } = moment
      const peer = session.get().peers.find((one) => one.peerId === peerId)
      // While a call moves, some are not shown yet.
      const name = peerId === null ? 'You' : peer ? nameOf(peer.user) : 'Somebody'
      count += 1
      const one = { id: count, name, emoji }
      setFloating((before) => [...before, one])
      const timer = setTimeout(() => {
        timers.delete(timer)
        setFloating((before) => before.filter(({ id }) => id !== one.id))
      }, LIFE)
      timers.add(timer)
    })
    return () => {
      end()
      for (const timer of timers) clearTimeout(timer)
    }
  }, [session])
  return (
    <div className={classes.floating} role="log" aria-label="Reactions">
      {floating.map(({ id, name, emoji }) => (
        <span key={id} style={{ '--at': `${8 + ((id * 37) % 60)}%` } as CSSProperties}>
          <i>{emoji}</i>
          <b>{name}</b>
        </span>
      ))}
    </div>
  )
}

export function ReactionButton() {
  const { session } = useCall()
  const [opened, setOpened] = useState(false)
  return (
    <Popover {...aboveControls} opened={opened} onChange={setOpened}>
      <Popover.Target>
        <Tooltip label="React" disabled={opened}>
          <ActionIcon
            size={40}
            radius="xl"
            variant="default"
            aria-label="React"
            aria-expanded={opened}
            onClick={(event) => {
              freeSpace(event)
              setOpened(!opened)
            }}
          >
            <Smile size={18} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={6}>
        <div className={classes.choice}>
          {callReactions.map((emoji) => (
            <ActionIcon
              key={emoji}
              size={38}
              fz={22}
              aria-label={`React with ${emoji}`}
              onClick={() =>
                void session?.react(emoji).catch((error: unknown) => notifyError(error))
              }
            >
              {emoji}
            </ActionIcon>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
