// The whole program: opens what it stands on, puts the planes together, listens, and closes in reverse order.
import type { Server } from 'node:http'
import path from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import type { Logger } from 'pino'
import manifest from '../package.json' with { type: 'json' }
import type { Publish } from '../db/activity.ts'
import { openDatabase } from '../db/database.ts'
import { createTopic } from '../protocol/bus.ts'
import type { AccessChange } from '../protocol/requests.ts'
import type { WorkerStatus } from '../protocol/worker.ts'
import { connectRedis, createLocalBus, createRedisBus } from '../realtime/bus.ts'
import { createAnnouncer } from '../realtime/chat/announce.ts'
import { createAudience } from '../realtime/chat/audience.ts'
import { createChanges } from '../realtime/chat/changes.ts'
import { createChat } from '../realtime/chat/chat.ts'
import { createTyping } from '../realtime/chat/typing.ts'
import { createDocuments } from '../realtime/documents/documents.ts'
import { createEmit } from '../realtime/emit.ts'
import { createIo } from '../realtime/io.ts'
import { createOutlet } from '../realtime/outlet.ts'
import { createPresence, type PresenceOptions } from '../realtime/presence/presence.ts'
import { bindRequests } from '../realtime/requests.ts'
import { createMarks } from '../realtime/rooms/marks.ts'
import { createRooms } from '../realtime/rooms/rooms.ts'
import { createUpdates } from '../realtime/rooms/updates.ts'
import { createCalls } from '../sfu/calls/calls.ts'
import { createWorkerBinary } from '../sfu/worker/binary.ts'
import { createAccounts } from './accounts/accounts.ts'
import { createAccountLimits } from './accounts/limits.ts'
import { loadSigningKey } from './accounts/tokens.ts'
import { grantAdmin } from './accounts/admins.ts'
import { createApp } from './app.ts'
import type { Config } from './config.ts'
import { openAttachments } from './attachments/opened.ts'
import { drain } from './drain.ts'
import { withGuests } from './guests/guests.ts'
import { createAllowOrigin } from './origin.ts'
import { socketRequests } from './sockets.ts'
import { createSweep } from './sweep.ts'
import { ownUpgrades } from './upgrade.ts'
import { tellVersion } from './versions/versions.ts'

export interface RunningServer {
  port: number
  database: 'postgres' | 'embedded'
  /** The other nodes that are alive */
  peers(): string[]
  workerStatus(): WorkerStatus
  onWorkerStatus(listener: (status: WorkerStatus) => void): () => void
  close(): Promise<void>
}

export interface StartOptions {
  /** How often live connections are judged again, in milliseconds */
  sweepInterval?: number
  presenceTimes?: Pick<PresenceOptions, 'awayAfterMs' | 'graceMs'>
  /** Chat messages that go into one transaction */
  chatBatch?: number | undefined
  /** As `onBroken` of the database */
  onDatabaseBroken?: () => void
}

/** @throws Error with a sentence for the operator when something it stands on is not there */
export async function startServer(
  config: Config,
  log: Logger,
  options: StartOptions = {},
): Promise<RunningServer> {
  const closers: (() => unknown)[] = []
  const close = async () => {
    for (const step of closers.splice(0).reverse()) {
      try {
        await step()
      } catch (error) {
        log.error({ err: error }, 'closing failed')
      }
    }
  }
  try {
    return { ...(await assemble(config, log, options, closers)), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Whatever is made here registers its end in `closers`. */
async function assemble(
  config: Config,
  log: Logger,
  { sweepInterval, presenceTimes, chatBatch, onDatabaseBroken }: StartOptions,
  closers: (() => unknown)[],
) {
  const database = await openDatabase({
    url: config.databaseUrl,
    dataDir: config.dataDir,
    onError: (error) => log.warn({ err: error }, 'the database broke, or a connection to it'),
    ...(onDatabaseBroken && { onBroken: onDatabaseBroken }),
  })
  closers.push(() => database.close())
  const { db } = database
  await grantAdmin(db, config.adminUsernames)

  const redis = config.redisUrl
    ? await connectRedis(config.redisUrl, (error) => log.warn({ err: error }, 'redis'))
    : undefined
  closers.push(() => redis?.disconnect())
  const bus = redis
    ? await createRedisBus(redis, (error) =>
        log.error({ err: error }, 'a request of another node failed'),
      )
    : createLocalBus()
  closers.push(() => bus.close())

  const accounts = createAccounts({
    db,
    signingKey: await loadSigningKey(db, config.jwtSecret),
    accessTokenTtl: config.accessTokenTtl,
    refreshTokenTtl: config.refreshTokenTtl,
    accessChanged,
  })
  const { authenticate, redeemTicket } = accounts

  let isStopping = false
  const allowOrigin = createAllowOrigin(config.allowedOrigins)
  // Socket.IO must be there before requests come, and the app needs what hangs on Socket.IO.
  const http = createAdaptorServer({ fetch: (...args) => app.fetch(...args) }) as Server
  const io = createIo({
    http,
    authenticate: withGuests(db, authenticate),
    redis,
    allowOrigin: ({ headers }) => allowOrigin(headers),
    allowedOrigins: config.allowedOrigins,
    isStopping: () => isStopping,
  })
  const emit = createEmit(io)
  const outlet = createOutlet({ io, log })
  closers.push(() => outlet.close())
  const updates = createUpdates({ db, io, bus, outlet, log })
  closers.push(() => updates.close())
  const presence = createPresence({ db, io, bus, outlet, log, ...presenceTimes })
  closers.push(() => presence.close())
  const changes = createChanges({ db, bus, outlet, log })
  closers.push(() => changes.close())
  const attachments = await openAttachments(db, config.attachments, log)
  closers.push(() => attachments.close())
  // Nothing may be awaited from here to the calls: they are told what is news of channels.
  const audience = createAudience({
    db,
    io,
    bus,
    outlet,
    feed: changes,
    log,
    onChange: (change) => calls.judgeChannel(change),
  })
  closers.push(() => audience.close())
  const typing = createTyping({ io, bus, outlet, changes })
  closers.push(() => typing.close())
  const chat = createChat({
    db,
    emit,
    feed: changes,
    log,
    onAttachmentsRemoved: attachments.removeFiles,
    maxBatch: chatBatch,
  })

  const announcer = createAnnouncer({ db, log, say: chat.say, send: chat.send })
  closers.push(() => announcer.close())
  const publish: Publish = (update) => {
    updates.publish(update)
    announcer.update(update)
  }
  const documents = createDocuments({
    db,
    bus,
    authenticate,
    redeemTicket,
    log,
    onVersion: (...version) => tellVersion({ db, publish, log }, ...version),
  })
  closers.push(() => documents.close())
  const binary = createWorkerBinary({ env: process.env, log })
  closers.push(() => binary.close())
  const calls = createCalls({
    db,
    bus,
    emit,
    binary,
    config: config.media,
    log,
    ...announcer.calls,
  })
  closers.push(() => calls.close())
  io.on('connection', (socket) => {
    socket.on('disconnect', () => calls.socketGone(socket.id))
    emit.toSocket(socket.id, 'call_worker', binary.status())
    calls.socketCame(socket.id, socket.data.principal.id)
  })

  const rooms = createRooms({ db, io, presence, updates, audience, calls })
  const marks = createMarks({ db, io, bus, log })
  closers.push(() => marks.close())
  const requests = bindRequests(io, socketRequests({ rooms, presence, chat, typing, calls }), log)

  const accessNews = createTopic<AccessChange>(bus, 'access')
  accessNews.subscribe(closeFor)
  /** Every node closes what it holds of that person. */
  function accessChanged(change: AccessChange) {
    accessNews.publish(change)
    closeFor(change)
  }
  function closeFor(change: AccessChange) {
    documents.closeFor(change)
    calls.closeFor(change)
    rooms.closeFor(change).catch((error: unknown) => log.error({ err: error }, 'closing rooms'))
  }

  const sweep = createSweep({
    db,
    holds: () => [...rooms.holds(), ...documents.holds(), ...calls.holds()],
    closeFor,
    log,
    intervalMs: sweepInterval,
  })
  closers.push(() => sweep.close())
  bus.onGap(() => {
    sweep.all()
    audience.refreshAll().catch((error: unknown) => log.warn({ err: error }, 'channels'))
  })

  const app = createApp({
    db,
    database,
    redis,
    accounts,
    limits: createAccountLimits({ redis, requestsPerMinute: config.authRateLimit }),
    publish,
    accessChanged,
    channelChanged: audience.changed,
    announce: announcer.announce,
    emit,
    documents,
    messages: chat,
    presence,
    attachments,
    workerStatus: () => binary.status(),
    isStopping: () => isStopping,
    activeUsers: () =>
      new Set([...io.sockets.sockets.values()].map((s) => s.data.principal.id)).size,
    log,
    version: manifest.version,
    allowedOrigins: config.allowedOrigins,
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    pageDir: path.join(import.meta.dirname, '../dist/page'),
  })
  const endUpgraded = ownUpgrades(http, allowOrigin, [documents.handleUpgrade])

  await listen(http, config)
  closers.push(async () => {
    isStopping = true
    await drain({ io, bus, emit, calls, windowMs: config.drainSeconds * 1_000 })
    await requests.stop()
    // Nothing new comes in; requests under way finish. The server is closed when the last connection is, and those
    // of documents are not Socket.IO's.
    const closed = io.close()
    http.closeIdleConnections()
    await documents.close()
    const impatience = setTimeout(() => {
      http.closeAllConnections()
      // `ws` waits half a minute for a client that does not answer.
      endUpgraded()
    }, 2_000)
    await closed
    clearTimeout(impatience)
  })
  const address = http.address()
  return {
    port: typeof address === 'object' && address ? address.port : config.port,
    database: database.kind,
    peers: () => bus.peers(),
    workerStatus: () => binary.status(),
    onWorkerStatus: (listener: (status: WorkerStatus) => void) => binary.onChange(listener),
  }
}

function listen(http: Server, { port, host }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE'
      const reason = taken ? `port ${port} is in use; set PORT to another one` : error.message
      reject(new Error(`PORT: ${reason}`, { cause: error }))
    })
    http.listen({ port, ...(host && { host }) }, resolve)
  })
}
