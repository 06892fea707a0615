// A guest before the call, waiting to be let in, and in it.
import { useEffect, useEffectEvent, useRef, useState, type ReactNode } from 'react'
import { Button, Loader, Text, Title } from '@mantine/core'
import { Hand, Phone, PhoneOff } from 'lucide-react'
import type { Guest, GuestCall } from '../../server/guests/schema.ts'
import { CallProvider, useCall } from '../call/context.tsx'
import { Mirror } from '../call/preview/preview.tsx'
import { DeviceFields } from '../call/preview/fields.tsx'
import { RunningCall } from '../call/running.tsx'
import { Logo } from '../logo.tsx'
import { usePhone } from '../phone.ts'
import { createSocket, type AppSocket } from '../socket.ts'
import { createStore, useStore } from '../store.ts'
import { asUser } from './guest.ts'
import classes from './guests.module.css'

interface Props {
  call: GuestCall
  guest: Guest
  onRename: () => void
  /** One is not this guest any more: for a link that works, one may be another. */
  onRefused: () => void
}

export function GuestRoom({ call, guest, onRename, onRefused }: Props) {
  const socket = useGuestSocket(guest.token, onRefused)
  const [self] = useState(() => asUser(guest))
  const { projectId, channelId } = guest.call
  return (
    <CallProvider projectId={projectId} socket={socket} self={self} home={location.pathname}>
      {socket && <Current call={call} channelId={channelId} onRename={onRename} />}
    </CallProvider>
  )
}

function useGuestSocket(token: string, onRefused: () => void) {
  const [store] = useState(() => createStore<AppSocket | null>(null))
  const refuse = useEffectEvent(onRefused)
  useEffect(() => {
    let isOver = false
    const opened = createSocket({
      token: () => Promise.resolve(token),
      renew() {
        isOver = true
        refuse()
        return Promise.resolve()
      },
      isOver: () => isOver,
    })
    store.set(opened)
    return () => {
      isOver = true
      opened.close()
    }
  }, [store, token])
  return useStore(store)
}

interface CurrentProps extends Pick<Props, 'call' | 'onRename'> {
  channelId: string | undefined
}

function Current({ call, channelId, onRename }: CurrentProps) {
  const { state, open, loading } = useCall()
  const phone = usePhone()
  const { status } = state
  const begun = useRef(false)
  const isOut = !loading && (status.state === 'failed' || status.state === 'idle')
  useEffect(() => {
    if (begun.current) return
    begun.current = true
    open(channelId)
  }, [open, channelId])
  if (status.state === 'joined' || status.state === 'reconnecting') {
    const alone = 'You are the only one here. Whoever let you in may be back soon.'
    return (
      <main className={classes.room}>
        <RunningCall phone={phone} shown onShow={() => undefined} alone={alone} only />
      </main>
    )
  }
  return (
    <main className={classes.before}>
      <header className={classes.head}>
        <Logo size={28} />
        <div>
          <Title order={1} size="h4">
            Call in {call.project.name}
          </Title>
          {call.channel && (
            <Text size="sm" c="var(--text-dim)">
              #{call.channel.name}
            </Text>
          )}
        </div>
      </header>
      <div className={classes.lobby} data-out={isOut}>
        {/* Out, the devices are off, and say nothing of how one would come back. */}
        {!isOut && <Mirror />}
        <div className={classes.side}>
          {loading || status.state === 'joining' ? (
            <Waiting title="Joining the call…" />
          ) : status.state === 'knocking' ? (
            <InLobby isThere={status.isThere} />
          ) : status.state === 'failed' ? (
            <Refused reason={status.reason} />
          ) : status.state === 'idle' ? (
            <Left />
          ) : (
            <Ready onRename={onRename} />
          )}
        </div>
      </div>
    </main>
  )
}

function Ready({ onRename }: { onRename: () => void }) {
  const { self, knock } = useCall()
  return (
    <>
      <DeviceFields />
      <div className={classes.name}>
        <Text size="sm">
          You come as <strong>{self.displayName}</strong>, a guest
        </Text>
        <Button size="compact-sm" variant="subtle" onClick={onRename}>
          Change the name
        </Button>
      </div>
      <Button size="md" leftSection={<Hand size={17} />} onClick={knock}>
        Ask to join
      </Button>
    </>
  )
}

function InLobby({ isThere }: { isThere: boolean }) {
  const { dismiss } = useCall()
  return (
    <>
      {isThere ? (
        <Waiting title="Asking to be let in…">
          A moderator in the call decides. Keep this page open.
        </Waiting>
      ) : (
        <Waiting title="The call has not begun">
          Nobody is there yet. When somebody is, they are asked to let you in.
        </Waiting>
      )}
      <Button variant="default" onClick={dismiss}>
        Do not wait
      </Button>
    </>
  )
}

function Waiting({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={classes.notice} role="status">
      <Loader size="sm" />
      <div>
        <strong>{title}</strong>
        {children && (
          <Text size="sm" c="var(--text-dim)">
            {children}
          </Text>
        )}
      </div>
    </div>
  )
}

/** Refused, nobody answered, removed, or the call is over. */
function Refused({ reason }: { reason: string }) {
  const { knock } = useCall()
  return (
    <>
      <div className={classes.notice} role="alert">
        <PhoneOff size={18} aria-hidden />
        <strong>{reason}</strong>
      </div>
      <Button leftSection={<Hand size={17} />} onClick={knock}>
        Ask again
      </Button>
    </>
  )
}

function Left() {
  const { open, channelId } = useCall()
  return (
    <>
      <div className={classes.notice} role="status">
        <PhoneOff size={18} aria-hidden />
        <strong>You left the call</strong>
      </div>
      <Button leftSection={<Phone size={17} />} onClick={() => open(channelId)}>
        Come back
      </Button>
    </>
  )
}
