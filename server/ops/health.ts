// GET /health for load balancers and people: 200 while this node can do its work, 503 otherwise.
import { Hono } from 'hono'
import type { OpenDatabase } from '../../db/database.ts'
import type { WorkerStatus } from '../../protocol/worker.ts'
import type { RestEnv } from '../rest.ts'

interface HealthOptions {
  database: Pick<OpenDatabase, 'ping'>
  redis?: { ping(): Promise<unknown> } | undefined
  workerStatus: () => WorkerStatus
  version: string
  /** Whether this node stops: nothing new should come to it */
  isStopping: () => boolean
}

/** A service that hangs is down, too; milliseconds. */
const PATIENCE = 2_000

async function check(ping: () => Promise<unknown>) {
  const start = performance.now()
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('no answer')), PATIENCE)
  try {
    await Promise.race([ping(), late.promise])
    return { status: 'healthy', latency: Math.round(performance.now() - start) }
  } catch {
    return { status: 'unhealthy' }
  } finally {
    clearTimeout(timer)
  }
}

function describeCalls(status: WorkerStatus) {
  if (status.state === 'ready') return { status: 'healthy' }
  if (status.state === 'unavailable') return { status: 'unavailable', reason: status.reason }
  const { step, progress, message } = status
  return { status: 'preparing', step, progress, message }
}

export function healthRoutes(options: HealthOptions) {
  const { database, redis, workerStatus, version, isStopping } = options
  return new Hono<RestEnv>().get('/health', async (c) => {
    c.set('route', '/health')
    const [db, news] = await Promise.all([
      check(() => database.ping()),
      redis ? check(() => redis.ping()) : { status: 'not_configured' },
    ])
    // Calls do not count: a node without them still serves everything else.
    const works = db.status === 'healthy' && news.status !== 'unhealthy'
    const healthy = works && !isStopping()
    const data = {
      status: healthy ? 'healthy' : works ? 'stopping' : 'unhealthy',
      timestamp: new Date().toISOString(),
      services: { database: db, redis: news, calls: describeCalls(workerStatus()) },
      version,
      uptime: Math.round(process.uptime()),
    }
    c.header('Cache-Control', 'no-store')
    return c.json({ success: healthy, data }, healthy ? 200 : 503)
  })
}
