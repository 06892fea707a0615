// Messages on their way, in the order they were written. They are kept in this browser until the server has them, so
// that neither a broken connection nor a reload loses one; the same nonce makes each of them one message.
import type { Attachment, ChatMessage } from '../../../protocol/chat.ts'
import type { Ask } from '../../socket.ts'
import { errorMessage, isAppError } from '../../wire.ts'
import type { PendingMessage } from './channel.ts'

/** What was not sent for this long is forgotten, milliseconds. */
const MEMORY = 7 * 24 * 60 * 60_000
const SLOWEST = 10_000

export interface Unsent extends PendingMessage {
  channelId: string
  threadId: string | null
}

export interface NewMessage {
  channelId: string
  threadId: string | null
  nonce: string
  message: string
  attachments: readonly Attachment[]
}

interface Options {
  projectId: string
  userId: string
  request: Ask
  storage: Storage | undefined
  onSent(message: ChatMessage): void
  onChange(): void
}

const placeOf = ({ channelId, threadId }: Pick<Unsent, 'channelId' | 'threadId'>) =>
  `${channelId}/${threadId ?? ''}`
const passes = (error: unknown) =>
  isAppError(error) && (error.code === 'UNAVAILABLE' || error.code === 'RATE_LIMITED')

export function createOutbox(options: Options) {
  const { projectId, request, storage, onSent, onChange } = options
  const prefix = `openlaunch.unsent.${options.userId}.${projectId}.`
  let entries: readonly Unsent[] = restore(storage, prefix)
  let online = false
  const busy = new Set<string>()
  const failures = new Map<string, number>()
  const timers = new Set<ReturnType<typeof setTimeout>>()

  const set = (next: readonly Unsent[]) => {
    entries = next
    onChange()
  }
  const settle = (nonce: string) => {
    keep(storage, prefix + nonce, null)
    if (entries.some((entry) => entry.nonce === nonce))
      set(entries.filter((entry) => entry.nonce !== nonce))
  }
  const mark = (nonces: readonly string[], error: string | null, refused = false) =>
    set(
      entries.map((entry) => (nonces.includes(entry.nonce) ? { ...entry, error, refused } : entry)),
    )
  const waiting = (place: string) =>
    entries.filter((entry) => placeOf(entry) === place && !entry.refused)

  /** One after the other: they were written in this order. */
  const work = async (place: string) => {
    for (let [entry] = waiting(place); entry; [entry] = waiting(place)) {
      const { channelId, threadId, message, nonce, attachments } = entry
      const attachmentIds = attachments.map(({ id }) => id)
      try {
        const thread = threadId === null ? {} : { threadId }
        const files = attachmentIds.length > 0 ? { attachmentIds } : {}
        const sent = { projectId, channelId, message, nonce, ...thread, ...files }
        onSent(await request('send_message', sent))
        failures.delete(place)
        settle(nonce)
      } catch (error) {
        if (passes(error)) return wait(place)
        mark([nonce], errorMessage(error), true)
      }
    }
  }
  const wait = (place: string) => {
    const again = online
      ? 'Not sent yet. Trying again by itself.'
      : 'Not sent yet. It will be sent when you are connected again.'
    mark(
      waiting(place).map(({ nonce }) => nonce),
      again,
    )
    const count = (failures.get(place) ?? 0) + 1
    failures.set(place, count)
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        if (online) send(place)
      },
      Math.min(1_000 * 2 ** count, SLOWEST),
    )
    timers.add(timer)
  }
  const send = (place: string) => {
    if (busy.has(place)) return
    busy.add(place)
    void work(place).finally(() => busy.delete(place))
  }

  return {
    /** How many were left over from before this page was opened */
    restored: entries.length,
    /** Oldest first */
    list: (channelId: string, threadId: string | null): readonly Unsent[] =>
      entries.filter((entry) => entry.channelId === channelId && entry.threadId === threadId),
    add(message: NewMessage) {
      const createdAt = new Date().toISOString()
      const entry: Unsent = { ...message, createdAt, error: null, refused: false }
      keep(storage, prefix + entry.nonce, entry)
      set([...entries, entry])
      send(placeOf(entry))
    },
    retry(nonce: string) {
      const entry = entries.find((unsent) => unsent.nonce === nonce)
      if (!entry) return
      mark([nonce], null)
      send(placeOf(entry))
    },
    discard: settle,
    /** It arrived, whichever tab or attempt has sent it. */
    settle,
    resume() {
      online = true
      failures.clear()
      mark(
        entries.filter(({ refused }) => !refused).map(({ nonce }) => nonce),
        null,
      )
      for (const place of new Set(entries.map(placeOf))) send(place)
    },
    away() {
      online = false
    },
    close() {
      online = false
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

/** One key for each, so that several tabs do not overwrite each other. */
function keep(storage: Storage | undefined, key: string, entry: Unsent | null) {
  try {
    if (entry) storage?.setItem(key, JSON.stringify(entry))
    else storage?.removeItem(key)
  } catch {
    // No room, or not allowed: it lives as long as the page.
  }
}

function restore(storage: Storage | undefined, prefix: string): Unsent[] {
  const found: Unsent[] = []
  try {
    for (const key of Object.keys(storage ?? {})) {
      if (!key.startsWith(prefix)) continue
      const entry = JSON.parse(storage?.getItem(key) ?? '') as Unsent
      if (Date.now() - Date.parse(entry.createdAt) > MEMORY) storage?.removeItem(key)
      else found.push({ ...entry, error: null, refused: false })
    }
  } catch {
    // Nothing kept that can be read.
  }
  return found.sort((a, b) => a.createdAt.localeCompare(b.createdAt))
}
