// With which devices this person joined last time.
const KEY = 'openlaunch.call'

export interface DeviceChoices {
  audio: boolean
  video: boolean
}

export function readChoice(): DeviceChoices {
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<DeviceChoices>
    return { audio: saved.audio !== false, video: saved.video !== false }
  } catch {
    return { audio: true, video: true }
  }
}

export const saveChoice = (choice: DeviceChoices) =>
  localStorage.setItem(KEY, JSON.stringify(choice))
