// The call in the room: before it, in it, and when it does not work.
import { useEffect } from 'react'
import { Alert, Button, EmptyState, Loader, Progress } from '@mantine/core'
import { Phone, PhoneOff } from 'lucide-react'
import { Link, useLocation, useSearch } from 'wouter'
import { nameOf } from '../people/names.ts'
import { useCan, useOpenProject, useRoomState } from '../room/context.tsx'
import { useStore } from '../store.ts'
import { answered } from './answer.ts'
import { CallButton, people } from './button.tsx'
import { useCalling } from './calling.ts'
import { useCall } from './context.tsx'
import { Waiting } from './knocks.tsx'
import { CallPreview } from './preview/preview.tsx'
import { RunningCall } from './running.tsx'
import type { CallStatus } from './state.ts'
import classes from './call.module.css'

interface Props {
  phone: boolean
  /** On a phone: whether the call is what is looked at */
  shown: boolean
  onShow: () => void
}

/** An address with `?call=` (of a channel, or of the project) leads to the page before that call. */
function useAddress() {
  const { socket } = useOpenProject()
  const { open } = useCall()
  const [path, navigate] = useLocation()
  const wanted = new URLSearchParams(useSearch()).get('call')
  useEffect(() => {
    if (wanted === null || !socket) return
    navigate(path, { replace: true })
    open(wanted || undefined)
  }, [wanted, socket, path, navigate, open])
}

/** Whoever answers, on whatever page, is in the call as soon as the project is open. */
function useAnswered() {
  const { project, socket } = useOpenProject()
  const { join } = useCall()
  const call = useStore(answered)
  useEffect(() => {
    if (call?.projectId !== project.id || !socket) return
    answered.set(null)
    join(call.channelId)
  }, [call, project.id, socket, join])
}

export function CallPanel({ phone, shown, onShow }: Props) {
  useAddress()
  useAnswered()
  const { state, worker } = useCall()
  const calling = useCalling()
  const { status } = state
  if (worker) return <Preparing />
  if (status.state === 'failed') {
    return <Failed {...status} />
  }
  if (status.state === 'knocking') return <Waiting />
  if (status.state === 'idle') return phone && shown ? <Lobby /> : null
  if (status.state === 'previewing') return <CallPreview phone={phone} />
  if (status.state === 'joining') {
    return (
      <div className={classes.message} role="status">
        <Loader size="xs" /> Joining the call…
      </div>
    )
  }
  const alone = calling.endsWith('…')
    ? calling
    : calling
      ? `${calling} They can still join.`
      : 'You are the only one here. The others see the call and can join.'
  return <RunningCall phone={phone} shown={shown} onShow={onShow} alone={alone} />
}

/** On a phone, before joining. */
function Lobby() {
  const { call } = useRoomState()
  const can = useCan()
  const count = call?.participants.length ?? 0
  const names = call?.participants.map(nameOf).join(', ')
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

function Failed({ reason, mayKnock, mayTest }: Extract<CallStatus, { state: 'failed' }>) {
  const { knock, retry, dismiss } = useCall()
  return (
    <div className={classes.failed} role="alert">
      <PhoneOff size={16} aria-hidden />
      <span className={classes.grow}>{reason}</span>
      {mayTest && (
        <Button component={Link} href="/connection" size="compact-sm" variant="default">
          Test the connection
        </Button>
      )}
      <Button size="compact-sm" onClick={mayKnock ? knock : retry}>
        {mayKnock ? 'Ask to be let in' : 'Try again'}
      </Button>
      <Button size="compact-sm" variant="default" onClick={dismiss}>
        Close
      </Button>
    </div>
  )
}
