// The API's documentation page at /docs: Swagger UI out of node_modules, with no script or style from elsewhere.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Hono } from 'hono'
import type { RestEnv } from '../rest.ts'

/** In a file of its own, because our content security policy forbids inline scripts. */
const start = `SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#page',
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
})
`

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>OpenLaunch API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
    <link rel="icon" href="/docs/favicon-32x32.png" />
  </head>
  <body>
    <div id="page"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`

const files: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
}

/** Found, not imported: the package's entry would run the whole page in this process. */
const directory = path.dirname(
  createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'),
)

export function docsPage() {
  const app = new Hono<RestEnv>()
  app.use(async (c, next) => {
    c.set('route', '/docs')
    await next()
  })
  app.get('/', (c) => c.html(page))
  app.get('/start.js', (c) => c.body(start, 200, { 'Content-Type': 'text/javascript' }))
  for (const [name, type] of Object.entries(files)) {
    app.get(`/${name}`, async (c) =>
      c.body(await readFile(path.join(directory, name)), 200, {
        'Content-Type': type,
        'Cache-Control': 'public, max-age=3600',
      }),
    )
  }
  return app
}
