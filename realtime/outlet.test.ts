// Events on their way to this node's sockets: complete, in order, on every transport; and who reads too slowly.
import { createServer } from 'node:http'
import type { AddressInfo, Socket as NetSocket } from 'node:net'
import { pino } from 'pino'
import { io as open } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Principal } from '../protocol/access.ts'
import type { Envelope, Events, ProjectUpdate } from '../protocol/events.ts'
import { MAX_UNREAD_BYTES } from '../protocol/limits.ts'
import { userRoom } from '../protocol/names.ts'
import { connect, createProject, register } from '../test/people.ts'
import { startTestServer } from '../test/server.ts'
import { createEmit } from './emit.ts'
import { createIo } from './io.ts'
import { createOutlet, encodeEvent } from './outlet.ts'

const ROOM = userRoom('ada')
const note = (id: string, message = ''): Events['notification'] => ({
  id,
  title: '',
  message,
  type: 'info',
})
const packet = (id: string, message = '') => encodeEvent('notification', note(id, message))

/** A node where everybody who connects is Ada. */
async function useNode() {
  const http = createServer()
  const user = { id: 'ada', username: 'ada', displayName: 'Ada', avatar: '' }
  const principal: Principal = { id: 'ada', role: 'member', user, sessionId: 's' }
  const authenticate = () => Promise.resolve(principal)
  const io = createIo({ http, allowOrigin: () => true, authenticate })
  const outlet = createOutlet({ io, log: pino({ level: 'silent' }) })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    outlet.close()
    await io.close()
  })
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  return { io, outlet, emit: createEmit(io), url }
}

/** A client that speaks the protocol by itself and can stop reading. */
async function useReader(url: string, token = 'any') {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
  onTestFinished(() => ws.terminate())
  const heard: string[] = []
  const closed = new Promise<void>((resolve) => ws.once('close', () => resolve()))
  const connected = new Promise<string>((resolve) => {
    ws.on('message', (data: Buffer) => {
      const text = data.toString()
      if (text.startsWith('0')) ws.send(`40${JSON.stringify({ token })}`)
      else if (text.startsWith('40')) resolve((JSON.parse(text.slice(2)) as { sid: string }).sid)
      else if (text === '2') ws.send('3')
      else heard.push(text)
    })
  })
  const id = await connected
  const { _socket: net } = ws as unknown as { _socket: NetSocket }
  const hears = async (count: number) => {
    while (heard.length < count) await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toHaveLength(count)
  }
  return {
    id,
    ws,
    heard,
    hears,
    closed,
    stopReading: () => net.pause(),
    readAgain: () => net.resume(),
  }
}

test('every transport gets everything, in order, whichever way it leaves', async () => {
  const { io, outlet, emit, url } = await useNode()
  const clients = [['websocket'], ['polling'], ['polling', 'websocket']].map((transports) => {
    const socket = open(url, { auth: { token: 'any' }, transports, forceNew: true })
    onTestFinished(() => void socket.disconnect())
    const heard: string[] = []
    socket.on('notification', ({ payload }: Envelope<'notification', Events['notification']>) =>
      heard.push(`${payload.id}:${payload.message}`),
    )
    return { heard }
  })
  await expect.poll(() => io.sockets.adapter.rooms.get(ROOM)?.size).toBe(3)
  const texts = ['', 'é😀'.repeat(20), 'y'.repeat(300), '\n"\\'.repeat(30_000)]
  const sent: string[] = []
  // The third changes its transport while this goes on.
  for (let n = 0; n < 200; n++) {
    const message = texts[n % 97 === 0 ? 3 : n % 3] ?? ''
    const ids = [`${n}a`, `${n}b`, `${n}c`]
    sent.push(...ids.map((id) => `${id}:${message}`))
    if (n % 3 === 0) ids.forEach((id) => emit.toUser('ada', 'notification', note(id, message)))
    else
      outlet.toRoom(
        ROOM,
        ids.map((id) => packet(id, message)),
      )
    if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  for (const { heard } of clients) await expect.poll(() => heard.length).toBe(sent.length)
  for (const { heard } of clients) expect(heard).toEqual(sent)
})

test('one socket can be left out', async () => {
  const { outlet, url } = await useNode()
  const [a, b] = [await useReader(url), await useReader(url)]
  outlet.toRoom(ROOM, [packet('1')], { except: a.id })
  outlet.toRoom(ROOM, [packet('2')])
  await expect.poll(() => [a.heard.length, b.heard.length]).toEqual([1, 2])
})

test('[S4] what may be lost is not told to a socket that reads slowly', async () => {
  const { outlet, url } = await useNode()
  const [slow, other] = [await useReader(url), await useReader(url)]
  slow.stopReading()
  const shed: string[] = []
  const options = { shed: true, onShed: (id: string) => void shed.push(id) }
  const message = 'x'.repeat(MAX_UNREAD_BYTES / 8)
  let sent = 0
  while (shed.length === 0) {
    outlet.toRoom(ROOM, [packet(`${sent++}`, message)], options)
    await other.hears(sent)
  }
  expect(shed).toEqual([slow.id])
  slow.readAgain()
  await expect
    .poll(() => {
      shed.length = 0
      outlet.toRoom(ROOM, [packet('more')], options)
      return shed
    })
    .toEqual([])
  await expect.poll(() => slow.heard.at(-1)).toContain('more')
})

test('[S4] who does not read is cut off, whichever way events come; the others feel nothing', async () => {
  for (const way of ['outlet', 'emit'] as const) {
    const { io, outlet, emit, url } = await useNode()
    const [deaf, other] = [await useReader(url), await useReader(url)]
    deaf.stopReading()
    const message = 'x'.repeat(MAX_UNREAD_BYTES / 8)
    let sent = 0
    while (io.sockets.sockets.has(deaf.id)) {
      if (way === 'outlet') outlet.toRoom(ROOM, [packet(`${sent++}`, message)])
      else emit.toUser('ada', 'notification', note(`${sent++}`, message))
      await other.hears(sent)
    }
    deaf.readAgain()
    await deaf.closed
    expect(other.ws.readyState).toBe(WebSocket.OPEN)
  }
})

test('[S4] who polls no more is cut off, too', async () => {
  const { io, outlet, url } = await useNode()
  const address = `${url}/socket.io/?EIO=4&transport=polling`
  const read = async (sid = '') => (await fetch(address + sid)).text()
  const { sid } = JSON.parse((await read()).slice(1)) as { sid: string }
  await fetch(`${address}&sid=${sid}`, { method: 'POST', body: '40{"token":"any"}' })
  expect(await read(`&sid=${sid}`)).toMatch(/^40/)
  const message = 'x'.repeat(MAX_UNREAD_BYTES / 8)
  for (let sent = 0; io.sockets.sockets.size > 0; sent++) {
    expect(sent).toBeLessThan(100)
    outlet.toRoom(ROOM, [packet(`${sent}`, message)])
  }
  await expect.poll(() => io.engine.clientsCount, { timeout: 5_000 }).toBe(0)
})

test('[S4] [R3] who was cut off comes back and gets what it missed', async () => {
  const server = await startTestServer()
  onTestFinished(() => server.close())
  const [ada, bob] = [await register(server.url, 'ada'), await register(server.url, 'bob')]
  const { id: projectId, slug } = await createProject(ada, [bob])
  const a = await connect(ada)
  const { seq } = await a.request('join_project', { projectId })
  const live = a.collect('project_update')
  const deaf = await useReader(server.url, bob.token)
  deaf.ws.send(`420["join_project",${JSON.stringify({ projectId })}]`)
  await expect.poll(() => deaf.heard.some((text) => text.startsWith('430'))).toBe(true)
  deaf.stopReading()
  const others = async () => {
    const { present } = await a.request('join_project', { projectId })
    return present.filter(({ id }) => id === bob.id).length
  }
  let posted = 0
  do {
    for (let n = 0; n < 20; n++) {
      const issue = { title: `${posted++}`, description: 'x'.repeat(90_000) }
      expect((await ada.rest('POST', `/projects/${slug}/issues`, issue)).status).toBe(201)
    }
  } while ((await others()) > 0)
  deaf.readAgain()
  await deaf.closed

  await expect.poll(() => live.length).toBe(posted)
  const b = await connect(bob)
  const first = await b.request('join_project', { projectId, since: seq })
  const updates: ProjectUpdate[] = first.updates
  let page = first as { seq: number; hasMore: boolean; reset: boolean }
  while (page.hasMore) {
    const next = await b.request('get_updates', { projectId, after: page.seq })
    updates.push(...next.updates)
    page = next
  }
  expect(page.reset).toBe(false)
  expect(updates.map((update) => update.seq)).toEqual(live.map(({ payload }) => payload.seq))
}, 60_000)
