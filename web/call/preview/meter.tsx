// How loud the microphone is, as a bar.
import { useEffect, useRef } from 'react'
import { meterTrack } from '../levels.ts'
import classes from './preview.module.css'

/** Speech is far from as loud as can be: the bar is full before. */
const FULL = 0.25

export function LevelMeter({ track }: { track: MediaStreamTrack | null }) {
  const meter = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!track) return
    const level = meterTrack(track)
    let shown = 0
    const timer = setInterval(() => {
      // Falls slower than it rises, as every meter does.
      shown = Math.max(Math.min(1, level.read() / FULL), shown * 0.82)
      const { current } = meter
      if (!current) return
      current.style.setProperty('--level', String(shown))
      current.setAttribute('aria-valuenow', String(Math.round(shown * 100)))
    }, 60)
    return () => {
      clearInterval(timer)
      level.end()
    }
  }, [track])
  return (
    <div
      key={track?.id}
      ref={meter}
      className={classes.meter}
      role="meter"
      aria-label="Microphone level"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
    />
  )
}
