// One person's picture, or their initials; or a screen.
import { useRef, useSyncExternalStore } from 'react'
import { ActionIcon, Tooltip } from '@mantine/core'
import { Hand, MicOff, Pin, PinOff } from 'lucide-react'
import { initials, usePersonColor } from '../../people/color.ts'
import { GuestMark } from '../../people/guest.tsx'
import { nameOf } from '../../people/names.ts'
import { useCall } from '../context.tsx'
import { Video } from '../video.tsx'
import type { Item } from './arrange.ts'
import { PersonMenu } from './personmenu.tsx'
import { QualitySign } from './quality.tsx'
import { useView } from './view.ts'
import classes from './tile.module.css'

interface Props {
  item: Item
  /** Whether its picture is received, where it has one */
  received: boolean
  pinned?: boolean
  /** Without it, there is nothing to choose */
  onPin?: () => void
}

export function Tile({ item, received, pinned = false, onPin }: Props) {
  const { peerId, user, source, self, muted, hand, score, track, producerId } = item
  const { state } = useCall()
  const element = useRef<HTMLElement>(null)
  const background = usePersonColor(user.id)
  useView(element, received ? producerId : undefined)
  const speaking = useSpeaking(peerId) && source === 'camera'
  const shown = track !== null && (self || received)
  const person = self ? 'You' : nameOf(user)
  const screen = source === 'screen'
  const name = screen ? (self ? 'Your screen' : `Screen of ${person}`) : person
  return (
    <figure
      ref={element}
      className={classes.tile}
      data-peer={peerId}
      data-self={self}
      data-source={source}
      data-speaking={speaking}
      aria-label={`${name}${muted && !screen ? ', muted' : ''}${hand && !screen ? ', hand raised' : ''}`}
    >
      {shown ? (
        <Video
          track={track}
          source={source}
          mirrored={self && !screen}
          label={screen ? name : `Camera of ${person}`}
        />
      ) : (
        <span className={classes.face} style={{ background }} aria-hidden>
          {initials(user.displayName)}
        </span>
      )}
      {hand && !screen && (
        <span className={classes.hand}>
          <Hand size={15} aria-hidden /> <span>Hand raised</span>
        </span>
      )}
      {onPin && (
        <span className={classes.actions} data-pinned={pinned}>
          <Tooltip label={pinned ? 'Unpin' : 'Pin'}>
            <ActionIcon
              size={30}
              variant="filled"
              color="dark"
              aria-label={pinned ? `Unpin ${name}` : `Pin ${name}`}
              onClick={onPin}
            >
              {pinned ? <PinOff size={15} /> : <Pin size={15} />}
            </ActionIcon>
          </Tooltip>
          {!self && state.shared?.may.moderate && <PersonMenu item={item} />}
        </span>
      )}
      <figcaption className={classes.name}>
        {!screen && muted && (
          <MicOff size={13} className={classes.muted} role="img" aria-label="muted" />
        )}
        <span>
          {screen
            ? self
              ? 'You share your screen'
              : `${user.displayName} shares the screen`
            : self
              ? 'You'
              : user.displayName}
        </span>
        <GuestMark user={user} />
        {!screen && <QualitySign score={score} self={self} />}
      </figcaption>
    </figure>
  )
}

function useSpeaking(peerId: string): boolean {
  const { speakers } = useCall()
  return useSyncExternalStore(speakers.subscribe, () => speakers.get().speaking.has(peerId))
}
