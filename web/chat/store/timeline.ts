// What happens in one channel, for its window and those of its threads: events as they come, and after an absence
// what was missed.
import type { ChatMessage } from '../../../protocol/chat.ts'
import type { Ask } from '../../socket.ts'
import { isAppError } from '../../wire.ts'
import { createReplica } from './replica.ts'

/** Above this many missed changes, loading from the newest is kinder than filling the gap. */
const LARGEST_GAP = 1_000
const PAGE = 200
/** Between attempts while the server cannot answer, milliseconds. */
const PAUSE = 2_000

interface Options {
  projectId: string
  channelId: string
  request: Ask
}

export function createTimeline({ projectId, channelId, request }: Options) {
  const replica = createReplica()
  const listeners = new Set<(anew: boolean) => void>()
  /** Counts connections, so that what belongs to an earlier one stops */
  let run = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const tell = (anew = false) => {
    for (const listener of listeners) listener(anew)
  }
  const stop = () => {
    run += 1
    clearTimeout(timer)
  }
  const restart = (head: number) => {
    replica.start(head)
    tell(true)
  }

  const catchUp = async (head: number, mine: number): Promise<void> => {
    try {
      for (let more = true; more;) {
        const after = replica.rev ?? 0
        const page = await request('get_changes', { projectId, channelId, after, limit: PAGE })
        if (mine !== run) return
        if (page.reset) return restart(Math.max(page.rev, head))
        if (replica.catchUp(page)) tell()
        more = page.hasMore
      }
    } catch (error) {
      const passes = isAppError(error) && ['UNAVAILABLE', 'RATE_LIMITED'].includes(error.code)
      if (mine === run && passes) timer = setTimeout(() => void catchUp(head, mine), PAUSE)
    }
  }

  return {
    replica,
    /** @param listener is told whether everything must be loaded anew */
    listen(listener: (anew: boolean) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    receive(message: ChatMessage) {
      if (replica.receive(message)) tell()
    },
    merge(messages: readonly ChatMessage[]) {
      if (replica.apply(messages)) tell()
    },
    away() {
      stop()
      replica.away()
    },
    /** @param head position of the channel when this connection began to hear it, or later */
    async resume(head: number) {
      const { rev, inStep } = replica
      if (inStep && rev !== undefined && head <= rev) return
      stop()
      if (rev === undefined || head < rev || head - rev > LARGEST_GAP) restart(head)
      else if (head === rev) replica.catchUp({ messages: [], rev, hasMore: false, reset: false })
      else await catchUp(head, run)
    },
    close: stop,
  }
}

export type Timeline = ReturnType<typeof createTimeline>
