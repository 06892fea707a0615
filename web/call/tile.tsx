// One person's picture, or their initials; one screen, large.
import { useEffect } from 'react'
import { MicOff } from 'lucide-react'
import type { PublicUser } from '../../protocol/events.ts'
import { initials, usePersonColor } from '../people/color.ts'
import { useCall } from './context.tsx'
import type { RemoteMedia, RemotePeer } from './state.ts'
import { Video } from './video.tsx'
import classes from './call.module.css'

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
