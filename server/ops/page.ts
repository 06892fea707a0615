// The built browser application; every path that is not a file of it is one of its own pages.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import { createMiddleware } from 'hono/factory'
import type { RestEnv } from '../rest.ts'

const hint = `OpenLaunch is running, but its page is not built. Run "npm run build" and reload.
The API is described at /docs.
`

const ends = () => Promise.resolve()

const hashed = (file: string, directory: string) =>
  file.startsWith(path.join(directory, 'assets') + path.sep)

function createServe(directory: string, indexFile: string) {
  const file = serveStatic<RestEnv>({
    root: directory,
    onFound(found, c) {
      // Vite puts a hash of the content in the names below assets/.
      const forever = hashed(found, directory)
      c.header('Cache-Control', forever ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  const index = serveStatic<RestEnv>({
    path: indexFile,
    onFound: (_file, c) => c.header('Cache-Control', 'no-cache'),
  })
  return { file, index }
}

/** @param directory of the Vite build */
export function webPage(directory: string) {
  const indexFile = path.join(directory, 'index.html')
  let serve: ReturnType<typeof createServe> | undefined
  return createMiddleware<RestEnv>(async (c) => {
    c.set('route', '/*')
    // Asked each time: the build may come, and go, while the server runs.
    if (!existsSync(indexFile)) return c.text(hint, 503)
    serve ??= createServe(directory, indexFile)
    const found = await serve.file(c, ends)
    if (found) return found
    // A missing asset is an error: as a page, it would be kept by caches under the asset's name.
    if (c.req.path.startsWith('/assets/')) return c.notFound()
    return (await serve.index(c, ends)) ?? c.notFound()
  })
}
