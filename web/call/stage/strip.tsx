// The call while one is elsewhere: who speaks, who shares, and one's own buttons, in one row.
import { ActionIcon, Tooltip } from '@mantine/core'
import { Maximize2 } from 'lucide-react'
import { useElementSize } from '@mantine/hooks'
import { LeaveButton } from '../leave.tsx'
import { CameraToggle, MicrophoneToggle } from '../toggles.tsx'
import { ShareToggle } from '../share.tsx'
import type { Item } from './arrange.ts'
import { Tile } from './tile.tsx'
import type { StageView } from './use.ts'
import classes from './strip.module.css'

interface Props {
  items: readonly Item[]
  view: StageView
  phone: boolean
  onGrow: () => void
}

/** CSS pixels of a tile and what is between */
const TILE = 124
const MORE = 46
const MOST = 6

/** Screens, the pinned one, and who spoke last; oneself last. */
function mostWanted(items: readonly Item[], { pinned, recent, speaker }: StageView): Item[] {
  const rank = ({ key, peerId, source, self }: Item) => {
    if (key === pinned) return -3
    if (source === 'screen' && !self) return -2
    if (self) return recent.length + 1
    if (peerId === speaker) return -1
    const at = recent.indexOf(peerId)
    return at === -1 ? recent.length : at
  }
  return items.toSorted((a, b) => rank(a) - rank(b))
}

export function Strip({ items, view, phone, onGrow }: Props) {
  const { ref, width } = useElementSize()
  const room = items.length * TILE > width ? width - MORE : width
  const fits = Math.max(1, Math.min(MOST, Math.floor(room / TILE)))
  const wanted = mostWanted(items, view)
  const shown = wanted.slice(0, fits)
  const more = wanted.length - shown.length
  return (
    <div className={classes.strip}>
      <div ref={ref} className={classes.tiles}>
        {shown.map((item) => (
          <Tile key={item.key} item={item} received />
        ))}
        {more > 0 && (
          <button
            type="button"
            className={classes.more}
            aria-label={`${more} more in the call`}
            onClick={onGrow}
          >
            +{more}
          </button>
        )}
      </div>
      <div className={classes.controls} role="toolbar" aria-label="Call controls">
        <MicrophoneToggle />
        {!phone && <CameraToggle />}
        {!phone && <ShareToggle />}
        <Tooltip label="Back to the call">
          <ActionIcon size={36} radius="xl" aria-label="Make the call larger" onClick={onGrow}>
            <Maximize2 size={17} />
          </ActionIcon>
        </Tooltip>
        <LeaveButton size={36} />
      </div>
    </div>
  )
}
