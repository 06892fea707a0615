// The HTTP side of the server: what every request passes, then the endpoints of http.ts, then the page.
import { OpenAPIHono } from '@hono/zod-openapi'
import { except } from 'hono/combine'
import { compress } from 'hono/compress'
import { HTTPException } from 'hono/http-exception'
import { requestId } from 'hono/request-id'
import type { Logger } from 'pino'
import type { Publish } from '../db/activity.ts'
import { asUnavailable, type Db, type OpenDatabase } from '../db/database.ts'
import { AppError, errorStatus, notFound, type ErrorCode } from '../protocol/errors.ts'
import type { AccessChange, Emit } from '../protocol/requests.ts'
import type { WorkerStatus } from '../protocol/worker.ts'
import type { Announce } from '../realtime/chat/announce.ts'
import type { ChannelChange } from '../realtime/chat/audience.ts'
import type { Accounts } from './accounts/accounts.ts'
import type { AccountLimits } from './accounts/limits.ts'
import type { AttachmentSettings } from './attachments/attachments.ts'
import { UPLOADS } from './attachments/routes.ts'
import { FILE_UPLOADS } from './files/upload-routes.ts'
import type { ReadMarks } from './channels/routes.ts'
import { ARCHIVES } from './files/archive/routes.ts'
import type { FileDocuments } from './files/files.ts'
import {
  bearer,
  browserRules,
  clientAddress,
  crossOrigin,
  originGuard,
  sizeLimit,
  uncached,
} from './guards.ts'
import { mountEndpoints } from './http.ts'
import { idempotency } from './idempotency.ts'
import type { ProjectMessages } from './messages/routes.ts'
import { docsPage } from './ops/docs.ts'
import { healthRoutes } from './ops/health.ts'
import { createMetrics } from './ops/metrics.ts'
import { webPage } from './ops/page.ts'
import { requestLog } from './ops/requests.ts'
import { createAllowOrigin } from './origin.ts'
import type { PresenceOptions } from './presence/routes.ts'
import { answerError, type RestContext, type RestEnv } from './rest.ts'
import type { Texts } from './threads/place.ts'
import type { VersionDocuments } from './versions/versions.ts'

export interface AppContext {
  db: Db
  database: Pick<OpenDatabase, 'ping' | 'connections'>
  /** undefined: not configured */
  redis?: { ping(): Promise<unknown> } | undefined
  accounts: Accounts
  limits: AccountLimits
  publish: Publish
  accessChanged: (change: AccessChange) => void
  channelChanged: (change: ChannelChange) => void
  announce: Announce
  emit: Pick<Emit, 'toUser'>
  documents: FileDocuments & Texts & VersionDocuments
  messages: ProjectMessages & ReadMarks
  attachments: AttachmentSettings
  presence: PresenceOptions['presence']
  workerStatus: () => WorkerStatus
  /** Whether this node stops */
  isStopping: () => boolean
  /** People with a live connection to this node */
  activeUsers: () => number | Promise<number>
  log: Logger
  version: string
  /** Origins of pages beside our own that may use the API, such as https://example.org */
  allowedOrigins: readonly string[]
  /** Where browsers reach us; without it, links name the host that was asked */
  publicUrl?: string | undefined
  /** Whether X-Forwarded-For is a proxy's word */
  trustProxy: boolean
  /** The built page; it need not exist */
  pageDir: string
}

/** Errors of Hono itself carry a status only. */
function fromStatus({ status, message }: HTTPException) {
  const code = Object.entries(errorStatus).find(([, known]) => known === status)?.[0]
  return code && status < 500 ? new AppError(code as ErrorCode, message) : undefined
}

function toAppError(error: Error, c: RestContext, log: Logger): AppError {
  if (error instanceof AppError) return error
  const known = error instanceof HTTPException ? fromStatus(error) : undefined
  if (known) return known
  const away = asUnavailable(error)
  const context = { err: error, requestId: c.var.requestId, route: c.var.route }
  log[away ? 'warn' : 'error'](context, 'request failed')
  return away ?? new AppError('INTERNAL_ERROR', 'Something went wrong on the server')
}

export function createApp(context: AppContext) {
  const { log, publicUrl, trustProxy } = context
  const origins = [...context.allowedOrigins, ...(publicUrl ? [new URL(publicUrl).origin] : [])]
  const metrics = createMetrics(context)
  const app = new OpenAPIHono<RestEnv>()

  app.onError((error, c) => answerError(c, toAppError(error, c, log)))
  app.notFound((c) => answerError(c, notFound('Page')))

  app.use(requestId(), clientAddress(trustProxy), requestLog(log), metrics.measure)
  app.use(browserRules(publicUrl?.startsWith('https:') ?? false), compress())
  app.use('/api/*', crossOrigin(origins), originGuard(createAllowOrigin(origins)))
  // Only what is posted there is a file: for other methods, `upload` and `import` are ids.
  const always = sizeLimit()
  const exceptFiles = except([UPLOADS, FILE_UPLOADS, ARCHIVES], always)
  app.use('/api/*', (c, next) => (c.req.method === 'POST' ? exceptFiles : always)(c, next))
  app.use('/api/*', uncached, bearer(context.accounts.authenticate))
  app.use('/api/*', idempotency(context.db, log))

  mountEndpoints(app, context)
  app.all('/api/*', (c) => answerError(c, notFound('Endpoint')))

  app.route('/', healthRoutes(context))
  app.get('/metrics', metrics.answer)
  app.route('/docs', docsPage())
  app.get('*', webPage(context.pageDir))
  return app
}
