// Tells the server what was read: at once, then at most once a second for each channel.

const PAUSE = 1_000

export function createMarker(send: (channelId: string, seq: number) => void) {
  const waiting = new Map<string, { seq: number; timer: ReturnType<typeof setTimeout> }>()
  const start = (channelId: string, sent: number) => {
    const timer = setTimeout(() => {
      const seq = waiting.get(channelId)?.seq ?? sent
      waiting.delete(channelId)
      if (seq === sent) return
      send(channelId, seq)
      start(channelId, seq)
    }, PAUSE)
    waiting.set(channelId, { seq: sent, timer })
  }
  return {
    mark(channelId: string, seq: number) {
      const entry = waiting.get(channelId)
      if (entry) {
        entry.seq = Math.max(entry.seq, seq)
        return
      }
      send(channelId, seq)
      start(channelId, seq)
    },
    close() {
      for (const { timer } of waiting.values()) clearTimeout(timer)
    },
  }
}
