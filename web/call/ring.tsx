// Somebody calls in a direct or group channel: a dialog with a sound, on every page of the application.
import { useCallback, useEffect, useState } from 'react'
import { Button, Group, Modal, Text } from '@mantine/core'
import { Phone, PhoneOff } from 'lucide-react'
import { RING_TIMEOUT, type CallEvents } from '../../protocol/calls.ts'
import { navigate } from 'wouter/use-browser-location'
import { useUser } from '../accounts/gate.tsx'
import { channelLabel } from '../chat/channels/names.ts'
import { useOptionalSocket } from '../connection.tsx'
import { notifyError } from '../notice.ts'
import { PersonAvatar } from '../people/avatar.tsx'
import { useStore } from '../store.ts'
import { answerCall, inCall } from './answer.ts'
import { codeOf } from './signalling.ts'
import { playTones } from './sound.tsx'
import classes from './call.module.css'

type Ring = CallEvents['call_ring']

const EVERY = 3_000
const playRing = () =>
  playTones([
    { pitch: 660, at: 0, length: 0.4 },
    { pitch: 880, at: 0.25, length: 0.5 },
    { pitch: 660, at: 0.9, length: 0.4 },
    { pitch: 880, at: 1.15, length: 0.5 },
  ])

/** Browsers make no sound on a page that nobody has touched yet: then the dialog is all there is. */
function useSound(on: boolean) {
  useEffect(() => {
    if (!on) return
    let end = playRing()
    const timer = setInterval(() => {
      end = playRing()
    }, EVERY)
    return () => {
      clearInterval(timer)
      end()
    }
  }, [on])
}

export function Ringing() {
  const socket = useOptionalSocket()
  const user = useUser()
  const busy = useStore(inCall)
  const [rings, setRings] = useState<readonly Ring[]>([])
  const [ring] = rings
  const end = useCallback(
    (channelId: string | undefined) =>
      setRings((now) => now.filter((one) => one.channelId !== channelId)),
    [],
  )
  useEffect(() => {
    if (!socket) return
    const ends = [
      socket.on('call_ring', (ringing) =>
        setRings((now) =>
          now.some(({ channelId }) => channelId === ringing.channelId)
            ? now.map((one) => (one.channelId === ringing.channelId ? ringing : one))
            : [...now, ringing],
        ),
      ),
      socket.on('call_ring_ended', ({ channelId, userId }) => {
        if (userId === user.id) end(channelId)
      }),
      // What ended meanwhile was not heard; what rings still is told again.
      socket.connection.subscribe(() => {
        if (socket.connection.get() === 'connected') setRings([])
      }),
    ]
    return () => {
      for (const unsubscribe of ends) unsubscribe()
    }
  }, [socket, user.id, end])
  useEffect(() => {
    if (!ring) return
    // Nobody says that it ended where its node was killed.
    const timer = setTimeout(() => end(ring.channelId), RING_TIMEOUT)
    return () => clearTimeout(timer)
  }, [ring, end])
  useSound(ring !== undefined)
  if (!ring) return null
  const { from, projectId, channelId, project, members } = ring
  const decline = () => {
    end(channelId)
    socket
      ?.request('call_decline', { projectId, channelId })
      // NOT_FOUND: it ended in that moment.
      .catch((error: unknown) => codeOf(error) !== 'NOT_FOUND' && notifyError(error))
  }
  const answer = () => {
    end(channelId)
    answerCall({ projectId, channelId })
    const home = `/p/${project.slug}`
    if (`${location.pathname}/`.startsWith(`${home}/`)) return
    navigate(`${home}/chat/${channelId}`)
  }
  return (
    <Modal
      opened
      onClose={decline}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      size="xs"
      title={`${from.displayName} calls`}
    >
      {/* It comes while one types: what is typed then must not answer. */}
      <div className={classes.ring} tabIndex={-1} data-autofocus>
        <PersonAvatar user={from} size={72} />
        <Text size="sm" c="dimmed" ta="center">
          {members.length > 2 &&
            `In the group with ${channelLabel({ name: null, members }, user.id)}, `}
          {members.length > 2 ? 'of' : 'In'} the project {project.name}
        </Text>
        {busy && (
          <Text size="sm" c="dimmed" ta="center">
            Answering leaves the call that you are in.
          </Text>
        )}
        <Group mt="sm">
          <Button color="red" leftSection={<PhoneOff size={16} />} onClick={decline}>
            Decline
          </Button>
          <Button color="green" leftSection={<Phone size={16} />} onClick={answer}>
            Answer
          </Button>
        </Group>
      </div>
    </Modal>
  )
}
