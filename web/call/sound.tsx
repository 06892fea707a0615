// What the others say, from the speaker that was chosen; and tones of our own.
import { useEffect, useRef } from 'react'
import { useStore } from '../store.ts'
import { choices } from './choice.ts'
import { canChooseSpeaker } from './devicelist.ts'
import type { RemotePeer } from './state.ts'

export function RemoteSound({ peers }: { peers: readonly RemotePeer[] }) {
  return peers.flatMap(({ peerId, media }) =>
    (['microphone', 'screen-audio'] as const).map((source) => {
      const track = media[source]?.track
      return track ? <Sound key={`${peerId} ${source}`} track={track} /> : null
    }),
  )
}

function Sound({ track }: { track: MediaStreamTrack }) {
  const element = useRef<HTMLAudioElement>(null)
  const { speakerId } = useStore(choices)
  useEffect(() => {
    if (element.current) element.current.srcObject = new MediaStream([track])
  }, [track])
  useEffect(() => {
    const { current } = element
    if (!current) return
    const set = () => void toSpeaker(current, speakerId)
    set()
    // The chosen one may be plugged in later. Browsers have it on https: and localhost only.
    const { mediaDevices } = navigator as Partial<Navigator>
    mediaDevices?.addEventListener('devicechange', set)
    return () => mediaDevices?.removeEventListener('devicechange', set)
  }, [speakerId])
  return <audio ref={element} autoPlay />
}

/** A speaker that is gone leaves the sound where it is. */
async function toSpeaker(element: HTMLAudioElement, speakerId: string | undefined) {
  if (canChooseSpeaker) await element.setSinkId(speakerId ?? '').catch(() => undefined)
}

interface Tone {
  /** Hz */
  pitch: number
  /** Seconds from now */
  at: number
  /** Seconds */
  length: number
}

/** Plays soft tones; nothing is heard where the browser wants a click first. @returns ends them */
export function playTones(tones: readonly Tone[]): () => void {
  const context = new AudioContext()
  const out = context.createMediaStreamDestination()
  for (const { pitch, at, length } of tones) {
    const start = context.currentTime + at
    const oscillator = new OscillatorNode(context, { type: 'sine', frequency: pitch })
    const volume = new GainNode(context, { gain: 0 })
    volume.gain.setValueAtTime(0, start)
    volume.gain.linearRampToValueAtTime(0.2, start + 0.02)
    volume.gain.exponentialRampToValueAtTime(0.001, start + length)
    oscillator.connect(volume).connect(out)
    oscillator.start(start)
    oscillator.stop(start + length)
  }
  const element = new Audio()
  element.srcObject = out.stream
  void toSpeaker(element, choices.get().speakerId).then(() => element.play().catch(() => undefined))
  const end = () => {
    element.srcObject = null
    if (context.state !== 'closed') void context.close()
  }
  const last = Math.max(...tones.map(({ at, length }) => at + length))
  const timer = setTimeout(end, last * 1_000 + 500)
  return () => {
    clearTimeout(timer)
    end()
  }
}

export const playTestSound = () =>
  playTones([
    { pitch: 523, at: 0, length: 0.35 },
    { pitch: 659, at: 0.18, length: 0.35 },
    { pitch: 784, at: 0.36, length: 0.6 },
  ])
