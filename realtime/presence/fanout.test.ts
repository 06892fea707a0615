// Presence to a client that does not read, over a real socket whose buffer this test fills.
import { createServer } from 'node:http'
import type { AddressInfo, Socket as NetSocket } from 'node:net'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../db/database.ts'
import { projectRoom } from '../../protocol/names.ts'
import { connect } from '../../test/people.ts'
import { createLocalBus } from '../bus.ts'
import { createIo, type IoSocket } from '../io.ts'
import { createOutlet, encodeEvent } from '../outlet.ts'
import { createPresence } from './presence.ts'

const log = pino({ level: 'silent' })
const projectId = '00000000-0000-4000-8000-000000000001'

/** A node with a room and nothing else; the token is the person's name. */
async function useNode() {
  const database = await openDatabase({ dataDir: 'memory://' })
  const http = createServer()
  const io = createIo({
    http,
    allowOrigin: () => true,
    isStopping: () => false,
    authenticate: (name) => {
      const id = `00000000-0000-4000-8000-00000000000${name.length}`
      const user = { id, username: name, displayName: name, avatar: '' }
      return Promise.resolve({ id, role: 'member', user, sessionId: id })
    },
  })
  const outlet = createOutlet({ io, log })
  const { db } = database
  const presence = createPresence({ db, io, bus: createLocalBus(), outlet, log, graceMs: 0 })
  const seats = new Map<string, IoSocket>()
  io.on('connection', (socket) => {
    seats.set(socket.data.principal.user.username, socket)
    socket.data.joined[projectId] = ['room:join']
    void socket.join(projectRoom(projectId))
    presence.joined(projectId, socket)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    await io.close()
    await presence.close()
    outlet.close()
    await database.close()
  })
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  return { outlet, seats, come: (name: string) => connect({ url, token: name }) }
}

test('[P6] whoever reads slowly is not told, and gets everybody at once when reading again', async () => {
  const { outlet, seats, come } = await useNode()
  const slow = await come('slow')
  const [changes, states] = [slow.collect('presence_changed'), slow.collect('presence_state')]
  const brisk = await come('brisk')
  const seenByBrisk = brisk.collect('presence_changed')
  await expect.poll(() => changes.length).toBeGreaterThan(0)
  const seat = seats.get('slow')
  // Socket.IO types neither the transport's socket nor the connection inside.
  const { _socket: connection } = (
    seat!.conn.transport as unknown as { socket: { _socket: NetSocket } }
  ).socket
  connection.cork()
  const filler = { id: '', title: '', message: 'x'.repeat(100_000), type: 'info' } as const
  outlet.toRoom(seat!.id, [encodeEvent('notification', filler)])
  const before = changes.length
  const third = await come('another')
  await expect.poll(() => seenByBrisk.at(-1)?.payload.user.username).toBe('another')
  third.socket.disconnect()
  await expect.poll(() => seenByBrisk.at(-1)?.payload.status).toBe('offline')
  connection.uncork()
  await expect
    .poll(() =>
      states
        .at(-1)
        ?.payload.present.map(({ username }) => username)
        .sort(),
    )
    .toEqual(['brisk', 'slow'])
  expect(changes.slice(before)).toEqual([])
})
