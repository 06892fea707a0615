// What this person sends: devices are opened and given back here. Opening takes time, and the newest wish wins.
import type { MediaSource } from '../../protocol/calls.ts'
import { describeProblem, openDevices, openScreen } from './devices.ts'
import type { CallState, DeviceKind, OwnMedia } from './state.ts'

/** Which devices the person prefers; another is used where it is not there. */
export interface DevicePreferences {
  microphoneId?: string | undefined
  cameraId?: string | undefined
  /** Default true */
  noiseSuppression?: boolean | undefined
}

type Device = 'microphone' | 'camera'
type Own = Pick<CallState, 'own' | 'opening' | 'problems'>

interface OwnDevicesOptions {
  /** Default 1280×720, 30 fps */
  camera?: MediaTrackConstraints | undefined
  preferences(): DevicePreferences
  onChange(now: Own): void
}

export interface OwnDevices {
  get(): Own
  /** Resolves when they are open, or refused; never rejects. */
  open(devices: { audio: boolean; video: boolean }): Promise<void>
  setMicrophone(on: boolean): Promise<void>
  /** Off gives the camera back: its light goes out. */
  setCamera(on: boolean): Promise<void>
  /** Changes to the device that is preferred now, muted as before; nothing when none is open or being opened. */
  reopen(device: Device): Promise<void>
  startScreenShare(): Promise<void>
  stopScreenShare(): void
  /** The server does not take this. */
  refuse(source: MediaSource, error: unknown): void
  /** A moderator wants this not to be sent */
  mute(source: MediaSource): void
  dismissProblem(device: DeviceKind): void
  /** Gives everything back. */
  end(): void
}

const defaultCamera: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30, max: 30 },
}
const preferred = (deviceId: string | undefined): MediaTrackConstraints =>
  deviceId === undefined ? {} : { deviceId: { ideal: deviceId } }

export function createOwnDevices(options: OwnDevicesOptions): OwnDevices {
  const { camera = defaultCamera, preferences, onChange } = options
  let now: Own = { own: {}, opening: [], problems: {} }
  const wishes: Record<DeviceKind, number> = { camera: 0, microphone: 0, screen: 0 }

  const update = (change: Partial<Own>) => {
    now = { ...now, ...change }
    onChange(now)
  }
  /** What was asked of the device before counts no more. */
  function wish(device: DeviceKind, opening = false) {
    wishes[device] += 1
    setOpening(device, opening)
  }
  function setOpening(device: DeviceKind, opening: boolean) {
    if (now.opening.includes(device) === opening) return
    const others = now.opening.filter((one) => one !== device)
    update({ opening: opening ? [...others, device] : others })
  }
  function set(source: MediaSource, media: OwnMedia | null) {
    const { [source]: before, ...others } = now.own
    if (before && before.track !== media?.track) {
      before.track.onended = null
      before.track.stop()
    }
    update({ own: media ? { ...others, [source]: media } : others })
  }
  function setProblem(device: DeviceKind, problem: string | null) {
    if (problem === null && now.problems[device] === undefined) return
    const { [device]: _, ...others } = now.problems
    update({ problems: problem === null ? others : { ...others, [device]: problem } })
  }

  /** A track may end by itself: unplugged, or stopped in the browser's own bar. */
  function adopt(source: MediaSource, track: MediaStreamTrack, muted: boolean) {
    track.enabled = !muted
    track.onended = () => {
      if (source === 'microphone' || source === 'camera') void replace(source)
      else stopScreenShare()
    }
    set(source, { track, muted })
  }

  async function replace(device: Device) {
    const muted = now.own[device]?.muted === true
    set(device, null)
    const opening = open([device], muted)
    const mine = wishes[device]
    await opening
    if (mine !== wishes[device]) return
    const other = now.own[device]?.track.label
    const instead = other === undefined ? '' : ` Now in use: ${other}.`
    setProblem(device, `The ${device} was disconnected.${instead}`)
  }

  function constraintsOf(device: Device): MediaTrackConstraints {
    const { microphoneId, cameraId, noiseSuppression = true } = preferences()
    if (device === 'camera') return { ...camera, ...preferred(cameraId) }
    return {
      echoCancellation: true,
      autoGainControl: true,
      noiseSuppression,
      ...preferred(microphoneId),
    }
  }

  /** As which what is being opened will begin */
  const mutes: Partial<Record<Device, boolean>> = {}
  async function open(devices: Device[], muted = false) {
    for (const device of devices) {
      mutes[device] = muted
      wish(device, true)
    }
    const before = { ...wishes }
    const opened = await openDevices({
      camera: devices.includes('camera') && constraintsOf('camera'),
      microphone: devices.includes('microphone') && constraintsOf('microphone'),
    })
    for (const device of devices) {
      const track = opened[device]
      if (wishes[device] !== before[device]) {
        track?.stop()
        continue
      }
      // Whoever muted meanwhile stays so.
      if (track) adopt(device, track, now.own[device]?.muted ?? muted)
      setOpening(device, false)
      setProblem(device, opened.problems[device] ?? null)
    }
  }

  function stopScreenShare() {
    wish('screen')
    set('screen', null)
    set('screen-audio', null)
  }

  async function setMicrophone(on: boolean) {
    const { microphone } = now.own
    if (!microphone) {
      if (on) await open(['microphone'])
      else wish('microphone')
      return
    }
    // At once; the producer is paused as soon as its turn comes.
    microphone.track.enabled = on
    set('microphone', { ...microphone, muted: !on })
  }

  async function setCamera(on: boolean) {
    if (on) return now.own.camera ? undefined : open(['camera'])
    wish('camera')
    set('camera', null)
  }

  return {
    get: () => now,
    open: ({ audio, video }) =>
      open([...(audio ? ['microphone' as const] : []), ...(video ? ['camera' as const] : [])]),
    setMicrophone,
    setCamera,
    async reopen(device) {
      if (now.own[device]) await open([device])
      else if (now.opening.includes(device)) await open([device], mutes[device])
    },
    async startScreenShare() {
      if (now.own.screen) return
      wish('screen')
      const mine = wishes.screen
      try {
        const opened = await openScreen()
        if (!opened) return
        if (mine !== wishes.screen) {
          opened.screen.stop()
          opened.audio?.stop()
          return
        }
        adopt('screen', opened.screen, false)
        if (opened.audio) adopt('screen-audio', opened.audio, false)
        setProblem('screen', null)
      } catch (error) {
        setProblem('screen', (error as Error).message)
      }
    },
    stopScreenShare,
    refuse(source, error) {
      set(source, null)
      if (source !== 'screen-audio') setProblem(source, describeProblem(source, error))
    },
    mute(source) {
      if (source === 'microphone') void setMicrophone(false)
      else if (source === 'camera') void setCamera(false)
      else stopScreenShare()
    },
    dismissProblem: (device) => setProblem(device, null),
    end() {
      for (const device of ['camera', 'microphone', 'screen'] as const) wish(device)
      for (const source of ['camera', 'microphone', 'screen', 'screen-audio'] as const) {
        if (now.own[source]) set(source, null)
      }
      update({ problems: {} })
    },
  }
}
