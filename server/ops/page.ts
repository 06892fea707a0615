// The built browser application; every path that is not a file of it is one of its own pages.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { RestEnv } from '../rest.ts'

const hint = `OpenLaunch is running, but its page is not built. Run "npm run build" and reload.
The API is described at /docs.
`

const ends = () => Promise.resolve()

/** Vite puts a hash of the content in the names below assets/. */
const isHashed = (url: string) => url.startsWith('/assets/')
/** The service worker: asked for anew by browsers that have an old one, and no page in its place. */
const WORKER = '/worker.js'

function cached(response: Response, rule: string) {
  response.headers.set('Cache-Control', rule)
  return response
}

/** @param directory of the Vite build */
export function webPage(directory: string) {
  const indexFile = path.join(directory, 'index.html')
  // Made when there is something to serve: before, it would complain on the console.
  let files: MiddlewareHandler | undefined
  const index = serveStatic<RestEnv>({ path: indexFile })
  return createMiddleware<RestEnv>(async (c) => {
    c.set('route', '/*')
    // Asked each time: the build may come, and go, while the server runs.
    if (!existsSync(indexFile)) return c.text(hint, 503)
    files ??= serveStatic<RestEnv>({ root: directory })
    const { path: url } = c.req
    const file = await files(c, ends)
    if (file) {
      return cached(file, isHashed(url) ? 'public, max-age=31536000, immutable' : 'no-cache')
    }
    // A missing asset is an error: as a page, it would be kept by caches under the asset's name.
    const page = isHashed(url) || url === WORKER ? undefined : await index(c, ends)
    return page ? cached(page, 'no-cache') : c.notFound()
  })
}
