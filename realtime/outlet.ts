// Where events leave this node for its own sockets: encoded once for all nodes, framed once for all receivers, and
// written straight to their websockets. Whoever reads too slowly is cut off here.
import type { Socket as NetSocket } from 'node:net'
import type { Logger } from 'pino'
import { envelope, type Events } from '../protocol/events.ts'
import { MAX_UNREAD_BYTES } from '../protocol/limits.ts'
import type { Io, IoSocket } from './io.ts'
import { frameHead } from './websocket.ts'

/** A Socket.IO event, encoded once for all receivers and all nodes. */
export interface Packet {
  /** Socket.IO packet EVENT of the namespace "/"; JSON, so without line breaks */
  text: string
}

export interface OutletOptions {
  /** The id of a socket that does not get it */
  except?: string | undefined
  /** Skips sockets that read slowly: for what may be lost */
  shed?: boolean
  /** Told of each socket that was skipped so */
  onShed?: (socketId: string) => void
}

export interface Outlet {
  /** To every socket of this node in a Socket.IO room, in order; many packets become one write. */
  toRoom(room: string, packets: readonly Packet[], options?: OutletOptions): void
}

/** With more than this unread, a socket is not told what may be lost; bytes. */
const SHED_ABOVE = 64 * 1024
/** A single answer may be long: a socket over the limit has this long to get below it, in milliseconds … */
const PATIENCE = 1_000
/** … unless it is over it so many times. */
const HARD_LIMIT = 4 * MAX_UNREAD_BYTES

export const encodeEvent = <Name extends keyof Events>(
  name: Name,
  payload: Events[Name],
  userId?: string,
): Packet => ({ text: `2${JSON.stringify([name, envelope(name, payload, userId)])}` })

/** Several Engine.IO messages as websocket text frames. */
function frame(packets: readonly Packet[]): Buffer {
  const parts = packets.flatMap(({ text }) => {
    const data = Buffer.from(`4${text}`)
    return [frameHead('text', data.length), data]
  })
  return Buffer.concat(parts)
}

/** What engine.io and ws keep behind their types; the versions are pinned, and outlet.test.ts goes both ways. */
interface Engine {
  readyState: string
  upgrading: boolean
  transport: { name: string; perMessageDeflate?: unknown; socket?: WebSocketInside }
  /** What the transport could not take yet: nothing may overtake it */
  writeBuffer: { data?: string | Uint8Array }[]
}
interface WebSocketInside {
  readyState: number
  bufferedAmount: number
  _socket: NetSocket | null
  terminate(): void
}
const OPEN = 1
const engineOf = (socket: IoSocket) => socket.conn as unknown as Engine

/** The connection itself, when nothing waits before it and nothing is compressed on it. */
function directTo({ readyState, upgrading, transport, writeBuffer }: Engine) {
  if (readyState !== 'open' || upgrading || writeBuffer.length > 0) return null
  if (transport.name !== 'websocket' || transport.perMessageDeflate) return null
  return transport.socket?.readyState === OPEN ? transport.socket._socket : null
}

function unreadBytes({ transport, writeBuffer }: Engine): number {
  let bytes = transport.name === 'websocket' ? (transport.socket?.bufferedAmount ?? 0) : 0
  for (const { data } of writeBuffer) bytes += data?.length ?? 0
  return bytes
}

export function createOutlet({ io, log }: { io: Io; log: Logger }): Outlet & { close(): void } {
  const { sockets, adapter } = io.sockets
  const overSince = new WeakMap<IoSocket, number>()

  /** @returns whether the socket may be written to */
  function judge(socket: IoSocket, unread: number): boolean {
    if (unread <= MAX_UNREAD_BYTES) {
      if (overSince.has(socket)) overSince.delete(socket)
      return true
    }
    const now = performance.now()
    const since = overSince.get(socket)
    if (since === undefined) overSince.set(socket, now)
    if (unread <= HARD_LIMIT && now - (since ?? now) < PATIENCE) return true
    log.info({ userId: socket.data.principal.id, unread }, 'cut off a client that does not read')
    cutOff(socket)
    return false
  }

  const timer = setInterval(() => {
    for (const socket of sockets.values()) judge(socket, unreadBytes(engineOf(socket)))
  }, PATIENCE).unref()

  return {
    toRoom(room, packets, { except, shed = false, onShed } = {}) {
      const ids = adapter.rooms.get(room)
      if (!ids || packets.length === 0) return
      let bytes: Buffer | undefined
      for (const id of ids) {
        const socket = id === except ? undefined : sockets.get(id)
        if (!socket) continue
        const engine = engineOf(socket)
        const unread = unreadBytes(engine)
        if (!judge(socket, unread)) continue
        if (shed && unread > SHED_ABOVE) {
          onShed?.(id)
          continue
        }
        const direct = directTo(engine)
        if (direct) direct.write((bytes ??= frame(packets)))
        else for (const { text } of packets) socket.conn.write(text)
      }
    },
    close: () => clearInterval(timer),
  }
}

/** Without waiting for the other side, which does not read what we would say. */
function cutOff(socket: IoSocket) {
  const { transport, writeBuffer } = engineOf(socket)
  if (transport.name === 'websocket') return transport.socket?.terminate()
  // It is kept for a while, in case that it polls again.
  writeBuffer.length = 0
  socket.disconnect(true)
  socket.conn.close(true)
}
