import { describe, expect, test } from 'vitest'
import { openRest, type Ask } from '../test/rest.ts'
import { MAX_BODY } from '../protocol/limits.ts'

const rest = await openRest()
const { ask, app } = rest
const { owner, path, project, join } = await rest.makeProject('border')
const hidden = await rest.makeProject('hidden', { visibility: 'private' })
const { token } = owner
const visitor = await rest.signUp('visitor')
await owner.post(`${path}/issues`, { title: 'first' })
await join('member')

interface Case extends Ask {
  title: string
  /** `METHOD path` */
  to: string
  expected: [status: number, code: string]
}

const post = (to: string, body: unknown, title: string): Case => ({
  title,
  to: `POST ${to}`,
  body,
  expected: [400, 'VALIDATION_ERROR'],
})
const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
const json = { 'content-type': 'application/json' }

const cases: Case[] = [
  {
    title: 'malformed JSON',
    to: 'POST projects',
    body: '{"name":',
    expected: [400, 'MALFORMED_JSON'],
  },
  post('projects', { name: 7 }, 'a wrong type'),
  post('projects', {}, 'a missing field'),
  post('projects', [], 'an array for an object'),
  post('projects', 'null', 'null for an object'),
  post('projects', deep, 'a hundred thousand brackets'),
  post('projects', `{"name":"x","tags":${deep}}`, 'brackets in a field'),
  post('projects', { name: 'x', admin: true }, 'an unknown field'),
  post('projects', '{"name":"x","__proto__":{"admin":true}}', 'a prototype'),
  post('projects', { name: 'a\u0000b' }, 'a null character'),
  post('projects', { name: 'x', tags: ['\u0000'] }, 'a null character in a list'),
  post('projects', '{"name":"\\ud800"}', 'half of a surrogate pair'),
  post('projects', { name: 'x'.repeat(101) }, 'a name that is too long'),
  post('projects', { name: ' ' }, 'a name of blanks'),
  post('projects', '{"name":"x","estimatedHours":1e400}', 'an infinite number'),
  post('projects', { name: 'x', estimatedHours: 2 ** 53 }, 'a huge number'),
  post('projects', { name: 'x', repositoryUrl: 'javascript:alert(1)' }, 'a script for a link'),
  post(`${path}/issues`, { title: 'x', assigneeId: 'me' }, 'a name for an id'),
  post(`${path}/issues`, { title: 'x', labels: Array(51).fill('x') }, 'too many labels'),
  post(`${path}/files`, { path: '../etc/passwd' }, 'a path that leaves'),
  post(`${path}/messages`, { message: ' ' }, 'an empty message'),
  post('auth/register', { email: 'x', username: 'xyz', password: '12345678' }, 'no email'),
  post('auth/login', { email: 'a\u0000', password: 'x' }, 'a null character at sign-in'),
  { title: 'page 0', to: 'GET projects?page=0', expected: [400, 'VALIDATION_ERROR'] },
  { title: 'page -1', to: 'GET projects?page=-1', expected: [400, 'VALIDATION_ERROR'] },
  { title: 'page 1e99', to: 'GET projects?page=1e99', expected: [400, 'VALIDATION_ERROR'] },
  { title: 'limit 101', to: 'GET projects?limit=101', expected: [400, 'VALIDATION_ERROR'] },
  { title: 'limit x', to: 'GET projects?limit=x', expected: [400, 'VALIDATION_ERROR'] },
  { title: 'limit 1.5', to: 'GET projects?limit=1.5', expected: [400, 'VALIDATION_ERROR'] },
  {
    title: 'an unknown status',
    to: `GET ${path}/issues?status=lost`,
    expected: [400, 'VALIDATION_ERROR'],
  },
  {
    title: 'a null character in a query',
    to: 'GET projects?q=%00',
    expected: [400, 'VALIDATION_ERROR'],
  },
  { title: 'a null character in a path', to: 'GET users/%00', expected: [400, 'VALIDATION_ERROR'] },
  { title: 'a broken escape in a path', to: 'GET users/%E0%A4', expected: [404, 'NOT_FOUND'] },
  {
    title: 'messages before the first',
    to: `GET ${path}/messages?before=0`,
    expected: [400, 'VALIDATION_ERROR'],
  },
  { title: 'an unknown project', to: 'GET projects/nowhere', expected: [404, 'NOT_FOUND'] },
  {
    title: 'an unknown project id',
    to: `GET projects/${crypto.randomUUID()}`,
    expected: [404, 'NOT_FOUND'],
  },
  { title: 'an id that is none', to: `GET ${path}/issues/x'--`, expected: [404, 'NOT_FOUND'] },
  { title: 'a file id that is none', to: `GET ${path}/files/1`, expected: [404, 'NOT_FOUND'] },
  { title: 'an unknown path', to: 'GET nothing/here', expected: [404, 'NOT_FOUND'] },
  { title: 'an unknown method', to: `PUT ${path}`, body: {}, expected: [404, 'NOT_FOUND'] },
  { title: 'a foreign private project', to: `GET ${hidden.path}`, expected: [404, 'NOT_FOUND'] },
  {
    title: 'writing into a foreign private project',
    to: `POST ${hidden.path}/issues`,
    body: { title: 'x' },
    expected: [404, 'NOT_FOUND'],
  },
  {
    title: 'a visitor who writes',
    to: `POST ${path}/issues`,
    token: visitor.token,
    body: { title: 'x' },
    expected: [403, 'INSUFFICIENT_PERMISSIONS'],
  },
  {
    title: 'a body that is too large',
    to: 'POST projects',
    body: 'x'.repeat(MAX_BODY + 1),
    expected: [413, 'PAYLOAD_TOO_LARGE'],
  },
  {
    title: 'a body that is too large, for the id "upload"',
    to: `PATCH ${path}/files/upload`,
    body: 'x'.repeat(MAX_BODY + 1),
    expected: [413, 'PAYLOAD_TOO_LARGE'],
  },
  {
    title: 'a length that is too large',
    to: 'POST projects',
    body: '{}',
    headers: { ...json, 'content-length': String(MAX_BODY + 1) },
    expected: [413, 'PAYLOAD_TOO_LARGE'],
  },
  {
    title: 'another content type',
    to: 'POST projects',
    body: 'name=x',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    expected: [415, 'UNSUPPORTED_MEDIA_TYPE'],
  },
  {
    title: 'a foreign page',
    to: 'POST projects',
    body: { name: 'x' },
    headers: { ...json, origin: 'https://evil.example' },
    expected: [403, 'ORIGIN_NOT_ALLOWED'],
  },
  {
    title: 'a page in a sandbox',
    to: 'POST projects',
    body: { name: 'x' },
    headers: { ...json, origin: 'null' },
    expected: [403, 'ORIGIN_NOT_ALLOWED'],
  },
]

describe('bad input', () => {
  test.each(cases)('$title', async ({ to, expected, ...options }) => {
    const [method = '', url = ''] = to.split(' ')
    const reply = await ask(method, url, { token, ...options })
    expect([reply.status, reply.error.code]).toEqual(expected)
    expect(reply.error.message).not.toBe('')
    expect(reply.meta.requestId).toBe(reply.headers.get('x-request-id'))
    expect(Number.isNaN(Date.parse(reply.meta.timestamp))).toBe(false)
  })

  test('is named by path, each problem', async () => {
    const body = { name: '', tags: ['ok', 7], difficulty: 'hard' }
    const { error } = await ask('POST', 'projects', { token, body })
    const problems = error.details as { path: string; message: string }[]
    expect(problems.map((problem) => problem.path)).toEqual(['name', 'tags.1', 'difficulty'])
    expect(problems.every(({ message }) => message.length > 0)).toBe(true)
  })

  test('never ends as an error of the server', () => {
    expect(rest.lines.filter(({ level }) => level === 50)).toEqual([])
  })
})

test('an error of ours tells nothing of the inside, and is logged with the id of the request', async () => {
  const broken = await openRest({
    messages: {
      list: () => Promise.reject(new Error('secret detail')),
      send: () => Promise.reject(new Error('secret detail')),
    },
  })
  const { owner: person, path: inProject } = await broken.makeProject('broken')
  const reply = await person.get(`${inProject}/messages`)
  expect([reply.status, reply.error.code]).toEqual([500, 'INTERNAL_ERROR'])
  expect(JSON.stringify(reply)).not.toContain('secret')
  const logged = broken.lines.find(({ level }) => level === 50)
  expect(logged).toMatchObject({
    requestId: reply.meta.requestId,
    err: { message: 'secret detail' },
  })
})

describe('the envelope', () => {
  test('carries the time, and the request’s own id comes back', async () => {
    const headers = { 'x-request-id': 'my-id-1' }
    const reply = await ask('GET', path, { token, headers })
    expect(reply).toMatchObject({ success: true, data: { id: project.id } })
    expect(Object.keys(reply.meta)).toEqual(['timestamp'])
    expect(reply.headers.get('cache-control')).toBe('no-store')
    expect(reply.headers.get('x-request-id')).toBe('my-id-1')
    const odd = await ask('GET', path, { token, headers: { 'x-request-id': '<script>' } })
    expect(odd.headers.get('x-request-id')).not.toContain('<')
  })

  test('logs one line, with the pattern of the route and no secret of its path', async () => {
    const start = rest.lines.length
    await ask('GET', 'invites/the-secret', { headers: { 'x-forwarded-for': '6.6.6.6' } })
    await ask('GET', path, { token })
    expect(rest.lines.slice(start)).toMatchObject([
      { route: '/api/v1/invites/:token', statusCode: 404, method: 'GET', ip: '192.0.2.1' },
      { route: '/api/v1/projects/:slug', statusCode: 200, userId: owner.user.id },
    ])
    expect(JSON.stringify(rest.lines)).not.toContain('the-secret')
    expect(JSON.stringify(rest.lines)).not.toContain(token)
  })

  test('behind a proxy, the address is the one that the proxy saw', async () => {
    const behind = await openRest({ trustProxy: true })
    const headers = { 'x-forwarded-for': '6.6.6.6, 203.0.113.9' }
    await behind.ask('GET', 'projects', { headers })
    expect(behind.lines.at(-1)).toMatchObject({ ip: '203.0.113.9' })
  })
})

describe('origins', () => {
  const send = (origin: string) =>
    ask('POST', 'projects', { token, body: { name: 'x' }, headers: { ...json, origin } })

  test('our own and the configured ones may write', async () => {
    for (const origin of ['http://localhost', 'https://friend.example']) {
      expect((await send(origin)).status).toBe(201)
    }
  })

  test('only configured ones are told to browsers as allowed', async () => {
    const preflight = async (origin: string) =>
      app.request('/api/v1/projects', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
    const friend = await preflight('https://friend.example')
    expect(friend.headers.get('access-control-allow-origin')).toBe('https://friend.example')
    const evil = await preflight('https://evil.example')
    expect(evil.headers.get('access-control-allow-origin')).toBeNull()
    const read = await ask('GET', path, { token, headers: { origin: 'https://evil.example' } })
    expect(read.headers.get('access-control-allow-origin')).toBeNull()
  })
})
