// Prometheus metrics with the specification's names, at /metrics.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { OpenDatabase } from '../../db/database.ts'
import type { RestEnv } from '../rest.ts'

interface MetricsOptions {
  database: Pick<OpenDatabase, 'connections'>
  activeUsers: () => number | Promise<number>
}

export function createMetrics({ database, activeUsers }: MetricsOptions) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  // The pattern of the route, not the path: every path would be a time series of its own.
  const labelNames = ['method', 'route', 'status_code'] as const
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of HTTP requests in seconds',
    labelNames,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 0.5, 0.7, 1, 3, 5, 7, 10],
    registers,
  })
  const total = new Counter({
    name: 'http_requests_total',
    help: 'Total number of HTTP requests',
    labelNames,
    registers,
  })
  // A gauge registers itself: both are read when somebody asks.
  void new Gauge({
    name: 'active_users_total',
    help: 'Number of currently active users',
    registers,
    async collect() {
      this.set(await activeUsers())
    },
  })
  void new Gauge({
    name: 'database_connections_active',
    help: 'Number of active database connections',
    registers,
    collect() {
      this.set(database.connections())
    },
  })

  const measure = createMiddleware<RestEnv>(async (c, next) => {
    const start = performance.now()
    await next()
    const labels = {
      method: c.req.method,
      route: c.var.route ?? 'unmatched',
      status_code: c.res.status,
    }
    duration.observe(labels, (performance.now() - start) / 1000)
    total.inc(labels)
  })

  const answer = async (c: Context<RestEnv>) => {
    c.set('route', '/metrics')
    return c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType })
  }

  return { measure, answer }
}
