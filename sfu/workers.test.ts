// Media workers as processes: where they listen, what they announce, how they are shared.
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { announce, localAddresses } from './addresses.ts'
import { grantTurn } from './turn.ts'
import { createWorkerBinary } from './worker/binary.ts'
import { createWorkers, type MediaConfig } from './workers.ts'

let binary: string
beforeAll(async () => {
  binary = await createWorkerBinary({ env: process.env }).ready
}, 600_000)

function useWorkers(config: MediaConfig) {
  const workers = createWorkers(config, { error: () => undefined })
  onTestFinished(() => workers.close())
  return workers
}

/** Takes a port for UDP or TCP. */
async function occupy(port: number, protocol: 'udp' | 'tcp') {
  if (protocol === 'udp') {
    const socket = createSocket('udp4')
    onTestFinished(() => void socket.close())
    await new Promise<void>((resolve) => socket.bind(port, '0.0.0.0', resolve))
  } else {
    const server = createServer()
    onTestFinished(() => void server.close())
    await new Promise<void>((resolve) => server.listen(port, '0.0.0.0', resolve))
  }
}

test('[CA23] workers outlive the signal to stop: the server moves their calls first', async () => {
  const listening = () => ['SIGINT', 'SIGTERM'].map((signal) => process.listenerCount(signal))
  const before = listening()
  const workers = useWorkers({ portMin: 21_435, portMax: 21_436 })
  await workers.leastLoaded(binary)
  expect(listening()).toEqual(before)
})

test('a port that is taken, for UDP or TCP, is passed by', async () => {
  await occupy(21_400, 'udp')
  await occupy(21_401, 'tcp')
  const workers = useWorkers({ portMin: 21_400, portMax: 21_402 })
  expect((await workers.leastLoaded(binary)).port).toBe(21_402)
})

test('when no port of the range is left, the error says so', async () => {
  await occupy(21_410, 'udp')
  const workers = useWorkers({ portMin: 21_410, portMax: 21_410 })
  await expect(workers.leastLoaded(binary)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('All media ports from 21410 to 21410 are in use'),
  })
  expect(workers.pids()).toEqual([])
})

test('an address that is not ours is named', async () => {
  const workers = useWorkers({ listenAddresses: ['203.0.113.9'], portMin: 21_415, portMax: 21_415 })
  await expect(workers.leastLoaded(binary)).rejects.toMatchObject({
    message: expect.stringContaining('203.0.113.9'),
  })
})

test('calls spread over as many workers as allowed, then over the least loaded', async () => {
  const workers = useWorkers({ portMin: 21_420, portMax: 21_430, workers: 2 })
  const first = await workers.leastLoaded(binary)
  expect(await workers.leastLoaded(binary)).toBe(first)
  first.load = 3
  const second = await workers.leastLoaded(binary)
  expect(second).not.toBe(first)
  second.load = 4
  expect(await workers.leastLoaded(binary)).toBe(first)
  expect(workers.pids()).toHaveLength(2)
})

test('every announced address gets candidates, and no wildcard leaks', async () => {
  const announcedAddresses = ['media.example.org', '192.0.2.7']
  const config = { portMin: 21_440, portMax: 21_450, workers: 1 }
  const kinds = async (more: MediaConfig) => {
    const worker = await useWorkers({ ...config, ...more }).leastLoaded(binary)
    const transport = await worker.createTransport(await worker.createRouter())
    return worker.candidates(transport).map(({ protocol, address }) => `${protocol} ${address}`)
  }
  const both = (addresses: string[]) =>
    ['udp', 'tcp'].flatMap((protocol) => addresses.map((one) => `${protocol} ${one}`))
  expect(await kinds({ announcedAddresses })).toEqual(both(announcedAddresses))
  expect(await kinds({})).toEqual(both(localAddresses()))
  expect(await kinds({ listenAddresses: ['127.0.0.1'] })).toEqual(both(['127.0.0.1']))
})

test('candidates keep their order: UDP before TCP, earlier addresses first', () => {
  const candidate = { foundation: 'f', ip: '', address: '', port: 1, type: 'host' as const }
  const udp = { ...candidate, protocol: 'udp' as const, priority: 1_076_558_079 }
  const tcp = { ...candidate, protocol: 'tcp' as const, priority: 1_076_276_479 }
  const announced = announce([udp, tcp], ['a', 'b', 'c'])
  const priorities = announced.map(({ priority }) => priority)
  expect(priorities).toEqual(priorities.toSorted((a, b) => b - a))
  expect(new Set(announced.map(({ foundation }) => foundation)).size).toBeGreaterThan(2)
})

test('[CA31] addresses of each family are announced once for the sockets of theirs, host names for the first', () => {
  const socket = (protocol: 'udp' | 'tcp', address: string, priority: number) => ({
    foundation: protocol,
    protocol,
    priority,
    ip: address,
    address,
    port: 1,
    type: 'host' as const,
  })
  const sockets = [
    socket('udp', '0.0.0.0', 4_000_000),
    socket('udp', '::', 3_000_000),
    socket('tcp', '0.0.0.0', 2_000_000),
    socket('tcp', '::', 1_000_000),
  ]
  const announced = announce(sockets, ['2001:db8::1', 'media.example.org', '192.0.2.7'])
  expect(announced.map(({ protocol, address }) => `${protocol} ${address}`)).toEqual([
    'udp media.example.org',
    'udp 192.0.2.7',
    'udp 2001:db8::1',
    'tcp media.example.org',
    'tcp 192.0.2.7',
    'tcp 2001:db8::1',
  ])
  const onlyOne = announce([socket('udp', '::', 1)], ['192.0.2.7', 'media.example.org'])
  expect(onlyOne.map(({ address }) => address)).toEqual(['media.example.org'])
})

test('TURN passwords are what coturn derives from the shared secret', () => {
  const granted = grantTurn({ urls: ['turn:turn.example.org'], secret: 'north' }, 'ada')
  const [expires, user] = granted.username.split(':')
  expect(user).toBe('ada')
  expect(Number(expires)).toBeGreaterThan(Date.now() / 1_000)
  expect(granted.credential).toMatch(/^[A-Za-z0-9+/]{27}=$/)
})
