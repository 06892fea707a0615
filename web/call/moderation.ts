// What moderators may do in a call; the server says who is one.
import type { Signalling } from './signalling.ts'

export interface Moderation {
  /** Without a peer, all others. Only they themselves can unmute. */
  mute(peerId?: string, source?: 'microphone' | 'camera'): Promise<void>
  stopShare(peerId: string): Promise<void>
  /** For 5 minutes */
  remove(peerId: string): Promise<void>
  /** Nobody else comes in. */
  lock(locked: boolean): Promise<void>
  /** Whoever knocked comes in, or does not. */
  admit(knockId: string, admit: boolean): Promise<void>
  /** For everybody */
  end(): Promise<void>
}

export function createModeration({ address, request }: Signalling): Moderation {
  return {
    async mute(peerId, source) {
      await request('call_mute', { ...address, peerId, source })
    },
    async stopShare(peerId) {
      await request('call_stop_share', { ...address, peerId })
    },
    async remove(peerId) {
      await request('call_remove', { ...address, peerId })
    },
    async lock(locked) {
      await request('call_lock', { ...address, locked })
    },
    async admit(knockId, admit) {
      await request('call_admit', { ...address, knockId, admit })
    },
    async end() {
      await request('call_end', address)
    },
  }
}
