// Every socket request goes the same way: limit, parse, handle, acknowledge. Whatever a client sends gets an answer.
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Logger } from 'pino'
import type { z } from 'zod'
import { asUnavailable } from '../db/database.ts'
import { AppError } from '../protocol/errors.ts'
import type { Reply } from '../protocol/events.ts'
import type { Caller, RequestHandlers } from '../protocol/requests.ts'
import { stopping, type Io, type IoSocket } from './io.ts'

/** The same for every request, so that the table can be looked up by whatever name a client sends. */
interface AnyHandler {
  schema: z.ZodType
  guests?: boolean
  handle(caller: Caller, payload: unknown): Promise<unknown>
}

export interface RequestLimit {
  /** Requests that one socket may send … */
  points: number
  /** … in so many seconds */
  duration: number
}

/** How long requests under way may take once the node stops, in milliseconds. */
const LAST_REQUESTS = 5_000

/** After standing still so long, milliseconds, whoever asked us may have asked another node instead, and gone on … */
const STOOD_STILL = 10_000
/** … so what waited here is not done: it is read in the first moment. */
const FIRST_MOMENT = 1_000

function watchStops() {
  let seenAt = performance.now()
  let wokeAt = -Infinity
  const look = () => {
    const now = performance.now()
    if (now - seenAt > STOOD_STILL) wokeAt = now
    seenAt = now
    return now - wokeAt < FIRST_MOMENT
  }
  const timer = setInterval(look, 1_000).unref()
  return { justWokeUp: look, close: () => clearInterval(timer) }
}

export function bindRequests(
  io: Io,
  handlers: RequestHandlers,
  log: Logger,
  limit: RequestLimit = { points: 300, duration: 5 },
) {
  const table = new Map(Object.entries(handlers) as [string, AnyHandler][])
  const limiter = new RateLimiterMemory(limit)
  const stops = watchStops()
  let underWay = 0
  let isStopping = false
  const idle = Promise.withResolvers<void>()

  async function answer(socket: IoSocket, name: string, payload: unknown): Promise<unknown> {
    await limiter.consume(socket.id).catch(() => {
      throw new AppError('RATE_LIMITED', 'Too many requests; slow down')
    })
    if (stops.justWokeUp())
      throw new AppError('UNAVAILABLE', 'This server stood still for a while; try again')
    const handler = table.get(name)
    if (!handler) throw new AppError('NOT_FOUND', `There is no request "${name.slice(0, 100)}"`)
    const { principal } = socket.data
    if (principal.guest && !handler.guests)
      throw new AppError('INSUFFICIENT_PERMISSIONS', 'Guests of a call may not do this')
    const parsed = handler.schema.safeParse(payload)
    if (!parsed.success) throw invalid(name, parsed.error)
    return handler.handle({ socketId: socket.id, principal }, parsed.data)
  }

  function toKnown(error: unknown, request: string): AppError {
    if (error instanceof AppError) return error
    const away = asUnavailable(error)
    log[away ? 'warn' : 'error']({ err: error, request }, 'request failed')
    return away ?? new AppError('INTERNAL_ERROR', 'Something went wrong on our side; try again')
  }

  io.on('connection', (socket) => {
    // Socket.IO lets numbers pass as names.
    socket.onAny((event: string | number, ...args: unknown[]) => {
      const name = String(event)
      const last = args.at(-1)
      const acknowledge =
        typeof last === 'function' ? (last as (reply: Reply<unknown>) => void) : null
      const payload = last === args[0] && acknowledge ? undefined : args[0]
      if (isStopping) return acknowledge?.({ ok: false, error: stopping().toWire() })
      underWay++
      void answer(socket, name, payload)
        .then(
          (data) => acknowledge?.({ ok: true, data }),
          (error: unknown) => {
            acknowledge?.({ ok: false, error: toKnown(error, name).toWire() })
          },
        )
        .finally(() => {
          if (--underWay === 0 && isStopping) idle.resolve()
        })
    })
  })

  return {
    /** Takes no more; resolves when those under way are acknowledged. */
    async stop() {
      isStopping = true
      stops.close()
      if (underWay === 0) return
      const timer = setTimeout(idle.resolve, LAST_REQUESTS)
      await idle.promise
      clearTimeout(timer)
    },
  }
}

const invalid = (name: string, { issues }: z.ZodError) =>
  new AppError(
    'VALIDATION_ERROR',
    `${name}: ${issues[0]?.path.join('.') || 'payload'}: ${issues[0]?.message}`,
    issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  )
