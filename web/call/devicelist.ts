// The microphones, cameras and speakers that this browser has now; what is plugged in or out is seen at once.
import { useEffect, useRef, useState } from 'react'

export type Devices = Record<MediaDeviceKind, readonly MediaDeviceInfo[]>

const none: Devices = { audioinput: [], audiooutput: [], videoinput: [] }

async function listDevices(): Promise<Devices> {
  const found = await navigator.mediaDevices.enumerateDevices()
  // Without a permission, browsers tell that there is one of a kind, and not which.
  const known = found.filter(({ deviceId }) => deviceId !== '')
  return { ...none, ...Object.groupBy(known, ({ kind }) => kind) }
}

/**
 * @param opened what is in use: with the first permission, devices get their names
 * @param onArrived told of what was plugged in while the page looked on
 */
export function useDevices(
  opened: (MediaStreamTrack | undefined)[],
  onArrived?: (device: MediaDeviceInfo) => void,
): Devices {
  const [devices, setDevices] = useState(none)
  const known = useRef(none)
  const tell = useRef(onArrived)
  useEffect(() => {
    tell.current = onArrived
  }, [onArrived])
  const inUse = opened.map((track) => track?.id ?? '').join(' ')
  useEffect(() => {
    if (!('mediaDevices' in navigator)) return
    let over = false
    const look = async () => {
      const found = await listDevices().catch(() => none)
      if (over) return
      for (const device of arrivals(known.current, found)) tell.current?.(device)
      known.current = found
      setDevices(found)
    }
    const lookAgain = () => void look()
    lookAgain()
    navigator.mediaDevices.addEventListener('devicechange', lookAgain)
    return () => {
      over = true
      navigator.mediaDevices.removeEventListener('devicechange', lookAgain)
    }
  }, [inUse])
  return devices
}

/** What is new; where nothing of a kind was known by name, nothing is. */
export const arrivals = (before: Devices, now: Devices): MediaDeviceInfo[] =>
  (['audioinput', 'videoinput', 'audiooutput'] as const).flatMap((kind) => {
    const known = new Set(before[kind].map(({ deviceId }) => deviceId))
    return known.size === 0 ? [] : now[kind].filter(({ deviceId }) => !known.has(deviceId))
  })

export const canChooseSpeaker =
  typeof HTMLMediaElement !== 'undefined' && 'setSinkId' in HTMLMediaElement.prototype
