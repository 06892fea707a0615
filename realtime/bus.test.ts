// The bus over a real Redis; the local one has the same interface and no peers.
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { useProxy } from '../test/proxy.ts'
import { freePort } from '../test/services.ts'
import type { Bus } from '../protocol/bus.ts'
import { AppError } from '../protocol/errors.ts'
import { connectRedis, createLocalBus, createRedisBus } from './bus.ts'

/** On a machine that is busy with other tests */
const soon = { timeout: 20_000 }

test('alone, a node answers itself and holds every lease', async () => {
  const bus = createLocalBus()
  bus.respond('double', (n) => Promise.resolve(Number(n) * 2))
  expect(await bus.request(bus.nodeId, 'double', 21)).toBe(42)
  expect(await bus.claim('room', 1_000)).toBe(bus.nodeId)
  await expect(bus.request('another', 'double', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})

describe.skipIf(!inject('redisUrl'))('over Redis', () => {
  const useNode = async (url = inject('redisUrl') ?? '') => {
    const client = await connectRedis(url, () => undefined)
    const bus = await createRedisBus(client)
    onTestFinished(async () => {
      await bus.close()
      client.disconnect()
    })
    return { bus, client }
  }

  /** Other tests have nodes on this Redis, too. */
  const know = (a: Bus, b: Bus) => [a.peers().includes(b.nodeId), b.peers().includes(a.nodeId)]

  test('news reaches the other nodes and not the sender', async () => {
    const [{ bus: a }, { bus: b }] = [await useNode(), await useNode()]
    const heard: string[] = []
    a.subscribe('t', (data) => heard.push(`a ${data.join()}`))
    const stop = b.subscribe('t', (data, from) =>
      heard.push(`b ${data.join()} ${from === a.nodeId}`),
    )
    // Subscriptions take a moment to reach Redis: the first news may pass by, as the interface says.
    await expect
      .poll(() => {
        a.publish('t', new Uint8Array([1, 255]))
        return heard.length
      })
      .toBeGreaterThan(0)
    expect(new Set(heard)).toEqual(new Set(['b 1,255 true']))
    stop()
  })

  test('a request is answered by its node, and its refusal keeps code and sentence', async () => {
    const [{ bus: a }, { bus: b }] = [await useNode(), await useNode()]
    b.respond('greet', (name) => Promise.resolve(`hello ${String(name)}`))
    b.respond('refuse', () => Promise.reject(new AppError('CONFLICT', 'taken', { by: 'x' })))
    b.respond('break', () => Promise.reject(new Error('secret inside')))
    expect(await a.request(b.nodeId, 'greet', 'ada')).toBe('hello ada')
    await expect(a.request(b.nodeId, 'refuse', 1)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'taken',
      details: { by: 'x' },
    })
    await expect(a.request(b.nodeId, 'break', 1)).rejects.toMatchObject({ code: 'INTERNAL_ERROR' })
    await expect(a.request(b.nodeId, 'break', 1)).rejects.not.toThrow('secret')
  })

  test('asking a node that is gone fails at once', async () => {
    const { bus } = await useNode()
    await expect(bus.request('gone', 'greet', 1, 60_000)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
  })

  test('a lease has one holder, until it is released', async () => {
    const [{ bus: a }, { bus: b }] = [await useNode(), await useNode()]
    expect(await a.claim('room', 60_000)).toBe(a.nodeId)
    expect(await b.claim('room', 60_000)).toBe(a.nodeId)
    await b.release('room')
    expect(await b.claim('room', 60_000)).toBe(a.nodeId)
    await a.release('room')
    expect(await b.claim('room', 60_000)).toBe(b.nodeId)
    await b.release('room')
  })

  test('who may takes the lease of a node that is gone, and of no other', async () => {
    const [{ bus: a, client }, { bus: b }] = [await useNode(), await useNode()]
    expect(await a.claim('call', 60_000)).toBe(a.nodeId)
    expect(await b.claim('call', 60_000, true)).toBe(a.nodeId)
    await a.close()
    client.disconnect()
    expect(await b.claim('call', 60_000)).toBe(a.nodeId)
    await expect.poll(() => b.claim('call', 60_000, true), soon).toBe(b.nodeId)
    await b.release('call')
  })

  test('a Redis that is not there stops the start with a sentence', async () => {
    const port = await freePort()
    await expect(connectRedis(`redis://127.0.0.1:${port}`, () => undefined)).rejects.toThrow(
      `REDIS_URL: no Redis answers at 127.0.0.1:${port}`,
    )
  })

  test('a node hears when it may have missed news', async () => {
    const [{ bus: a }, { client }] = [await useNode(), await useNode()]
    let gaps = 0
    a.onGap(() => gaps++)
    await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await expect.poll(() => a.connected()).toBe(false)
    await expect.poll(() => gaps, soon).toBeGreaterThan(0)
    await expect.poll(() => a.connected(), soon).toBe(true)
  })

  test('nodes know each other, and hear that one went', async () => {
    const [{ bus: a }, { bus: b }] = [await useNode(), await useNode()]
    await expect.poll(() => know(a, b), soon).toEqual([true, true])
    const gone: string[] = []
    a.onPeerGone((node) => gone.push(node))
    await b.close()
    await expect.poll(() => gone, soon).toContain(b.nodeId)
    expect(a.peers()).not.toContain(b.nodeId)
  })

  test('a node that was cut off finds the others where they were, and they hear that they missed its news', async () => {
    const proxy = await useProxy(inject('redisUrl') ?? '')
    const [{ bus: a }, { bus: b }] = [await useNode(), await useNode(proxy.url)]
    await expect.poll(() => know(a, b), soon).toEqual([true, true])
    const told: string[] = []
    a.onGap(() => told.push('a: gap'))
    a.onPeerGone((node) => node === b.nodeId && told.push('a: gone'))
    b.onPeerGone((node) => node === a.nodeId && told.push('b: gone'))
    await proxy.cut()
    await expect.poll(() => b.connected(), soon).toBe(false)
    await expect.poll(() => told, soon).toEqual(['a: gone'])
    await proxy.restore()
    await expect.poll(() => told, soon).toEqual(['a: gone', 'a: gap'])
    expect(know(a, b)).toEqual([true, true])
  })
})
