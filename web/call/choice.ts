// With which devices this person joins, remembered in this browser.
import { createStore, type Store } from '../store.ts'

const KEY = 'openlaunch.call'

export interface DeviceChoices {
  audio: boolean
  video: boolean
  microphoneId?: string | undefined
  cameraId?: string | undefined
  /** Where the others are heard */
  speakerId?: string | undefined
  noiseSuppression: boolean
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

function read(): DeviceChoices {
  let saved: Partial<Record<keyof DeviceChoices, unknown>> = {}
  try {
    saved = (JSON.parse(localStorage.getItem(KEY) ?? '{}') as typeof saved | null) ?? {}
  } catch {
    // Of another version, or not to be had: as if nothing was chosen yet.
  }
  return {
    audio: saved.audio !== false,
    video: saved.video !== false,
    microphoneId: text(saved.microphoneId),
    cameraId: text(saved.cameraId),
    speakerId: text(saved.speakerId),
    noiseSuppression: saved.noiseSuppression !== false,
  }
}

export const choices: Store<DeviceChoices> = createStore(read())

export function choose(change: Partial<DeviceChoices>) {
  choices.set({ ...choices.get(), ...change })
  try {
    localStorage.setItem(KEY, JSON.stringify(choices.get()))
  } catch {
    // Chosen for now.
  }
}
