// Which nodes of the cluster live. Each says so every second; Redis brings a node its own word back, too, which
// shows that it can be heard and can hear: only then does the silence of others mean something.
import { NODE_TIMEOUT } from '../protocol/bus.ts'

const BEAT = 1_000
/** So long without our own word, and we are cut off. */
const DEAF_AFTER = NODE_TIMEOUT / 2

/** `back`: it was cut off, and what it said meanwhile is lost. */
type Word = 'beat' | 'hello' | 'back' | 'bye'

export interface NodesOptions {
  nodeId: string
  /** Sends to all nodes, this one included. */
  say(word: Word): void
  /** News may have been missed. */
  onGap(): void
}

export type Nodes = ReturnType<typeof createNodes>

export function createNodes({ nodeId, say, onGap }: NodesOptions) {
  const heardAt = new Map<string, number>()
  const goneListeners = new Set<(nodeId: string) => void>()
  let echoedAt = performance.now()
  let tickedAt = echoedAt
  let cutOff = false
  let gap: NodeJS.Timeout | undefined

  // Many nodes come back together, when Redis does.
  const tellGap = () => {
    gap ??= setTimeout(() => {
      gap = undefined
      onGap()
    }, 50)
  }

  const forget = (node: string) => {
    if (heardAt.delete(node)) goneListeners.forEach((listener) => listener(node))
  }

  function hearOurselves() {
    const now = performance.now()
    const late = now - echoedAt
    echoedAt = now
    cutOff ||= late > NODE_TIMEOUT
    // While we could not hear ourselves, nobody else could be heard.
    if (cutOff || late > DEAF_AFTER) for (const node of heardAt.keys()) heardAt.set(node, now)
    if (!cutOff) return
    cutOff = false
    say('back')
    tellGap()
  }

  const tick = setInterval(() => {
    const now = performance.now()
    // This process was stopped: others have forgotten us, and the news that waited for us may be cut short.
    if (now - tickedAt > NODE_TIMEOUT) cutOff = true
    tickedAt = now
    say(cutOff ? 'hello' : 'beat')
    if (cutOff || now - echoedAt > DEAF_AFTER) return
    for (const [node, at] of heardAt) if (now - at > NODE_TIMEOUT) forget(node)
  }, BEAT)
  tick.unref()
  say('hello')

  return {
    connected: () => !cutOff && performance.now() - echoedAt < DEAF_AFTER,
    peers: () => [...heardAt.keys()],
    onPeerGone(listener: (nodeId: string) => void) {
      goneListeners.add(listener)
      return () => void goneListeners.delete(listener)
    },
    /** Whatever a node says shows that it lives. */
    heard: (node: string) => void heardAt.set(node, performance.now()),
    receive(word: string, from: string) {
      if (from === nodeId) return hearOurselves()
      if (word === 'bye') return forget(from)
      heardAt.set(from, performance.now())
      if (word === 'hello') say('beat')
      if (word === 'back') tellGap()
    },
    /** The connection to Redis broke: until we hear ourselves again, nothing can be said of others. */
    lost: () => void (cutOff = true),
    /** It is there again: asks at once. */
    ask: () => say('hello'),
    close() {
      clearInterval(tick)
      clearTimeout(gap)
      say('bye')
    },
  }
}
