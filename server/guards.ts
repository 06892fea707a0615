// What every request passes before it reaches an endpoint: whose address, which origin, how big, who asks; and the
// headers that tell browsers what a page of ours may do.
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import { secureHeaders } from 'hono/secure-headers'
import type { Authenticate } from '../protocol/access.ts'
import { AppError } from '../protocol/errors.ts'
import { MAX_BODY } from '../protocol/limits.ts'
import type { AllowOrigin } from './origin.ts'
import type { RestEnv } from './rest.ts'

/** What `@hono/node-server` gives; absent where a test calls the app directly. */
interface NodeBindings {
  incoming?: { socket?: { remoteAddress?: string | undefined } }
}

/** @param trustProxy whether a proxy of ours is in front, which appends the address it saw */
export const clientAddress = (trustProxy: boolean) =>
  createMiddleware<RestEnv>(async (c, next) => {
    // Only the last entry is the proxy's word; the client can write any before it.
    const forwarded = trustProxy
      ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim()
      : undefined
    const { incoming } = (c.env as NodeBindings | undefined) ?? {}
    c.set('ip', forwarded || incoming?.socket?.remoteAddress || 'unknown')
    await next()
  })

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Refuses what a foreign page makes a browser send. */
export const originGuard =
  (allowOrigin: AllowOrigin): MiddlewareHandler =>
  async (c, next) => {
    const origin = c.req.header('origin')
    const host = c.req.header('host') ?? new URL(c.req.url).host
    if (!safeMethods.has(c.req.method) && !allowOrigin({ origin, host })) {
      throw new AppError('ORIGIN_NOT_ALLOWED', 'Requests from this origin are not allowed')
    }
    await next()
  }

export const crossOrigin = (allowed: readonly string[]) =>
  cors({
    origin: (origin) => (allowed.includes(origin) ? origin : null),
    allowMethods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'],
    exposeHeaders: [
      'X-Request-Id',
      'Idempotency-Replayed',
      'Retry-After',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
    ],
    maxAge: 600,
  })

export const sizeLimit = () =>
  bodyLimit({
    maxSize: MAX_BODY,
    onError() {
      throw new AppError('PAYLOAD_TOO_LARGE', `The body is larger than ${MAX_BODY} bytes`)
    },
  })

/** Lets endpoints ask who is there; nobody is looked up before one does. */
export const bearer = (authenticate: Authenticate) =>
  createMiddleware<RestEnv>(async (c, next) => {
    c.set('authenticate', async () => {
      const [, token] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? []
      if (!token) throw new AppError('AUTHENTICATION_FAILED', 'Authentication failed')
      return authenticate(token)
    })
    await next()
  })

/** Answers hold tokens and what only this person may see. */
export const uncached: MiddlewareHandler = async (c, next) => {
  c.header('Cache-Control', 'no-store')
  await next()
}

/** @param https whether browsers reach us that way */
export const browserRules = (https: boolean) =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      // Mantine and CodeMirror make style elements as they run.
      styleSrc: ["'self'", "'unsafe-inline'"],
      // People name pictures of theirs by any address.
      imgSrc: ["'self'", 'data:', 'blob:', 'http:', 'https:'],
      mediaSrc: ["'self'", 'blob:', 'mediastream:'],
      fontSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      workerSrc: ["'self'", 'blob:'],
      objectSrc: ["'none'"],
      baseUri: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
    permissionsPolicy: { camera: ['self'], microphone: ['self'], displayCapture: ['self'] },
    xFrameOptions: 'DENY',
    // What an answer says of itself is stricter.
    overwrite: false,
    strictTransportSecurity: https ? 'max-age=15552000' : false,
  })
