import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openRest } from '../../test/rest.ts'

const page = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-page-'))
afterAll(() => rmSync(page, { recursive: true }))
mkdirSync(path.join(page, 'assets'))
writeFileSync(path.join(page, 'index.html'), `<p>the page</p>${' '.repeat(2_000)}`)
writeFileSync(path.join(page, 'assets', 'main-abc.js'), 'export {}')
writeFileSync(path.join(page, 'logo.svg'), '<svg/>')

const rest = await openRest({ pageDir: page })
const { ask } = rest
type Health = Record<'status' | 'version', string> & { services: object; uptime: number }

describe('/health', () => {
  test('is well without calls and without Redis', async () => {
    const reply = await ask<Health>('GET', '/health')
    expect(reply.status).toBe(200)
    expect(reply).toMatchObject({
      success: true,
      data: {
        status: 'healthy',
        version: '0.0.0-test',
        services: {
          database: { status: 'healthy', latency: expect.any(Number) },
          redis: { status: 'not_configured' },
          calls: { status: 'unavailable', reason: 'not in this test' },
        },
      },
    })
  })

  test.each(['database', 'redis'])('is 503 without %s', async (service) => {
    const down = { ping: () => Promise.reject(new Error('gone')), connections: () => 0 }
    const broken = await openRest({ [service]: down })
    const reply = await broken.ask<Health>('GET', '/health')
    expect(reply.status).toBe(503)
    expect(reply).toMatchObject({
      success: false,
      data: { status: 'unhealthy', services: { [service]: { status: 'unhealthy' } } },
    })
    expect(JSON.stringify(reply.data)).not.toContain('gone')
  })
})

test('/metrics has the specification’s names, by pattern of route', async () => {
  const database = { ping: () => Promise.resolve(), connections: () => 3 }
  const { ask } = await openRest({ activeUsers: () => 7, database })
  await ask('GET', 'users/some-name')
  await ask('GET', 'nothing/here')
  const { data, headers } = await ask<string>('GET', '/metrics')
  expect(headers.get('content-type')).toMatch(/^text\/plain/)
  expect(data).toContain(
    'http_requests_total{method="GET",route="/api/v1/users/:username",status_code="401"} 1',
  )
  expect(data).toMatch(
    /http_request_duration_seconds_bucket\{.*route="\/api\/v1\/users\/:username"/,
  )
  expect(data).toContain('active_users_total 7')
  expect(data).toContain('database_connections_active 3')
  expect(data).toContain('process_cpu_user_seconds_total')
  expect(data).not.toContain('some-name')
  expect(data).not.toContain('nothing/here')
})

describe('the page', () => {
  test('answers all paths that are not of the API, and is asked for anew each time', async () => {
    for (const url of ['/', '/projects/some-slug', '/invite/abc']) {
      const { status, data, headers } = await ask<string>('GET', url)
      expect([status, data.startsWith('<p>the page')]).toEqual([200, true])
      expect(headers.get('cache-control')).toBe('no-cache')
      expect(headers.get('content-type')).toMatch(/^text\/html/)
    }
  })

  test('keeps files with a hash in their name for ever', async () => {
    const { headers } = await ask('GET', '/assets/main-abc.js')
    expect(headers.get('cache-control')).toContain('immutable')
    expect((await ask('GET', '/logo.svg')).headers.get('cache-control')).toBe('no-cache')
  })

  test('is not the answer where an asset or an endpoint is missing', async () => {
    for (const url of ['/assets/gone.js', '/api/v1/gone', '/api', '/api/v2/users']) {
      const { status, error } = await ask('GET', url)
      expect([status, error.code]).toEqual([404, 'NOT_FOUND'])
    }
  })

  test('stays in its folder', async () => {
    for (const url of ['/..%2f..%2fpackage.json', '/%2e%2e/package.json', '/assets/..%5cx']) {
      expect(JSON.stringify(await ask('GET', url))).not.toContain('devDependencies')
    }
  })

  test('is compressed', async () => {
    const { headers } = await ask('GET', '/', { headers: { 'accept-encoding': 'gzip' } })
    expect(headers.get('content-encoding')).toBe('gzip')
  })

  test('carries the rules for browsers', async () => {
    const { headers } = await ask('GET', '/')
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe-eval')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    // Over plain HTTP it would lock out people who try the server on their machine.
    expect(headers.get('strict-transport-security')).toBeNull()
  })

  test('says what to do while it is not built', async () => {
    const unbuilt = await openRest()
    const { status, data } = await unbuilt.ask<string>('GET', '/')
    expect(status).toBe(503)
    expect(data).toContain('npm run build')
  })
})

interface Operation {
  parameters?: { $ref?: string; name?: string }[]
  security: object[]
  responses: Record<string, unknown>
}

describe('the document of the API', () => {
  test('describes every route that there is', async () => {
    const reply = (await (await rest.app.request('/api/v1/openapi.json')).json()) as {
      openapi: string
      paths: Record<string, Record<string, Operation>>
      components: { schemas: object; securitySchemes: object; parameters: object }
    }
    expect(reply.openapi).toBe('3.1.0')
    const described = Object.entries(reply.paths).flatMap(([url, methods]) =>
      Object.keys(methods).map((method) => `${method} ${url}`),
    )
    const mounted = rest.app.routes
      .filter(({ method, path: url }) => method !== 'ALL' && url.startsWith('/api/v1/'))
      .map(
        ({ method, path: url }) => `${method.toLowerCase()} ${url.replaceAll(/:(\w+)/g, '{$1}')}`,
      )
      .filter((route) => route !== 'get /api/v1/openapi.json')
    expect(new Set(described)).toEqual(new Set(mounted))
    expect(described.length).toBeGreaterThan(30)
    expect(reply.components.schemas).toHaveProperty('Error')
    expect(reply.components.securitySchemes).toHaveProperty('bearer')
    expect(reply.components.parameters).toMatchObject({
      IdempotencyKey: { name: 'Idempotency-Key', in: 'header' },
    })
    const keyed = (url: string) => reply.paths[`/api/v1${url}`]?.['post']?.parameters ?? []
    const key = { $ref: '#/components/parameters/IdempotencyKey' }
    expect(keyed('/projects')).toContainEqual(key)
    expect(keyed('/projects/{slug}/issues').map(({ name }) => name)).toEqual([undefined, 'slug'])
    expect(keyed('/auth/login')).toEqual([])
    const me = reply.paths['/api/v1/users/me']?.['get']
    expect(me?.security).toEqual([{ bearer: [] }])
    expect(Object.keys(me?.responses ?? {})).toEqual(['200', '401', '500', '503'])
  })

  test('is shown by a page that loads nothing from elsewhere', async () => {
    const { data } = await ask<string>('GET', '/docs')
    const links = [...data.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '')
    expect(links.length).toBeGreaterThan(2)
    for (const link of links) {
      expect(link).toMatch(/^\/docs\//)
      expect((await ask('GET', link)).status).toBe(200)
    }
  })
})
