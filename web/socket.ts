// The Socket.IO connection of a signed-in person, or of a guest: a fresh token at every connect, typed requests that
// reject with an AppError, typed events.
import { io, type Socket } from 'socket.io-client'
import type { ClientToServer, Envelope, Events, Reply, Requests } from '../protocol/events.ts'
import { AppError, type WireError } from '../protocol/errors.ts'
import { freshToken, renewToken, session } from './accounts/session.ts'
import { createMoving } from './moving.ts'
import { onNetworkChange } from './network.ts'
import { createStore, type Readable } from './store.ts'
import { isAuthError, reachable, wireError } from './wire.ts'

export type Connection = 'connecting' | 'connected' | 'offline'
export type Ask = <Name extends keyof Requests>(
  name: Name,
  payload: Requests[Name][0],
) => Promise<Requests[Name][1]>
export type Listen = <Name extends keyof Events>(
  name: Name,
  listener: (payload: Events[Name], envelope: Envelope<Name, Events[Name]>) => void,
) => () => void

export interface AppSocket {
  connection: Readable<Connection>
  /** How it is connected: `websocket` or `polling` */
  transport(): string | null
  /** @throws AppError, UNAVAILABLE when not connected or not answered in time */
  request: Ask
  /** @returns a function that ends the subscription */
  on: Listen
  close(): void
}

export interface Identity {
  token(): Promise<string>
  /** The server did not take this one; settles when it is worth another try */
  renew(token: string): Promise<unknown>
  /** Nobody is there who would connect */
  isOver(): boolean
}

const signedIn: Identity = {
  token: freshToken,
  renew: renewToken,
  isOver: () => session.get().state === 'signed-out',
}

/** Socket.IO's own types lose which answer belongs to which name. */
interface Emitter {
  emitWithAck(name: string, payload: unknown): Promise<Reply<unknown>>
}

const ANSWER_TIMEOUT = 15_000
/** In another network, a line that still leads anywhere answers soon. */
const ALIVE_WITHIN = 2_000
const unavailable = (message: string) => new AppError('UNAVAILABLE', message)

export function createSocket(identity = signedIn): AppSocket {
  let sentToken = ''
  let refusals = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const connection = createStore<Connection>('connecting')
  const socket: Socket<Record<string, (envelope: never) => void>, ClientToServer> = io({
    autoConnect: false,
    // Polling needs sticky sessions in front of a cluster; it is for networks without websockets.
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelayMax: 5_000,
    auth: (handshake) => {
      void identity
        .token()
        .catch(() => '')
        .then((token) => {
          sentToken = token
          handshake({ token })
        })
    },
  })

  const moving = createMoving({
    reconnect() {
      socket.disconnect()
      socket.connect()
    },
  })
  const retry = (milliseconds: number) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (!identity.isOver()) socket.connect()
    }, milliseconds)
  }

  socket.on('connect', () => {
    refusals = 0
    reachable.set(true)
    moving.arrived()
    connection.set('connected')
  })
  socket.on('disconnect', (reason) => {
    connection.set(moving.left() ? 'connecting' : 'offline')
    // The server cut us, perhaps because access changed: Socket.IO does not return by itself then.
    if (reason === 'io server disconnect') retry(300)
  })
  socket.on('connect_error', (error: Error & { data?: WireError }) => {
    connection.set('offline')
    if (socket.active) return
    refusals += 1
    const delay = Math.min(250 * 2 ** refusals, 10_000)
    if (error.data && isAuthError(wireError(error.data))) {
      void identity.renew(sentToken).then(
        () => retry(refusals === 1 ? 0 : delay),
        () => retry(delay),
      )
    } else retry(delay)
  })
  socket.on('draining', (event: Envelope<'draining', Events['draining']>) =>
    moving.announced(event.payload.withinMs),
  )
  const answers = () =>
    (socket.timeout(ALIVE_WITHIN) as unknown as Emitter).emitWithAck('probe_ping', {}).then(
      () => true,
      () => false,
    )
  /** Now, and not when the pause between two attempts is over, or it is noticed that nothing comes any more. */
  const comeBack = async () => {
    if (socket.connected && (await answers())) return
    socket.disconnect()
    socket.connect()
  }
  const unwatch = onNetworkChange(() => void comeBack())
  socket.connect()

  return {
    connection,
    transport: () => (socket.connected ? socket.io.engine.transport.name : null),
    async request(name, payload) {
      const began = Date.now()
      await moving.passage(ANSWER_TIMEOUT)
      if (!socket.connected) throw unavailable('Not connected to the server.')
      const left = Math.max(1_000, ANSWER_TIMEOUT - (Date.now() - began))
      const ask = socket.timeout(left) as unknown as Emitter
      const reply = await moving.track(ask.emitWithAck(name, payload)).catch(() => {
        throw unavailable('The server did not answer. Please try again.')
      })
      if (!reply.ok) throw wireError(reply.error)
      return reply.data as never
    },
    on(name, listener) {
      const handle = (envelope: Envelope<typeof name, Events[typeof name]>) =>
        listener(envelope.payload, envelope)
      socket.on(name as string, handle)
      return () => socket.off(name as string, handle)
    },
    close() {
      clearTimeout(timer)
      unwatch()
      moving.close()
      socket.removeAllListeners()
      socket.disconnect()
    },
  }
}
