// What the nodes tell each other every few seconds: which calls they own. A call's owner is decided by its lease;
// this is for those who only want to know.
import { createTopic, type Bus } from '../../protocol/bus.ts'
import { callKey, type CallAddress } from '../../protocol/calls.ts'
import type { ChannelKind } from '../../protocol/chat.ts'
import type { CallSummary } from '../../protocol/events.ts'

const TOPIC = 'calls'
/** So soon after its worker or its node died, a call is the same one for people; milliseconds. */
const MOMENT = 60_000

export interface KnownCall {
  address: CallAddress
  /** Of the channel */
  kind: ChannelKind | null
  call: CallSummary
}
type News =
  { kind: 'calls'; calls: KnownCall[] } | { kind: 'over'; address: CallAddress } | { kind: 'hello' }

export interface Roster {
  find(address: CallAddress): (KnownCall & { nodeId: string }) | undefined
  /** Those of other nodes */
  all(): KnownCall[]
  /** Whether there was this call a moment ago, on any node, and nobody ended it */
  hadCall(address: CallAddress): boolean
  /** People ended it or left it: the next one is another call. */
  over(address: CallAddress): void
  /** Tells the others now; otherwise they learn with the next beat. */
  tell(): void
  close(): void
}

interface RosterOptions {
  bus: Bus
  beatMs: number
  /** The calls of this node */
  describe(): KnownCall[]
  onBeat(): void
  /** A node is gone: with it went its calls, and the sockets that it held */
  onGone(nodeId: string, calls: KnownCall[]): void
}

export function createRoster({ bus, beatMs, describe, onBeat, onGone }: RosterOptions): Roster {
  const nodes = new Map<string, Map<string, KnownCall>>()
  const { publish, subscribe } = createTopic<News>(bus, TOPIC)
  const heardAt = new Map<string, number>()
  const hear = (calls: KnownCall[]) => {
    const now = performance.now()
    for (const { address } of calls) heardAt.set(callKey(address), now)
    for (const [key, at] of heardAt) if (now - at > MOMENT) heardAt.delete(key)
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
      if (news.kind === 'over') return void heardAt.delete(callKey(news.address))
      hear(news.calls)
      nodes.set(from, new Map(news.calls.map((known) => [callKey(known.address), known])))
    }),
    bus.onPeerGone((nodeId) => {
      const calls = [...(nodes.get(nodeId)?.values() ?? [])]
      nodes.delete(nodeId)
      onGone(nodeId, calls)
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
    find(address) {
      for (const [nodeId, calls] of nodes) {
        const known = calls.get(callKey(address))
        if (known) return { nodeId, ...known }
      }
      return undefined
    },
    all: () => [...nodes.values()].flatMap((calls) => [...calls.values()]),
    hadCall: (address) => performance.now() - (heardAt.get(callKey(address)) ?? -Infinity) < MOMENT,
    over(address) {
      heardAt.delete(callKey(address))
      publish({ kind: 'over', address })
    },
    tell,
    close() {
      clearInterval(beat)
      for (const end of ends) end()
      nodes.clear()
    },
  }
}
