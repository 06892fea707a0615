// Somebody calls in a direct or group channel: a dialog with a sound, on every page of the project.
import { useEffect, useState } from 'react'
import { Button, Group, Modal, Text } from '@mantine/core'
import { Phone, PhoneOff } from 'lucide-react'
import { RING_TIMEOUT, type CallEvents } from '../../protocol/calls.ts'
import { useUser } from '../accounts/gate.tsx'
import { useChats } from '../chat/context.ts'
import { channelLabel } from '../chat/channels/names.ts'
import { usePerson } from '../chat/people.ts'
import { notify, notifyError } from '../notice.ts'
import { PersonAvatar } from '../people/avatar.tsx'
import { useOpenProject } from '../room/context.tsx'
import { useCall } from './context.tsx'
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

/** Whether the call here, when it starts, rings at the others. */
export function useRings(): boolean {
  const { channelId } = useCall()
  const { channels } = useChats()
  return channels.find(({ id }) => id === channelId)?.name === null
}

export function Ringing() {
  const { project, socket } = useOpenProject()
  const user = useUser()
  const person = usePerson()
  const { channels } = useChats()
  const { join, state } = useCall()
  const [ring, setRing] = useState<Ring | null>(null)
  useEffect(() => {
    if (!socket) return
    const ends = [
      socket.on('call_ring', (one) => one.projectId === project.id && setRing(one)),
      socket.on('call_ring_ended', ({ projectId, channelId, userId, reason }) => {
        if (projectId !== project.id) return
        if (userId === user.id) {
          return setRing((now) => (now?.channelId === channelId ? null : now))
        }
        const name = person(userId)?.displayName ?? 'Somebody'
        if (reason === 'declined') notify(`${name} declined the call`)
        else if (reason === 'missed') notify(`${name} did not answer`)
      }),
    ]
    return () => {
      for (const end of ends) end()
    }
  }, [socket, project.id, user.id, person])
  useEffect(() => {
    if (!ring) return
    // Nobody says that it ended where its node was killed.
    const timer = setTimeout(() => setRing(null), RING_TIMEOUT)
    return () => clearTimeout(timer)
  }, [ring])
  useSound(ring !== null)
  if (!ring) return null
  const { from, projectId, channelId } = ring
  const channel = channels.find(({ id }) => id === channelId)
  const decline = () => {
    setRing(null)
    socket
      ?.request('call_decline', { projectId, channelId })
      .catch((error: unknown) => notifyError(error))
  }
  const busy = state.status.state === 'joined'
  return (
    <Modal
      opened
      onClose={decline}
      withCloseButton={false}
      closeOnClickOutside={false}
      size="xs"
      title={`${from.displayName} calls`}
    >
      {/* It comes while one types: what is typed then must not answer. */}
      <div className={classes.ring} tabIndex={-1} data-autofocus>
        <PersonAvatar user={from} size={72} />
        {channel?.kind === 'group' && (
          <Text size="sm" c="dimmed">
            In the group with {channelLabel(channel, user.id)}
          </Text>
        )}
        {busy && (
          <Text size="sm" c="dimmed">
            Answering leaves the call that you are in.
          </Text>
        )}
        <Group mt="sm">
          <Button color="red" leftSection={<PhoneOff size={16} />} onClick={decline}>
            Decline
          </Button>
          <Button
            color="green"
            leftSection={<Phone size={16} />}
            onClick={() => {
              setRing(null)
              join(channelId)
            }}
          >
            Answer
          </Button>
        </Group>
      </div>
    </Modal>
  )
}
