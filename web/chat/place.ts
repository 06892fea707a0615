// Where somebody is in the chat: on the chat's own page the address says it, in the side panel the panel does.
import { DEFAULT_CHANNEL } from '../../protocol/names.ts'

export type Place =
  | { view: 'channels' | 'threads' | 'search' }
  | {
      view: 'channel'
      /** null: the project's first one */
      channelId: string | null
      threadId?: string | undefined
      /** A message to show and mark */
      seq?: number | undefined
    }

export const firstChannel: Place = { view: 'channel', channelId: null }

export function placePath(slug: string, place: Place): string {
  const base = `/p/${slug}/chat`
  if (place.view === 'channels') return base
  if (place.view !== 'channel') return `${base}/${place.view}`
  const { channelId, threadId, seq } = place
  const parameters = new URLSearchParams()
  if (threadId !== undefined) parameters.set('thread', threadId)
  if (seq !== undefined) parameters.set('m', String(seq))
  const search = parameters.toString()
  return `${base}/${channelId ?? DEFAULT_CHANNEL}${search && `?${search}`}`
}

/** @param part of the path after `/chat/`, if any */
export function readPlace(part: string | undefined, search: string): Place {
  if (!part) return { view: 'channels' }
  if (part === 'threads' || part === 'search') return { view: part }
  const parameters = new URLSearchParams(search)
  const seq = Number(parameters.get('m'))
  return {
    view: 'channel',
    channelId: part === DEFAULT_CHANNEL ? null : part,
    threadId: parameters.get('thread') ?? undefined,
    seq: Number.isSafeInteger(seq) && seq > 0 ? seq : undefined,
  }
}
