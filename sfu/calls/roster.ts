// What the nodes tell each other every few seconds: which calls they own. A call's owner is decided by its lease;
// this is for those who only want to know.
import { createTopic, type Bus } from '../../protocol/bus.ts'
import type { CallSummary } from '../../protocol/events.ts'

const TOPIC = 'calls'
/** So soon after its worker or its node died, a call is the same one for people; milliseconds. */
const MOMENT = 60_000

type Calls = Record<string, CallSummary>
type News = { kind: 'calls'; calls: Calls } | { kind: 'hello' }

export interface Roster {
  find(projectId: string): { nodeId: string; call: CallSummary } | undefined
  /** Whether the project had a call a moment ago, on any node */
  hadCall(projectId: string): boolean
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
  const heardAt = new Map<string, number>()
  const hear = (calls: Calls) => {
    const now = performance.now()
    for (const projectId of Object.keys(calls)) heardAt.set(projectId, now)
    for (const [projectId, at] of heardAt) if (now - at > MOMENT) heardAt.delete(projectId)
  }
  const tell = () => {
    const calls = describe()
    hear(calls)
    publish({ kind: 'calls', calls })
  }
  const sayHello = () => {
    publish({ kind: 'hello' })
    tell()
  }
  const ends = [
    subscribe((news, from) => {
      if (news.kind === 'hello') return tell()
      hear(news.calls)
      nodes.set(from, new Map(Object.entries(news.calls)))
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
    hadCall: (projectId) => performance.now() - (heardAt.get(projectId) ?? -Infinity) < MOMENT,
    tell,
    close() {
      clearInterval(beat)
      for (const end of ends) end()
      nodes.clear()
    },
  }
}
