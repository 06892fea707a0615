// Hears who speaks while somebody is in the call.
import { useEffect, useState } from 'react'
import { meterTrack, watchSpeakers, type SpeakerWatch } from './levels.ts'
import type { CallSession } from './session.ts'
import type { CallState } from './state.ts'

/** Milliseconds between two readings */
export const BEAT = 150

export function useSpeakers(session: CallSession | null, { status, own }: CallState): SpeakerWatch {
  const [speakers] = useState(watchSpeakers)
  const peerId = status.state === 'joined' ? status.peerId : null
  const track = own.microphone && !own.microphone.muted ? own.microphone.track : null
  useEffect(() => {
    if (!session || peerId === null) return
    const mine = track && meterTrack(track)
    const timer = setInterval(() => {
      const levels = new Map(session.levels())
      if (mine) levels.set(peerId, mine.read())
      speakers.hear(levels, performance.now())
    }, BEAT)
    return () => {
      clearInterval(timer)
      mine?.end()
    }
  }, [session, peerId, track, speakers])
  return speakers
}
