// How this person looks at the call: layout and pin, and who spoke.
import { useState } from 'react'
import { useStore } from '../../store.ts'
import { useCall } from '../context.tsx'
import { layouts, type Layout } from './arrange.ts'

const KEY = 'openlaunch.call.layout'
const readLayout = (): Layout =>
  layouts.find((layout) => layout === localStorage.getItem(KEY)) ?? 'auto'

export interface StageView {
  layout: Layout
  setLayout(layout: Layout): void
  /** Key of an item */
  pinned: string | null
  pin(key: string | null): void
  /** peerId of the other who speaks, or spoke last */
  speaker: string | null
  /** peerIds, the latest speaker first */
  recent: readonly string[]
}

export function useStageView(): StageView {
  const { speakers, state } = useCall()
  const [layout, setLayout] = useState(readLayout)
  const [pinned, pin] = useState<string | null>(null)
  const { active, recent } = useStore(speakers)
  const { status, shared } = state
  const own = status.state === 'joined' ? status.peerId : null
  return {
    layout,
    setLayout(chosen) {
      localStorage.setItem(KEY, chosen)
      setLayout(chosen)
    },
    pinned,
    pin,
    // The server hears everybody at once; until it has heard another, what is heard here counts.
    speaker:
      [shared?.speaker, active, ...recent].find((peerId) => peerId && peerId !== own) ?? null,
    recent,
  }
}
