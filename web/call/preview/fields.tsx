// Which microphone, camera and speaker: before the call and in it.
import { Button, NativeSelect, Switch } from '@mantine/core'
import { Volume2 } from 'lucide-react'
import { useStore } from '../../store.ts'
import { choices, choose } from '../choice.ts'
import { useCall } from '../context.tsx'
import { canChooseSpeaker, useDevices } from '../devicelist.ts'
import { playTestSound } from '../sound.tsx'
import classes from './preview.module.css'

export function DeviceFields() {
  const { state, session } = useCall()
  const { microphone, camera } = state.own
  const { microphoneId, cameraId, speakerId, noiseSuppression } = useStore(choices)
  const devices = useDevices([microphone?.track, camera?.track])
  const change = (device: 'microphone' | 'camera', choice: Parameters<typeof choose>[0]) => {
    choose(choice)
    void session?.reopen(device)
  }
  return (
    <div className={classes.fields}>
      <DeviceField
        label="Microphone"
        devices={devices.audioinput}
        value={inUse(microphone?.track, microphoneId)}
        onChange={(id) => change('microphone', { microphoneId: id })}
      />
      <DeviceField
        label="Camera"
        devices={devices.videoinput}
        value={inUse(camera?.track, cameraId)}
        onChange={(id) => change('camera', { cameraId: id })}
      />
      {canChooseSpeaker && (
        <div className={classes.speaker}>
          <DeviceField
            label="Speaker"
            devices={devices.audiooutput}
            value={speakerId}
            onChange={(id) => choose({ speakerId: id })}
          />
          <Button
            variant="default"
            leftSection={<Volume2 size={15} />}
            onClick={() => playTestSound()}
          >
            Test
          </Button>
        </div>
      )}
      <Switch
        label="Noise suppression"
        description="Keeps keyboards and fans out; turn it off for music"
        checked={noiseSuppression}
        onChange={(event) =>
          change('microphone', { noiseSuppression: event.currentTarget.checked })
        }
      />
    </div>
  )
}

/** The browser may have taken another than was asked for. */
const inUse = (track: MediaStreamTrack | undefined, preferred: string | undefined) =>
  track?.getSettings().deviceId ?? preferred

interface FieldProps {
  label: string
  devices: readonly MediaDeviceInfo[]
  value: string | undefined
  onChange: (deviceId: string) => void
}

function DeviceField({ label, devices, value, onChange }: FieldProps) {
  const names = devices.map((device, at) => ({
    value: device.deviceId,
    label: device.label || `${label} ${at + 1}`,
  }))
  const known = names.some((name) => name.value === value)
  return (
    <NativeSelect
      label={label}
      data={
        names.length > 0 ? names : [{ value: '', label: `No ${label.toLowerCase()} to choose` }]
      }
      value={known ? value : (names[0]?.value ?? '')}
      disabled={names.length === 0}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
