// One line of log per request.
import { createMiddleware } from 'hono/factory'
import type { Logger } from 'pino'
import type { RestEnv } from '../rest.ts'

export const requestLog = (log: Logger) =>
  createMiddleware<RestEnv>(async (c, next) => {
    const start = performance.now()
    await next()
    log.info(
      {
        requestId: c.var.requestId,
        method: c.req.method,
        // Never the path: it may hold an invitation's token.
        route: c.var.route,
        statusCode: c.res.status,
        duration: Math.round(performance.now() - start),
        userId: c.var.principal?.id,
        ip: c.var.ip,
        userAgent: c.req.header('user-agent'),
      },
      'HTTP request',
    )
  })
