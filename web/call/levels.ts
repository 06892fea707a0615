// How loud people are, and who speaks. 0 is silence, 1 as loud as can be.
import { createStore, type Readable } from '../store.ts'

/** One's own microphone, by Web Audio; @returns a function that reads the level now, and one that ends it. */
export function meterTrack(track: MediaStreamTrack) {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  analyser.fftSize = 1_024
  const source = context.createMediaStreamSource(new MediaStream([track]))
  source.connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  return {
    read() {
      analyser.getFloatTimeDomainData(samples)
      let sum = 0
      for (const sample of samples) sum += sample * sample
      return Math.sqrt(sum / samples.length)
    },
    end() {
      source.disconnect()
      void context.close()
    },
  }
}

/** Milliseconds; whoever is silent or muted sends no new ones. */
const STALE = 1_000

/** What comes from somebody else. */
export function levelOf(receiver: RTCRtpReceiver | undefined): number {
  const [latest] = receiver?.getSynchronizationSources() ?? []
  if (latest?.audioLevel === undefined) return 0
  const now = performance.now()
  // Browsers do not agree since when they count.
  const age = Math.min(
    Math.abs(now - latest.timestamp),
    Math.abs(now + performance.timeOrigin - latest.timestamp),
  )
  return age < STALE ? latest.audioLevel : 0
}

/** Speech is louder. */
const THRESHOLD = 0.02
/** Pauses between words are shorter; milliseconds. */
const HOLD = 700
/** Whoever takes over is louder for this long. */
const TAKEOVER = 1_000

/** Readings that are louder than silence, less those that are not: about a second of speech */
const TALK = 6
/** Milliseconds between two hints */
const AGAIN = 60_000

/** @returns a function that takes one reading, and says whether somebody is to be told that they talk while muted. */
export function watchMutedTalk() {
  let loud = 0
  let toldAt = -Infinity
  return (level: number, now: number): boolean => {
    loud = level < THRESHOLD ? Math.max(0, loud - 1) : Math.min(TALK, loud + 1)
    if (loud < TALK || now - toldAt < AGAIN) return false
    loud = 0
    toldAt = now
    return true
  }
}

export interface Speakers {
  speaking: ReadonlySet<string>
  /** Who spoke last, and still speaks or nobody else does */
  active: string | null
  /** Everybody who spoke, the latest first */
  recent: readonly string[]
}
export const nobodySpeaks: Speakers = { speaking: new Set(), active: null, recent: [] }

export interface SpeakerWatch extends Readable<Speakers> {
  /** Takes one reading of everybody: peerId → level. */
  hear(levels: ReadonlyMap<string, number>, now: number): void
}

/** The active speaker changes only when another one goes on speaking: a cough is no speech. */
export function watchSpeakers(): SpeakerWatch {
  const store = createStore(nobodySpeaks)
  const heardAt = new Map<string, number>()
  let rival: { peerId: string; since: number } | null = null

  const activeAfter = (speaking: ReadonlySet<string>, loudest: string | null, now: number) => {
    const { active } = store.get()
    if (loudest === null || loudest === active) {
      rival = null
      return active
    }
    if (active === null || !speaking.has(active)) return loudest
    if (rival?.peerId !== loudest) rival = { peerId: loudest, since: now }
    return now - rival.since >= TAKEOVER ? loudest : active
  }

  return {
    ...store,
    hear(levels, now) {
      let loudest: string | null = null
      for (const [peerId, level] of levels) {
        if (level < THRESHOLD) continue
        heardAt.set(peerId, now)
        if (level > (loudest === null ? 0 : (levels.get(loudest) ?? 0))) loudest = peerId
      }
      for (const peerId of heardAt.keys()) if (!levels.has(peerId)) heardAt.delete(peerId)
      const before = store.get()
      const speaking = new Set([...heardAt].filter(([, at]) => now - at < HOLD).map(([id]) => id))
      const known = before.active !== null && levels.has(before.active) ? before.active : null
      if (known !== before.active) store.set({ ...before, active: known })
      const active = activeAfter(speaking, loudest, now)
      const recent = [...heardAt].toSorted(([, a], [, b]) => b - a).map(([id]) => id)
      const { speaking: spoke } = before
      const same =
        active === before.active &&
        speaking.size === spoke.size &&
        [...speaking].every((id) => spoke.has(id)) &&
        heardAt.size === before.recent.length
      if (!same) store.set({ speaking, active, recent })
    },
  }
}
