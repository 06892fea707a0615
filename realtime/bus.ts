// News between nodes: nothing but this process without Redis, Redis publish/subscribe with it. Same interface,
// so that "no Redis" is a configuration. What must not be lost is never only here.
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { asUnavailable } from '../db/database.ts'
import { AppError, type WireError } from '../protocol/errors.ts'
import type { Bus } from '../protocol/bus.ts'
import { createNodes } from './nodes.ts'

type Listener = Parameters<Bus['subscribe']>[1]
type Responder = Parameters<Bus['respond']>[1]

const REQUEST_TIMEOUT = 5_000

const unavailable = () =>
  new AppError('UNAVAILABLE', 'The server that takes care of this does not answer; try again')

/** The bus of a single process. */
export function createLocalBus(): Bus {
  const nodeId = randomUUID()
  const responders = new Map<string, Responder>()
  return {
    nodeId,
    publish: () => undefined,
    subscribe: () => () => undefined,
    onGap: () => () => undefined,
    connected: () => true,
    peers: () => [],
    onPeerGone: () => () => undefined,
    async request(node, subject, payload) {
      const responder = node === nodeId ? responders.get(subject) : undefined
      if (!responder) throw unavailable()
      return responder(payload, nodeId)
    },
    respond: (subject, handler) => void responders.set(subject, handler),
    claim: () => Promise.resolve(nodeId),
    release: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

/** What the nodes say of themselves. */
const NODES = 'openlaunch:nodes'
/** What is sent to one node: this and its id. */
const INBOX = 'openlaunch:node:'

type Packet =
  | { kind: 'request'; id: string; from: string; subject: string; payload: unknown }
  | { kind: 'answer'; id: string; data: unknown }
  | { kind: 'refusal'; id: string; error: WireError }

/** Takes the lease when it is free, ours already, or that of a node without an inbox; answers who holds it. */
const claimScript = `
local holder = redis.call('get', KEYS[1])
local function isSilent()
  return ARGV[3] ~= '' and redis.call('pubsub', 'numsub', ARGV[3] .. holder)[2] == 0
end
if not holder or holder == ARGV[1] or isSilent() then
  redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
  return ARGV[1]
end
return holder`

const releaseScript = `
if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end`

/**
 * The bus of a cluster.
 * @param client answers commands at once or fails: its offline queue should be off
 * @param onFault told of errors of ours while answering other nodes, which learn only that there was one
 */
export async function createRedisBus(
  client: Redis,
  onFault: (error: unknown) => void = () => undefined,
): Promise<Bus> {
  const nodeId = randomUUID()
  const listeners = new Map<string, Set<Listener>>()
  const gapListeners = new Set<() => void>()
  const responders = new Map<string, Responder>()
  const pending = new Map<string, { resolve(data: unknown): void; reject(error: Error): void }>()
  const inbox = INBOX + nodeId
  const topicChannel = (topic: string) => `openlaunch:topic:${topic}`
  const nodeIdLength = Buffer.byteLength(nodeId)
  let closed = false

  /** News may be lost; whoever misses it fills the gap from the database. */
  const broadcast = (channel: string, data: Uint8Array) => {
    if (closed) return
    client.publish(channel, Buffer.concat([Buffer.from(nodeId), data])).catch(() => undefined)
  }

  const subscriber = client.duplicate({
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    // Where the connection ends meanwhile, nobody would hear of it but the process.
    autoResubscribe: false,
  })
  subscriber.on('error', () => undefined)
  // From here on others can ask us.
  await subscriber.subscribe(inbox, NODES)
  const nodes = createNodes({
    nodeId,
    say: (word) => broadcast(NODES, Buffer.from(word)),
    onGap: () => gapListeners.forEach((listener) => listener()),
  })
  subscriber.on('messageBuffer', (channelBytes: Buffer, message: Buffer) => {
    const channel = channelBytes.toString()
    if (channel === inbox) return void receive(message)
    const from = message.toString('latin1', 0, nodeIdLength)
    if (channel === NODES) return nodes.receive(message.toString('latin1', nodeIdLength), from)
    if (from === nodeId) return
    nodes.heard(from)
    const data = new Uint8Array(message.subarray(nodeIdLength))
    listeners.get(channel)?.forEach((listener) => listener(data, from))
  })
  const onLost = () => nodes.lost()
  const onReady = () =>
    void subscriber.subscribe(inbox, NODES, ...listeners.keys()).then(nodes.ask, () => undefined)
  for (const connection of [client, subscriber]) {
    connection.on('close', onLost)
    connection.on('ready', onReady)
  }

  const send = (node: string, packet: Packet) =>
    client.publish(INBOX + node, JSON.stringify(packet))

  async function receive(message: Buffer) {
    const packet = JSON.parse(message.toString()) as Packet
    if (packet.kind === 'answer') return pending.get(packet.id)?.resolve(packet.data)
    if (packet.kind === 'refusal') {
      const { code, message: text, details } = packet.error
      return pending.get(packet.id)?.reject(new AppError(code, text, details))
    }
    const answer = await handle(packet.subject, packet.payload, packet.from).then(
      (data): Packet => ({ kind: 'answer', id: packet.id, data: data ?? null }),
      (error: unknown): Packet => {
        if (!(error instanceof AppError)) onFault(error)
        return { kind: 'refusal', id: packet.id, error: toWire(error) }
      },
    )
    await send(packet.from, answer).catch(() => undefined)
  }

  async function handle(subject: string, payload: unknown, from: string) {
    const responder = responders.get(subject)
    if (!responder) throw unavailable()
    return responder(payload, from)
  }

  return {
    nodeId,
    publish: (topic, data) => broadcast(topicChannel(topic), data),
    subscribe(topic, listener) {
      const channel = topicChannel(topic)
      const set = listeners.get(channel) ?? new Set()
      listeners.set(channel, set.add(listener))
      if (set.size === 1) subscriber.subscribe(channel).catch(() => undefined)
      return () => {
        set.delete(listener)
        if (set.size > 0 || listeners.get(channel) !== set) return
        listeners.delete(channel)
        subscriber.unsubscribe(channel).catch(() => undefined)
      }
    },
    onGap(listener) {
      gapListeners.add(listener)
      return () => gapListeners.delete(listener)
    },
    connected: nodes.connected,
    peers: nodes.peers,
    onPeerGone: nodes.onPeerGone,
    async request(node, subject, payload, timeoutMs = REQUEST_TIMEOUT) {
      if (node === nodeId) return handle(subject, payload, nodeId)
      const id = randomUUID()
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      // A refusal may come before Redis says that the request was sent.
      promise.catch(() => undefined)
      const timer = setTimeout(() => reject(unavailable()), timeoutMs)
      pending.set(id, { resolve, reject })
      try {
        const packet: Packet = { kind: 'request', id, from: nodeId, subject, payload }
        const reached = await send(node, packet).catch(() => 0)
        if (reached === 0) throw unavailable()
        return await promise
      } finally {
        clearTimeout(timer)
        pending.delete(id)
      }
    },
    respond: (subject, handler) => void responders.set(subject, handler),
    async claim(key, ttlMs, fromSilent = false) {
      try {
        const inboxes = fromSilent ? INBOX : ''
        const args = [`openlaunch:lease:${key}`, nodeId, ttlMs, inboxes] as const
        return (await client.eval(claimScript, 1, ...args)) as string
      } catch {
        throw unavailable()
      }
    },
    async release(key) {
      // Unreleased, it ends by itself.
      await client.eval(releaseScript, 1, `openlaunch:lease:${key}`, nodeId).catch(() => undefined)
    },
    close() {
      if (closed) return Promise.resolve()
      nodes.close()
      closed = true
      client.off('close', onLost).off('ready', onReady)
      for (const { reject } of pending.values()) reject(unavailable())
      subscriber.disconnect()
      return Promise.resolve()
    },
  }
}

const toWire = (error: unknown): WireError =>
  error instanceof AppError
    ? error.toWire()
    : (asUnavailable(error)?.toWire() ?? {
        code: 'INTERNAL_ERROR',
        message: 'Something went wrong on our side',
      })

/**
 * Connects a client whose commands fail at once while Redis is away, and that comes back by itself.
 * @throws Error when Redis does not answer now: a server that is told of a Redis should not start without it
 */
export async function connectRedis(url: string, onError: (error: Error) => void): Promise<Redis> {
  const client = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
  })
  client.on('error', onError)
  try {
    await client.connect()
    return client
  } catch (error) {
    client.disconnect()
    const { host, port } = client.options
    throw new Error(`REDIS_URL: no Redis answers at ${host}:${port}`, { cause: error })
  }
}
