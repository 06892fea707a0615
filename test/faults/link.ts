// The connection of one device: goes from node to node until one takes it, and tells what happens on the way.
import { io, type Socket } from 'socket.io-client'
import type { Envelope, Events, Reply, Requests } from '../../protocol/events.ts'
import type { Random } from '../random.ts'

export interface LinkOptions {
  /** Where the nodes are reached */
  urls: readonly string[]
  first: number
  token: string
  random: Random
  /** A connection began: whatever came on the one before is known, and nothing of this one yet */
  onConnect(connection: number): void
  onEvent(name: keyof Events, payload: unknown): void
}

export type Link = ReturnType<typeof createLink>

/** A node that does not answer in this time is left for another one, milliseconds: a send is refused within 2 s … */
const SEND_PATIENCE = 5_000
/** … and whatever else the database keeps waiting, once that is known to hang. */
const PATIENCE = 12_000

/** An answer that says no: with a code, for good unless it says otherwise. */
export class Refusal extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(`${code}: ${message}`)
    this.code = code
  }
}
export const isTemporary = (error: unknown) =>
  !(error instanceof Refusal) || error.code === 'UNAVAILABLE' || error.code === 'RATE_LIMITED'

export function createLink({ urls, first, token, random, onConnect, onEvent }: LinkOptions) {
  let at = first
  let connection = 0
  let socket: Socket | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  let startedAt = 0

  function open() {
    if (isClosed) return
    startedAt = performance.now()
    const opened = io(urls[at % urls.length]!, {
      auth: { token },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: SEND_PATIENCE,
    })
    socket = opened
    opened.on('connect', () => onConnect(++connection))
    opened.onAny((name: keyof Events, envelope: Envelope<never, never>) => {
      if (socket !== opened) return
      onEvent(name, envelope.payload)
      if (name !== 'draining') return
      const { withinMs } = envelope.payload as Events['draining']
      setTimeout(() => socket === opened && leave(), random.between(0, withinMs))
    })
    opened.on('connect_error', () => socket === opened && leave())
    opened.on('disconnect', () => socket === opened && leave())
  }

  /** To another node, in a moment. */
  function leave(delay = random.between(20, 300)) {
    const old = socket
    socket = undefined
    old?.disconnect()
    at += 1
    clearTimeout(timer)
    timer = setTimeout(open, delay)
  }
  open()

  return {
    node: () => at % urls.length,
    connection: () => connection,
    isConnected: () => socket?.connected ?? false,
    /** Since when it tries, milliseconds of performance.now() */
    startedAt: () => startedAt,
    leave,
    /** @throws Refusal; or Error when there is no answer, and then nobody knows whether it happened */
    async ask<Name extends keyof Requests>(
      name: Name,
      payload: Requests[Name][0],
    ): Promise<Requests[Name][1]> {
      const asked = socket
      if (!asked?.connected) throw new Error('not connected')
      const reply = await (
        asked
          .timeout(name === 'send_message' ? SEND_PATIENCE : PATIENCE)
          .emitWithAck(name, payload) as Promise<Reply<Requests[Name][1]>>
      ).catch((error: unknown) => {
        if (socket === asked) leave()
        throw error
      })
      if (!reply.ok) throw new Refusal(reply.error.code, reply.error.message)
      return reply.data
    },
    /** Reads nothing more from the network, until `read`. */
    stopReading: () => websocketOf(socket)?.pause(),
    read: () => websocketOf(socket)?.resume(),
    close() {
      isClosed = true
      clearTimeout(timer)
      socket?.disconnect()
    },
  }
}

function websocketOf(socket: Socket | undefined) {
  const { transport } = (socket?.io.engine ?? {}) as unknown as {
    transport?: { ws?: { pause(): void; resume(): void } }
  }
  return transport?.ws
}
