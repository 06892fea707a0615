// Tells the others what this tab shows, and that somebody is before it.
import { useEffect } from 'react'
import { useRoute } from 'wouter'
import type { Place } from '../../protocol/presence.ts'
import type { Room } from './room.ts'

/** Between signs of life, milliseconds. */
const PAUSE = 60_000
const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const

export function usePresence(room: Room | null) {
  const [, file] = useRoute('/p/:slug/files/:fileId')
  const [, issue] = useRoute('/p/:slug/issues/:number')
  const fileId = file?.fileId
  const number = Number(issue?.number)
  useEffect(() => {
    if (!room) return
    let place: Place | null = null
    if (fileId !== undefined) place = { kind: 'file', fileId }
    else if (Number.isSafeInteger(number) && number > 0) place = { kind: 'issue', number }
    let told = Date.now()
    room.setPlace(place)
    const tell = () => {
      const now = Date.now()
      if (now - told < PAUSE) return
      told = now
      room.setPlace(place)
    }
    for (const sign of signs) document.addEventListener(sign, tell, { passive: true })
    return () => {
      for (const sign of signs) document.removeEventListener(sign, tell)
    }
  }, [room, fileId, number])
}
