// What the nodes tell each other every few seconds: which calls they own. A call's owner is decided by its lease;
// this is for those who only want to know.
import { createTopic, type Bus } from '../../protocol/bus.ts'
import type { CallSummary } from '../../protocol/events.ts'

const TOPIC = 'calls'

type Calls = Record<string, CallSummary>
type News = { kind: 'calls'; calls: Calls } | { kind: 'hello' }

export interface Roster {
  find(projectId: string): { nodeId: string; call: CallSummary } | undefined
  /** Tells the others now; otherwise they learn with the next beat. */
  tell(): void
  close(): void
}

interface RosterOptions {
  bus: Bus
  beatMs: number
  /** The calls of this node */
  describe(): Calls
  onBeat(): void
  /** A node is gone: with it went its calls, and the sockets that it held */
  onGone(nodeId: string, projectIds: string[]): void
}

export function createRoster({ bus, beatMs, describe, onBeat, onGone }: RosterOptions): Roster {
  const nodes = new Map<string, Map<string, CallSummary>>()
  const { publish, subscribe } = createTopic<News>(bus, TOPIC)
  const tell = () => publish({ kind: 'calls', calls: describe() })
  const sayHello = () => {
    publish({ kind: 'hello' })
    tell()
  }
  const ends = [
    subscribe((news, from) => {
      if (news.kind === 'hello') tell()
      else nodes.set(from, new Map(Object.entries(news.calls)))
    }),
    bus.onPeerGone((nodeId) => {
      const projectIds = [...(nodes.get(nodeId)?.keys() ?? [])]
      nodes.delete(nodeId)
      onGone(nodeId, projectIds)
    }),
    bus.onGap(sayHello),
  ]
  const beat = setInterval(() => {
    tell()
    onBeat()
  }, beatMs)
  beat.unref()
  sayHello()

  return {
    find(projectId) {
      for (const [nodeId, calls] of nodes) {
        const call = calls.get(projectId)
        if (call) return { nodeId, call }
      }
      return undefined
    },
    tell,
    close() {
      clearInterval(beat)
      for (const end of ends) end()
      nodes.clear()
    },
  }
}
