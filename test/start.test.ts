// The command as an operator meets it: bad settings, a taken port, a busy directory, output nobody reads, SIGTERM.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createProject, register } from './people.ts'
import { useServerProcess } from './server.ts'

const useDirectory = () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-start-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Runs the command until it ends by itself. */
async function runToEnd(settings: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ['server/main.ts'], {
    env: { ...process.env, HOST: '127.0.0.1', LOG_LEVEL: 'error', ...settings },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const [code] = (await once(child, 'exit')) as [number]
  return { code, errors }
}

test.each([
  ['PORT', 'eighty', 'PORT: use a whole number from 0 to 65535'],
  ['DATABASE_URL', 'mysql://x', 'DATABASE_URL: '],
  ['JWT_SECRET', 'short', 'JWT_SECRET: use at least 32 characters'],
  ['JWT_EXPIRES_IN', 'soon', 'JWT_EXPIRES_IN: use a number with s, m, h or d, such as 15m'],
  ['LOG_LEVEL', 'loud', 'LOG_LEVEL: '],
  ['PUBLIC_URL', 'example.com', 'PUBLIC_URL: '],
  ['TURN_URLS', 'turn.example.org', 'TURN_URLS: use addresses such as turn:turn.example.org:3478'],
  ['TURN_SECRET', 'alone', 'TURN_URLS: set it together with TURN_SECRET, or neither'],
  ['REDIS_URL', 'redis://127.0.0.1:1', 'REDIS_URL: no Redis answers at 127.0.0.1:1'],
])('%s=%s stops the start with a line that names it', async (name, value, line) => {
  const { code, errors } = await runToEnd({ PORT: '0', DATA_DIR: useDirectory(), [name]: value })
  expect(code).toBe(1)
  expect(errors).toContain(`OpenLaunch cannot start.\n${line}`)
  expect(errors).not.toContain('    at ')
})

test('a port and a data directory in use are named', async () => {
  const directory = useDirectory()
  const running = await useServerProcess({ PORT: '0', DATA_DIR: directory })
  const { port } = new URL(running.url)
  const busyPort = await runToEnd({ PORT: port, DATA_DIR: useDirectory() })
  expect(busyPort.errors).toContain(`PORT: port ${port} is in use; set PORT to another one`)
  const busyDirectory = await runToEnd({ PORT: '0', DATA_DIR: directory })
  expect(busyDirectory.errors).toContain(`in use by process ${running.child.pid}`)
  expect((await fetch(`${running.url}/health`)).status).toBe(200)
})

test('an embedded database that cannot write ends the process, with a sentence', async () => {
  const directory = useDirectory()
  const server = await useServerProcess({ PORT: '0', DATA_DIR: directory })
  const ended = once(server.child, 'exit')
  const owner = await register(server.url)
  const { slug } = await createProject(owner)
  // As on a full disk: no new segment of the log can be made.
  rmSync(path.join(directory, 'postgres/pg_wal'), { recursive: true })
  const content = randomBytes(300_000).toString('hex')
  for (let n = 0; server.child.exitCode === null && n < 100; n++)
    await owner
      .rest('POST', `/projects/${slug}/files`, { path: `${n}.txt`, content })
      .catch(() => undefined)
  expect((await ended)[0]).toBe(1)
  expect(server.output()).toContain('its embedded database has ended')
})

test('SIGTERM ends it cleanly, and what it kept is there at the next start', async () => {
  const settings = { PORT: '0', DATA_DIR: useDirectory() }
  const first = await useServerProcess(settings)
  const account = { email: 'ada@example.com', username: 'ada', password: 'correct horse' }
  const post = (url: string, action: string) =>
    fetch(`${url}/api/v1/auth/${action}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(account),
    })
  expect((await post(first.url, 'register')).status).toBe(201)
  await first.kill('SIGTERM')
  expect(first.child.exitCode).toBe(0)
  const second = await useServerProcess(settings)
  expect((await post(second.url, 'login')).status).toBe(200)
})

test('it lives on when nobody reads its output', async () => {
  const server = await useServerProcess({ PORT: '0', DATA_DIR: useDirectory(), LOG_LEVEL: 'info' })
  server.child.stdout?.destroy()
  server.child.stderr?.destroy()
  for (let n = 0; n < 3; n++) expect((await fetch(`${server.url}/health`)).status).toBe(200)
})

test('the demo fills an empty installation once, and its people can sign in', async () => {
  const settings = { PORT: '0', HOST: '127.0.0.1', DATA_DIR: useDirectory() }
  const run = async (until: RegExp) => {
    const child = spawn(process.execPath, ['scripts/demo.ts'], {
      env: { ...process.env, ...settings },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let output = ''
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      output += String(chunk)
      if (until.test(output)) break
    }
    return { child, output, url: /ready: (\S+)/.exec(output)?.[1] ?? '' }
  }
  const first = await run(/Sign in as .*\n/)
  const password = /password "(.*)"/.exec(first.output)?.[1]
  const login = await fetch(`${first.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ada', password }),
  })
  expect(login.status).toBe(200)
  const gone = once(first.child, 'exit')
  first.child.kill('SIGTERM')
  await gone
  const second = await run(/nothing was added.*\n/)
  expect(second.output).toContain('People have registered here already')
})

// The library that serves it would wait 30 s.
test('a client that reads no more does not hold the end up', { timeout: 25_000 }, async () => {
  const { url, kill } = await useServerProcess({ PORT: '0', DATA_DIR: useDirectory() })
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const path = '/socket.io/?EIO=4&transport=websocket'
  const headers = [
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
  ]
  socket.write(`GET ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toContain('101 Switching Protocols')
  socket.pause()
  await kill('SIGTERM')
})
