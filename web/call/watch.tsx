// What one is told of while in the call, wherever one looks: that a moderator did something, and that a device was
// plugged in.
import { useEffect, useRef } from 'react'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { Knock } from '../../protocol/calls.ts'
import { notify } from '../notice.ts'
import { choose } from './choice.ts'
import { useDevices } from './devicelist.ts'
import type { CallSession } from './session.ts'
import { playTones } from './sound.tsx'
import type { CallState } from './state.ts'

const kinds = {
  audioinput: { name: 'microphone', choice: 'microphoneId' },
  videoinput: { name: 'camera', choice: 'cameraId' },
  audiooutput: { name: 'speaker', choice: 'speakerId' },
} as const

interface Props {
  session: CallSession
  own: CallState['own']
  userId: string
  knocks: readonly Knock[]
}

export function CallWatch({ session, own, userId, knocks }: Props) {
  useDevices([own.microphone?.track, own.camera?.track], (device) => offer(session, device))
  useEffect(
    () =>
      session.onMoment((moment) => {
        if (moment.kind === 'reaction') return
        // Whoever did it knows.
        if (moment.by.id === userId) return
        const by = moment.by.displayName
        if (moment.kind === 'locked') {
          return notify(moment.locked ? `${by} locked the call` : `${by} unlocked the call`)
        }
        const { source } = moment
        if (source === 'microphone') notify(`${by} muted you. Only you can unmute yourself.`)
        else if (source === 'camera') notify(`${by} turned your camera off`)
        else if (source === 'screen') notify(`${by} stopped your share`)
      }),
    [session, userId],
  )
  useKnockSound(knocks)
  return null
}

/** Whoever moderates may look elsewhere. */
function useKnockSound(knocks: readonly Knock[]) {
  const heard = useRef(new Set<string>())
  useEffect(() => {
    const fresh = knocks.filter(({ knockId }) => !heard.current.has(knockId))
    heard.current = new Set(knocks.map(({ knockId }) => knockId))
    if (fresh.length > 0) playKnock()
  }, [knocks])
}
const playKnock = () =>
  playTones([
    { pitch: 300, at: 0, length: 0.15 },
    { pitch: 300, at: 0.2, length: 0.15 },
  ])

/** The pseudo devices of Chromium follow the others. */
const isAlias = ({ deviceId }: MediaDeviceInfo) =>
  deviceId === 'default' || deviceId === 'communications'

function offer(session: CallSession, device: MediaDeviceInfo) {
  if (isAlias(device)) return
  const { name, choice } = kinds[device.kind]
  const id = `device ${device.deviceId}`
  const use = () => {
    notifications.hide(id)
    choose({ [choice]: device.deviceId })
    if (name !== 'speaker') void session.reopen(name)
  }
  notifications.show({
    id,
    title: `A ${name} was plugged in`,
    message: (
      <>
        {device.label}{' '}
        <Button size="compact-xs" variant="light" onClick={use}>
          Use it
        </Button>
      </>
    ),
    autoClose: 12_000,
    withBorder: true,
  })
}
