// The call: who is in it, what they show, and one's own devices. A strip above the code; the whole page on a phone.
import { useState, type CSSProperties } from 'react'
import { Alert, Button, EmptyState, Loader, Progress } from '@mantine/core'
import { Phone, PhoneOff } from 'lucide-react'
import { useLocation } from 'wouter'
import { useUser } from '../accounts/gate.tsx'
import { useCan, useRoomState } from '../room/context.tsx'
import { CallButton, people } from './button.tsx'
import { useCall } from './context.tsx'
import { CallControls } from './controls.tsx'
import { CallPreview } from './preview/preview.tsx'
import { PeerTile, ScreenTile } from './tile.tsx'
import classes from './call.module.css'

export function CallPanel({ phone }: { phone: boolean }) {
  const { state, worker } = useCall()
  const { status } = state
  if (worker) return <Preparing />
  if (status.state === 'failed') return <Failed reason={status.reason} />
  if (status.state === 'idle') return phone ? <Lobby /> : null
  if (status.state === 'previewing') return <CallPreview phone={phone} />
  if (status.state === 'joining') {
    return (
      <div className={classes.message} role="status">
        <Loader size="xs" /> Joining the call…
      </div>
    )
  }
  return <RunningCall phone={phone} />
}

function RunningCall({ phone }: { phone: boolean }) {
  const { state } = useCall()
  const user = useUser()
  const [path] = useLocation()
  // A large call hides the page below it: whoever opens another page wants to see that.
  const [largeAt, setLargeAt] = useState<string | null>(null)
  const large = largeAt === path
  const { status, peers, own, problems } = state
  const shared = peers.find(({ media }) => media.screen)
  const screen = shared?.media.screen
  const big = phone || large
  const columns = Math.round(Math.sqrt(peers.length + 1))
  const alone = peers.length === 0 && status.state === 'joined' && (
    <p className={classes.alone}>
      You are the only one here. The others see the call and can join.
    </p>
  )
  return (
    <div className={classes.panel} data-large={big} data-screen={Boolean(screen)}>
      {status.state === 'reconnecting' && (
        <div className={classes.message} role="status">
          <Loader size="xs" /> The connection to the call was lost. Joining again…
        </div>
      )}
      {Object.entries(problems).map(([device, problem]) => (
        <Alert key={device} color="yellow" radius={0} py={6} role="alert">
          {problem}
        </Alert>
      ))}
      {screen && shared && <ScreenTile peer={shared} media={screen} />}
      <div className={classes.tiles} style={{ '--columns': columns } as CSSProperties}>
        <PeerTile
          peerId={status.state === 'joined' ? status.peerId : 'self'}
          user={user}
          self
          track={own.camera?.track ?? null}
          muted={!own.microphone || own.microphone.muted}
        />
        {peers.map(({ peerId, user: person, media }) => (
          <PeerTile
            key={peerId}
            peerId={peerId}
            user={person}
            track={media.camera && !media.camera.muted ? media.camera.track : null}
            muted={!media.microphone || media.microphone.muted}
            {...(media.camera ? { producerId: media.camera.producerId } : {})}
            layer={big && !screen ? 2 : 1}
          />
        ))}
        {!big && alone}
      </div>
      {big && alone}
      <CallControls phone={phone} large={large} onLarge={() => setLargeAt(large ? null : path)} />
    </div>
  )
}

/** On a phone, before joining. */
function Lobby() {
  const { call } = useRoomState()
  const can = useCan()
  const count = call?.participants.length ?? 0
  const names = call?.participants.map(({ displayName }) => displayName).join(', ')
  return (
    <EmptyState
      pt="20vh"
      px="lg"
      icon={<Phone />}
      title={count > 0 ? `${people(count)} in the call` : 'Nobody is in the call'}
      description={
        !can('call:join')
          ? 'Your role lets you look on. Ask a maintainer to take part in calls.'
          : count > 0
            ? names
            : 'Start one; everybody in the room sees it and can join.'
      }
    >
      <CallButton large />
    </EmptyState>
  )
}

const stepNames = {
  download: 'Getting the media program',
  packages: 'Getting what it is built from',
  configure: 'Preparing the build',
  compile: 'Building the media program',
}

/** The server is not able to carry calls yet, or not at all. */
function Preparing() {
  const { worker, dismiss } = useCall()
  if (!worker) return null
  if (worker.state === 'unavailable') {
    return (
      <Alert
        color="yellow"
        radius={0}
        title="This server cannot carry calls"
        withCloseButton
        closeButtonLabel="Close"
        onClose={dismiss}
      >
        {worker.reason}
      </Alert>
    )
  }
  const { step, progress, message } = worker
  return (
    <div className={classes.preparing} role="status">
      <div className={classes.preparingHead}>
        <Loader size="xs" />
        <strong>Calls are being prepared</strong>
        <span className={classes.dim}>
          {stepNames[step]}
          {progress === null ? '' : `, ${Math.round(progress * 100)} %`}. You join when it is ready.
        </span>
      </div>
      <Progress
        size="sm"
        value={progress === null ? 100 : progress * 100}
        animated={progress === null}
        aria-label={message}
      />
      <div className={classes.preparingHead}>
        <span className={classes.dim}>{message}</span>
        <Button size="compact-xs" ml="auto" variant="subtle" color="gray" onClick={dismiss}>
          Do not wait
        </Button>
      </div>
    </div>
  )
}

function Failed({ reason }: { reason: string }) {
  const { join, dismiss } = useCall()
  return (
    <div className={classes.failed} role="alert">
      <PhoneOff size={16} aria-hidden />
      <span className={classes.grow}>{reason}</span>
      <Button size="compact-sm" onClick={join}>
        Try again
      </Button>
      <Button size="compact-sm" variant="default" onClick={dismiss}>
        Close
      </Button>
    </div>
  )
}
