// The Socket.IO server: adapter, handshake, and who may connect. Socket requests are bound in requests.ts.
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import { createAdapter } from '@socket.io/redis-adapter'
import type { Redis } from 'ioredis'
import { Server, type Socket } from 'socket.io'
import { asUnavailable } from '../db/database.ts'
import type { Authenticate, Permission, Principal } from '../protocol/access.ts'
import { AppError } from '../protocol/errors.ts'
import type { ClientToServer, ServerToClient } from '../protocol/events.ts'
import { MAX_SOCKET_FRAME } from '../protocol/limits.ts'
import { userRoom } from '../protocol/names.ts'

/** Plain data: other nodes read it through the adapter. */
export interface SocketData {
  principal: Principal
  /** What the person may do in each project that this socket joined */
  joined: Record<string, readonly Permission[]>
}

export type Io = Server<ClientToServer, ServerToClient, Record<string, never>, SocketData>
export type IoSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, SocketData>

export interface IoOptions {
  http: HttpServer
  authenticate: Authenticate
  /** Whether a page of this origin may connect; requests without an Origin come from programs */
  allowOrigin(request: IncomingMessage): boolean
  /** Other sites' pages that may; their browsers ask for CORS headers, since Socket.IO begins by polling */
  allowedOrigins?: readonly string[] | undefined
  redis?: Redis | undefined
  /** Whether this node stops: others take who comes now */
  isStopping?: (() => boolean) | undefined
}

export function createIo(options: IoOptions): Io {
  const { http, authenticate, allowOrigin, allowedOrigins = [], redis, isStopping } = options
  const io: Io = new Server(http, {
    // Other upgrades belong to server/upgrade.ts.
    destroyUpgrade: false,
    serveClient: false,
    maxHttpBufferSize: MAX_SOCKET_FRAME,
    pingInterval: 10_000,
    pingTimeout: 10_000,
    allowRequest: (request, answer) => answer(null, allowOrigin(request)),
    cors: { origin: [...allowedOrigins] },
    ...(redis && { adapter: adapterFor(redis, http) }),
  })
  io.engine.on('connection', (connection: { request: IncomingMessage | null }) => {
    // Nobody reads the first request any more, and it is the larger part of an idle connection.
    connection.request = null
  })
  // A proxy that gets no websocket here asks another node. Who polled before goes on.
  io.engine.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    if (!isStopping?.() || request.url?.includes('sid=')) return next()
    response.writeHead(503)
    response.end()
  })
  io.use((socket, next) => {
    if (isStopping?.()) return next(refusal(stopping()))
    admit(socket, authenticate).then(
      () => next(),
      (error: unknown) => next(refusal(error)),
    )
  })
  return io
}

/** What waits for the Redis of the adapter; more is not sent, and each plane finds out by itself how things stand. */
const MAX_UNSENT = 5_000

/** The adapter does not await what it sends: its clients must queue while Redis is away, and end without a word. */
function adapterFor(redis: Redis, http: HttpServer) {
  const queueing = { enableOfflineQueue: true, maxRetriesPerRequest: null }
  const clients = [redis.duplicate(queueing), redis.duplicate(queueing)] as const
  for (const client of clients) {
    client.on('error', () => undefined)
    const send = client.sendCommand.bind(client)
    client.sendCommand = (command, stream) => {
      const sent = send(command, stream)
      if (sent instanceof Promise) sent.catch(() => undefined)
      return sent
    }
  }
  const [sender] = clients
  const publish = sender.publish.bind(sender)
  let unsent = 0
  sender.publish = async (channel: string | Buffer, message: string | Buffer) => {
    if (unsent >= MAX_UNSENT) return 0
    unsent++
    return publish(channel, message)
      .catch(() => 0)
      .finally(() => unsent--)
  }
  // The adapter leaves its clients open, and a process with an open connection does not end.
  http.once('close', () => clients.forEach((client) => client.disconnect()))
  return createAdapter(...clients, { requestsTimeout: 2_000 })
}

async function admit(socket: IoSocket, authenticate: Authenticate) {
  const token: unknown = socket.handshake.auth['token']
  if (typeof token !== 'string') {
    throw new AppError('AUTHENTICATION_FAILED', 'Connect with auth: { token: <access token> }')
  }
  socket.data.principal = await authenticate(token)
  socket.data.joined = {}
  // Kept for as long as the socket otherwise, and never looked at again.
  Object.assign(socket.handshake, { auth: {}, headers: {} })
  await socket.join(userRoom(socket.data.principal.id))
}

export const stopping = () => new AppError('UNAVAILABLE', 'This node stops; connect to another')

/** What the client finds in `connect_error`: the sentence as its message, code and details as its data. */
function refusal(error: unknown) {
  const known =
    error instanceof AppError
      ? error
      : (asUnavailable(error) ?? new AppError('UNAVAILABLE', 'Cannot connect now; try again'))
  return Object.assign(new Error(known.message), { data: known.toWire() })
}
