// Microphone and camera for a moment: whether they are there, may be used, and give sound and picture.
import { choices } from '../call/choice.ts'
import { openDevices } from '../call/devices.ts'
import { meterTrack } from '../call/levels.ts'
import { pause } from './echo.ts'

const LISTEN = 2_000
/** Even a quiet room is louder. */
const SILENCE = 0.000_01

export interface DeviceTrial {
  device: 'microphone' | 'camera'
  /** As the system calls it; null: it cannot be used */
  label: string | null
  /** Why it cannot be used */
  problem: string | null
  /** Neither sound nor picture comes from it */
  silent: boolean
  /** Of a camera, such as 1280×720 */
  size: string
}

/** Asks once for both, so that the person is asked once. */
export async function tryDevices(signal: AbortSignal): Promise<DeviceTrial[]> {
  const { microphoneId, cameraId } = choices.get()
  const opened = await openDevices({
    microphone: prefer(microphoneId),
    camera: { ...prefer(cameraId), width: { ideal: 1280 }, height: { ideal: 720 } },
  })
  const { microphone, camera, problems } = opened
  try {
    const silent = microphone ? await isSilent(microphone, signal) : false
    const { width = 0, height = 0 } = camera?.getSettings() ?? {}
    return [
      {
        device: 'microphone',
        label: microphone?.label ?? null,
        problem: problems.microphone ?? null,
        silent,
        size: '',
      },
      {
        device: 'camera',
        label: camera?.label ?? null,
        problem: problems.camera ?? null,
        silent: camera?.muted === true,
        size: camera ? `${width}×${height}` : '',
      },
    ]
  } finally {
    microphone?.stop()
    camera?.stop()
  }
}

const prefer = (deviceId: string | undefined) =>
  deviceId === undefined ? {} : { deviceId: { ideal: deviceId } }

async function isSilent(track: MediaStreamTrack, signal: AbortSignal) {
  const meter = meterTrack(track)
  let loudest = 0
  try {
    for (let waited = 0; waited < LISTEN && loudest < SILENCE; waited += 50) {
      await pause(50, signal)
      loudest = Math.max(loudest, meter.read())
    }
  } finally {
    meter.end()
  }
  return loudest < SILENCE
}
