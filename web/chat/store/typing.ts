// Who is writing where, until they send, stop, or were not heard of for a while.
import type { ChatEvents } from '../../../protocol/chat.ts'

type Tell = (channelId: string, threadId: string | null, names: readonly string[]) => void

const placeOf = (channelId: string, threadId: string | null) => `${channelId}/${threadId ?? ''}`

export function createTyping(timeout: number, tell: Tell) {
  interface Typist {
    name: string
    timer: ReturnType<typeof setTimeout>
  }
  const places = new Map<string, Map<string, Typist>>()
  const names = (channelId: string, threadId: string | null) =>
    [...(places.get(placeOf(channelId, threadId))?.values() ?? [])].map(({ name }) => name)
  const stop = (channelId: string, threadId: string | null, userId: string) => {
    const place = placeOf(channelId, threadId)
    const typists = places.get(place)
    clearTimeout(typists?.get(userId)?.timer)
    if (!typists?.delete(userId)) return
    if (typists.size === 0) places.delete(place)
    tell(channelId, threadId, names(channelId, threadId))
  }
  return {
    names,
    stop,
    hear({ channelId, threadId, userId, username, typing }: ChatEvents['user_typing']) {
      if (!typing) return stop(channelId, threadId, userId)
      const place = placeOf(channelId, threadId)
      const typists = places.get(place) ?? new Map<string, Typist>()
      places.set(place, typists)
      clearTimeout(typists.get(userId)?.timer)
      const timer = setTimeout(() => stop(channelId, threadId, userId), timeout)
      typists.set(userId, { name: username, timer })
      tell(channelId, threadId, names(channelId, threadId))
    },
    close() {
      for (const typists of places.values())
        for (const { timer } of typists.values()) clearTimeout(timer)
    },
  }
}
