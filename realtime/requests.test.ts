// What a socket may send, and what nonsense it may send: everything gets an answer, the process lives.
import { mkdtempSync, rmSync } from 'node:fs'
import { connect as dial } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { MAX_MESSAGE } from '../protocol/limits.ts'
import { connect, createProject, register, type Person } from '../test/people.ts'
import { startTestServer, useServerProcess } from '../test/server.ts'

let server: Awaited<ReturnType<typeof startTestServer>>
let ada: Person
let projectId: string
beforeAll(async () => {
  server = await startTestServer()
  ada = await register(server.url, 'ada')
  projectId = (await createProject(ada)).id
})
afterAll(() => server.close())

describe('[S1] every request is acknowledged', () => {
  const nonsense: [what: string, name: string | number, args: unknown[], code: string][] = [
    ['an event that does not exist', 'make_coffee', [{}], 'NOT_FOUND'],
    ['one named like a method of objects', 'constructor', [{}], 'NOT_FOUND'],
    ['one that is a number', 7, [{}], 'NOT_FOUND'],
    ['no payload', 'join_project', [], 'VALIDATION_ERROR'],
    ['a payload that is text', 'join_project', ['hello'], 'VALIDATION_ERROR'],
    ['null', 'send_message', [null], 'VALIDATION_ERROR'],
    ['a list', 'send_message', [[1, 2]], 'VALIDATION_ERROR'],
    ['an id that is none', 'join_project', [{ projectId: "' or 1=1" }], 'VALIDATION_ERROR'],
    ['a number as id', 'join_project', [{ projectId: 7 }], 'VALIDATION_ERROR'],
    ['a negative since', 'join_project', ['PROJECT', { since: -1 }], 'VALIDATION_ERROR'],
    ['an empty message', 'send_message', ['PROJECT', { message: '  ' }], 'VALIDATION_ERROR'],
    ['no message', 'send_message', ['PROJECT', {}], 'VALIDATION_ERROR'],
    ['an object as message', 'send_message', ['PROJECT', { message: {} }], 'VALIDATION_ERROR'],
    ['a null character', 'send_message', ['PROJECT', { message: 'a\u0000b' }], 'VALIDATION_ERROR'],
    ['half a character', 'send_message', ['PROJECT', { message: 'a\ud83d' }], 'VALIDATION_ERROR'],
    [
      'too long a message',
      'send_message',
      ['PROJECT', { message: 'x'.repeat(MAX_MESSAGE + 1) }],
      'VALIDATION_ERROR',
    ],
    [
      'a nonce that is a number',
      'send_message',
      ['PROJECT', { message: 'x', nonce: 1 }],
      'VALIDATION_ERROR',
    ],
    ['an absurd seq', 'mark_read', ['PROJECT', { seq: 1e300 }], 'VALIDATION_ERROR'],
    ['an absurd limit', 'get_messages', ['PROJECT', { limit: 1e9 }], 'VALIDATION_ERROR'],
    [
      'typing where there is nothing',
      'typing_start',
      [{ projectId: '0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a' }],
      'INSUFFICIENT_PERMISSIONS',
    ],
  ]
  test.each(nonsense)('%s', async (_, name, args, code) => {
    const { ask, request } = await connect(ada)
    // 'PROJECT' stands for a payload that is right but for what follows.
    const payload = args[0] === 'PROJECT' ? [{ projectId, ...(args[1] as object) }] : args
    expect(await ask(name as string, ...payload)).toMatchObject({
      ok: false,
      error: { code, message: expect.stringMatching(/\w/) as string },
    })
    expect((await request('join_project', { projectId })).projectId).toBe(projectId)
  })
})

test('[S1] events without acknowledgement, and an acknowledgement that throws nothing back, do no harm', async () => {
  const { socket, request } = await connect(ada)
  const send = socket as unknown as { emit(...args: unknown[]): void }
  send.emit('join_project')
  send.emit('send_message', null)
  send.emit('nothing', () => undefined, 3)
  send.emit('join_project', { projectId }, 'not a function')
  expect((await request('join_project', { projectId })).projectId).toBe(projectId)
})

test('[S6] what waited for a node that stood still is not done', async () => {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-still-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const node = await useServerProcess({ PORT: '0', DATA_DIR: dataDir })
  const bob = await register(node.url, 'bob')
  const { id } = await createProject(bob)
  const { socket, ask, request } = await connect(bob)
  const said = await request('send_message', { projectId: id, message: 'one' })
  const edit = { projectId: id, messageId: said.id, message: 'two' }
  node.child.kill('SIGSTOP')
  const late = (socket as unknown as Socket).emitWithAck('edit_message', edit)
  await sleep(11_000)
  node.child.kill('SIGCONT')
  expect(await late).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } })
  await expect.poll(() => ask('edit_message', edit)).toMatchObject({ ok: true })
}, 60_000)

test('[S2] a flood is answered RATE_LIMITED and the socket stays usable', async () => {
  const { ask } = await connect(ada)
  const names = ['leave_project', 'nothing_of_ours']
  const replies = await Promise.all(
    Array.from({ length: 350 }, (_, n) => ask(names[n % 2] ?? '', { projectId })),
  )
  const refused = replies.filter((reply) => !reply.ok && reply.error.code === 'RATE_LIMITED')
  expect(refused).toHaveLength(50)
})

test('[S2] an oversized frame ends the connection of its sender only', async () => {
  const [flood, other] = [await connect(ada), await connect(ada)]
  flood.socket.io.reconnection(false)
  const gone = new Promise((resolve) => flood.socket.once('disconnect', resolve))
  flood.socket.emit('send_message', { projectId, message: 'x'.repeat(400_000) }, () => undefined)
  await gone
  expect((await other.request('join_project', { projectId })).projectId).toBe(projectId)
})

const handshake = (options: object) =>
  new Promise<{ message: string; data?: { code: string } } | null>((resolve) => {
    const socket = io(server.url, { forceNew: true, reconnection: false, ...options })
    socket.once('connect', () => resolve(null))
    socket.once('connect_error', (error) => resolve(error))
    socket.once('connect', () => socket.disconnect())
  })

describe('the handshake', () => {
  test.each([
    ['no token', {}],
    ['a token that is a number', { auth: { token: 5 } }],
    ['a forged token', { auth: { token: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.' } }],
  ])('is refused with %s', async (_, options) => {
    const error = await handshake(options)
    expect(error?.data).toMatchObject({ code: 'AUTHENTICATION_FAILED' })
    expect(error?.message).toMatch(/\w/)
  })

  test('[S3] is refused to a page of another origin, over both transports', async () => {
    for (const transport of ['polling', 'websocket']) {
      const options = { auth: { token: ada.token }, transports: [transport] }
      const from = (origin: string) => handshake({ ...options, extraHeaders: { origin } })
      expect(await from('https://evil.example')).not.toBeNull()
      expect(await from(server.url)).toBeNull()
    }
  })
})

/** Asks for a websocket; the client's side of the connection stays open. */
async function upgrade(port: number, path: string, origin?: string) {
  const socket = dial({ port, host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(origin ? [`Origin: ${origin}`] : []),
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  const answer = await new Promise<string>((resolve) => {
    socket.once('data', (data) => resolve(data.toString()))
  })
  return Number(answer.split(' ')[1])
}

test('[S3] unknown paths and foreign origins get no websocket', async () => {
  const status = (path: string, origin?: string) => upgrade(server.port, path, origin)
  expect(await status('/nowhere')).toBe(404)
  expect(await status('/collab', 'https://evil.example')).toBe(403)
  expect(await status('/collab', server.url)).toBe(101)
})

test('who does not close a refused connection does not keep the server from stopping', async () => {
  const stopping = await startTestServer()
  expect(await upgrade(stopping.port, '/nowhere')).toBe(404)
  await stopping.close()
  await expect(fetch(`${stopping.url}/health`)).rejects.toThrow('fetch failed')
})
