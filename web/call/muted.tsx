// Whoever talks while muted is told so. What the microphone hears is measured here and goes nowhere.
import { useEffect, useState } from 'react'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { meterTrack, watchMutedTalk } from './levels.ts'
import { BEAT } from './listen.ts'
import type { OwnMedia } from './state.ts'

const HINT = 'talks while muted'

interface Props {
  microphone: OwnMedia | undefined
  setMicrophone(on: boolean): Promise<void>
}

export function MutedHint({ microphone, setMicrophone }: Props) {
  const [talks] = useState(watchMutedTalk)
  const track = microphone?.muted ? microphone.track : null
  useEffect(() => {
    if (!track) return
    // Muted, a track is silent; its copy is not.
    const copy = track.clone()
    copy.enabled = true
    const meter = meterTrack(copy)
    const timer = setInterval(() => {
      if (talks(meter.read(), performance.now())) show(() => void setMicrophone(true))
    }, BEAT)
    return () => {
      clearInterval(timer)
      meter.end()
      copy.stop()
      notifications.hide(HINT)
    }
  }, [track, talks, setMicrophone])
  return null
}

const show = (unmute: () => void) =>
  notifications.show({
    id: HINT,
    message: (
      <>
        You are muted.{' '}
        <Button size="compact-xs" variant="light" onClick={unmute}>
          Unmute
        </Button>
      </>
    ),
    autoClose: 6_000,
    withBorder: true,
  })
