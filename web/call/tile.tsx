// One person's picture, or their initials; one screen, large.
import { useEffect, useRef } from 'react'
import { MicOff } from 'lucide-react'
import type { PublicUser } from '../../protocol/events.ts'
import { initials, usePersonColor } from '../people/color.ts'
import { useCall } from './context.tsx'
import type { RemoteMedia, RemotePeer } from './state.ts'
import classes from './call.module.css'

interface VideoProps {
  track: MediaStreamTrack
  source: 'camera' | 'screen'
  mirrored?: boolean
  label: string
}

function Video({ track, source, mirrored = false, label }: VideoProps) {
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

interface TileProps {
  peerId: string
  user: PublicUser
  self?: boolean
  track: MediaStreamTrack | null
  muted: boolean
  producerId?: string
  /** Which simulcast layer is enough for the size it is shown in */
  layer?: number
}

export function PeerTile({
  peerId,
  user,
  self = false,
  track,
  muted,
  producerId,
  layer,
}: TileProps) {
  const { session } = useCall()
  const background = usePersonColor(user.id)
  useEffect(() => {
    if (!track || !producerId || layer === undefined) return
    // The server may not know the consumer any more; then there is nothing to prefer.
    session?.preferLayer(producerId, layer).catch(() => undefined)
  }, [session, track, producerId, layer])
  const name = self ? 'You' : user.displayName
  return (
    <figure
      className={classes.tile}
      data-peer={peerId}
      data-self={self}
      aria-label={`${name}${muted ? ', muted' : ''}`}
    >
      {track ? (
        <Video track={track} source="camera" mirrored={self} label={`Camera of ${name}`} />
      ) : (
        <span className={classes.face} style={{ background }} aria-hidden>
          {initials(user.displayName)}
        </span>
      )}
      <figcaption className={classes.name}>
        {muted && <MicOff size={13} className={classes.muted} role="img" aria-label="muted" />}
        <span>{name}</span>
      </figcaption>
    </figure>
  )
}

export function ScreenTile({ peer, media }: { peer: RemotePeer; media: RemoteMedia }) {
  const name = peer.user.displayName
  return (
    <figure className={classes.screen} data-peer={peer.peerId} aria-label={`Screen of ${name}`}>
      {media.track && <Video track={media.track} source="screen" label={`Screen of ${name}`} />}
      <figcaption className={classes.name}>{name} shares the screen</figcaption>
    </figure>
  )
}
