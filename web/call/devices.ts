// Camera, microphone and screen; what can go wrong with them is told in words.
import type { DeviceKind } from './state.ts'

export interface CameraAndMicrophone {
  camera?: MediaStreamTrack
  microphone?: MediaStreamTrack
  problems: Partial<Record<DeviceKind, string>>
}

export interface DeviceChoice {
  camera: MediaTrackConstraints | false
  microphone: MediaTrackConstraints | false
}

/** Asks once for both, so that the person is asked once; when that fails, for each, to see which it was. */
export async function openDevices(choice: DeviceChoice): Promise<CameraAndMicrophone> {
  const { camera, microphone } = choice
  if (!camera && !microphone) return { problems: {} }
  const both = camera && microphone ? await open(choice).catch(() => null) : null
  if (both) return { ...both, problems: {} }
  const opened: CameraAndMicrophone = { problems: {} }
  for (const device of ['microphone', 'camera'] as const) {
    if (!choice[device]) continue
    const alone = { camera: false as const, microphone: false as const, [device]: choice[device] }
    try {
      Object.assign(opened, await open(alone))
    } catch (error) {
      opened.problems[device] = describeProblem(device, error)
    }
  }
  return opened
}

async function open({ camera, microphone }: DeviceChoice) {
  const stream = await mediaDevices().getUserMedia({ video: camera, audio: microphone })
  const [video] = stream.getVideoTracks()
  const [audio] = stream.getAudioTracks()
  return { ...(video && { camera: video }), ...(audio && { microphone: audio }) }
}

/** @returns null when the person chose nothing */
export async function openScreen(): Promise<{
  screen: MediaStreamTrack
  audio: MediaStreamTrack | undefined
} | null> {
  try {
    const stream = await mediaDevices().getDisplayMedia({
      video: { frameRate: { max: 15 } },
      audio: true,
    })
    const [screen] = stream.getVideoTracks()
    if (!screen) return null
    // Text has to be sharp rather than smooth.
    screen.contentHint = 'detail'
    return { screen, audio: stream.getAudioTracks()[0] }
  } catch (error) {
    if (nameOf(error) === 'NotAllowedError') {
      // As macOS does until somebody allows it.
      if (!/by system/.test((error as Error).message)) return null
      const reason = 'This computer does not let the browser record the screen'
      throw new Error(`${reason}: allow it in the settings of the system.`, { cause: error })
    }
    throw new Error(describeProblem('screen', error), { cause: error })
  }
}

function mediaDevices(): MediaDevices {
  // Browsers have it on https: and localhost only.
  const { mediaDevices: devices } = navigator as Partial<Navigator>
  if (!devices) throw new DOMException('not a secure context', 'SecurityError')
  return devices
}

const nameOf = (error: unknown) => (error instanceof DOMException ? error.name : '')

export function describeProblem(device: DeviceKind, error: unknown): string {
  switch (nameOf(error)) {
    case 'NotAllowedError':
      return `Your browser does not allow the ${device} here. You can allow it beside the address.`
    case 'NotFoundError':
    case 'OverconstrainedError':
      return `No ${device} was found.`
    case 'NotReadableError':
    case 'AbortError':
      return `The ${device} is in use by another program, or does not work.`
    case 'SecurityError':
      return `Browsers give the ${device} only to pages on https: or localhost.`
    default:
      return `The ${device} cannot be used: ${error instanceof Error ? error.message : String(error)}`
  }
}
