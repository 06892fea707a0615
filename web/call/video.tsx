// A track as a picture.
import { useEffect, useRef } from 'react'
import classes from './video.module.css'

interface VideoProps {
  track: MediaStreamTrack
  source: 'camera' | 'screen'
  mirrored?: boolean
  label: string
}

export function Video({ track, source, mirrored = false, label }: VideoProps) {
  const element = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    if (element.current) element.current.srcObject = new MediaStream([track])
  }, [track])
  // Always muted: the sound comes from elements of its own.
  return (
    <video
      ref={element}
      className={classes.video}
      data-source={source}
      data-mirrored={mirrored}
      aria-label={label}
      autoPlay
      playsInline
      muted
    />
  )
}
