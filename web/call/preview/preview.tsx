// The page before the call: how one looks and sounds, with which devices, and who is there already.
import { Alert, Anchor, Button, Loader, Modal } from '@mantine/core'
import { Phone } from 'lucide-react'
import { Link } from 'wouter'
import { useUser } from '../../accounts/gate.tsx'
import { useChats } from '../../chat/context.ts'
import { channelLabel } from '../../chat/channels/names.ts'
import { AvatarRow, PersonAvatar } from '../../people/avatar.tsx'
import { nameOf } from '../../people/names.ts'
import { useOpenProject, useRoomState } from '../../room/context.tsx'
import { people } from '../button.tsx'
import { useCall } from '../context.tsx'
import { useRings } from '../calling.ts'
import { CameraToggle, MicrophoneToggle } from '../toggles.tsx'
import { Video } from '../video.tsx'
import { DeviceFields } from './fields.tsx'
import { LevelMeter } from './meter.tsx'
import classes from './preview.module.css'

export function CallPreview({ phone }: { phone: boolean }) {
  const { state, channelId, dismiss, join } = useCall()
  const name = useCallName()
  return (
    <Modal
      opened={state.status.state === 'previewing'}
      onClose={dismiss}
      title={name}
      size={820}
      fullScreen={phone}
    >
      <div className={classes.preview}>
        <Mirror />
        <div className={classes.side}>
          <DeviceFields />
          <Company />
          <Button
            size="md"
            leftSection={<Phone size={17} />}
            onClick={() => join(channelId)}
            data-autofocus
          >
            Join now
          </Button>
          <Anchor component={Link} href="/connection" className={classes.test}>
            Test the connection
          </Anchor>
        </div>
      </div>
    </Modal>
  )
}

function useCallName() {
  const { project } = useOpenProject()
  const { channelId } = useCall()
  const { channels } = useChats()
  const user = useUser()
  const channel = channels.find(({ id }) => id === channelId)
  if (!channel) return `Call in ${project.name}`
  return `Call ${channel.name === null ? 'with' : 'in'} ${channelLabel(channel, user.id)}`
}

/** Oneself, as others will see and hear one. */
export function Mirror() {
  const { self, state } = useCall()
  const { own, opening, problems } = state
  const { microphone, camera } = own
  const heard = microphone && !microphone.muted
  return (
    <div className={classes.mirror}>
      <div className={classes.picture}>
        {camera ? (
          <Video track={camera.track} source="camera" mirrored label="Your camera" />
        ) : (
          <>
            <PersonAvatar user={self} size={96} />
            <span className={classes.off}>
              {opening.includes('camera') ? (
                <>
                  <Loader size={12} color="currentColor" /> Waiting for the camera…
                </>
              ) : (
                'Camera is off'
              )}
            </span>
          </>
        )}
        <div className={classes.toggles}>
          <MicrophoneToggle />
          <CameraToggle />
        </div>
      </div>
      <div className={classes.level}>
        <LevelMeter track={heard ? microphone.track : null} />
        <span>
          {heard
            ? 'Say something: the bar moves when you are heard'
            : opening.includes('microphone')
              ? 'Waiting for the microphone: your browser may ask you'
              : 'You join muted: nobody hears you'}
        </span>
      </div>
      {Object.entries(problems).map(([device, problem]) => (
        <Alert key={device} color="yellow" role="alert">
          {problem} You can join without it.
        </Alert>
      ))}
    </div>
  )
}

function Company() {
  const { call: own, channelCalls } = useRoomState()
  const { channelId } = useCall()
  const user = useUser()
  const rings = useRings()
  const call = channelId === undefined ? own : channelCalls[channelId]
  const others = call?.participants.filter(({ id }) => id !== user.id) ?? []
  const names = others.map(nameOf)
  return (
    <div className={classes.company}>
      {others.length === 0 ? (
        <span>
          Nobody else is in the call yet.{' '}
          {rings
            ? 'Joining rings at the others.'
            : `Everybody in the ${channelId ? 'channel' : 'room'} will see that you are.`}
        </span>
      ) : (
        <>
          <AvatarRow users={others} />
          <span>
            {names.slice(0, 3).join(', ')}
            {names.length > 3 && ` and ${people(names.length - 3)} more`}{' '}
            {names.length === 1 ? 'is' : 'are'} in the call
          </span>
        </>
      )}
    </div>
  )
}
