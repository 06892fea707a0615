// What the nodes tell each other every few seconds: which calls they own, and that they are alive. A call's owner
// is decided by its lease; this is for those who only want to know.
import type { Bus } from '../../protocol/bus.ts'
import type { CallSummary } from '../../protocol/events.ts'

const TOPIC = 'calls'

type Calls = Record<string, CallSummary>
type News = { kind: 'calls'; calls: Calls } | { kind: 'hello' } | { kind: 'bye' }

interface OtherNode {
  calls: Map<string, CallSummary>
  /** Local time, so that clocks need not agree */
  heardAt: number
}

export interface Roster {
  find(projectId: string): { nodeId: string; call: CallSummary } | undefined
  /** Tells the others now; otherwise they learn with the next beat. */
  tell(): void
  /** Says goodbye. */
  close(): void
}

interface RosterOptions {
  bus: Bus
  beatMs: number
  /** The calls of this node */
  describe(): Calls
  onBeat(): void
  /** A node is silent or said goodbye: with it went its calls, and the sockets that it held */
  onGone(nodeId: string, projectIds: string[]): void
}

export function createRoster({ bus, beatMs, describe, onBeat, onGone }: RosterOptions): Roster {
  const nodes = new Map<string, OtherNode>()
  const send = (news: News) => bus.publish(TOPIC, new TextEncoder().encode(JSON.stringify(news)))
  const tell = () => send({ kind: 'calls', calls: describe() })

  const forget = (nodeId: string) => {
    const node = nodes.get(nodeId)
    if (!node) return
    nodes.delete(nodeId)
    onGone(nodeId, [...node.calls.keys()])
  }
  const unsubscribe = bus.subscribe(TOPIC, (data, from) => {
    const news = JSON.parse(new TextDecoder().decode(data)) as News
    if (news.kind === 'bye') return forget(from)
    if (news.kind === 'hello') tell()
    const calls = news.kind === 'calls' ? new Map(Object.entries(news.calls)) : new Map()
    nodes.set(from, { calls, heardAt: performance.now() })
  })
  const sayHello = () => {
    send({ kind: 'hello' })
    tell()
  }
  const unsubscribeGap = bus.onGap(() => {
    // Silence while our own connection was away says nothing about the others.
    for (const node of nodes.values()) node.heardAt = performance.now()
    sayHello()
  })
  const beat = setInterval(() => {
    tell()
    onBeat()
    for (const [nodeId, { heardAt }] of nodes) {
      if (performance.now() - heardAt > beatMs * 3) forget(nodeId)
    }
  }, beatMs)
  beat.unref()
  sayHello()

  return {
    find(projectId) {
      for (const [nodeId, { calls }] of nodes) {
        const call = calls.get(projectId)
        if (call) return { nodeId, call }
      }
      return undefined
    },
    tell,
    close() {
      clearInterval(beat)
      unsubscribe()
      unsubscribeGap()
      send({ kind: 'bye' })
      nodes.clear()
    },
  }
}
