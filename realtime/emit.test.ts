// Where events arrive: at sockets of every node, or at this node's own. Two nodes over a real Redis.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import type { Principal } from '../protocol/access.ts'
import { connect } from '../test/people.ts'
import { useProxy } from '../test/proxy.ts'
import { connectRedis } from './bus.ts'
import { createEmit } from './emit.ts'
import { createIo } from './io.ts'

describe.skipIf(!inject('redisUrl'))('on two nodes', () => {
  const useNode = async (redisUrl = inject('redisUrl') ?? '') => {
    const redis = await connectRedis(redisUrl, () => undefined)
    const http = createServer()
    const io = createIo({
      http,
      redis,
      allowOrigin: () => true,
      authenticate: (id): Promise<Principal> => {
        const user = { id, username: id, displayName: id, avatar: '' }
        return Promise.resolve({ id, role: 'member', user, sessionId: id })
      },
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    onTestFinished(async () => {
      await io.close()
      redis.disconnect()
    })
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
    const { collect } = await connect({ url, token: 'ada' })
    const heard = { workers: collect('call_worker'), access: collect('access_changed') }
    return { emit: createEmit(io), heard, redis }
  }

  test('what concerns a node is told to its own sockets, what concerns a person everywhere', async () => {
    const [here, there] = [await useNode(), await useNode()]
    here.emit.toOwnSockets('call_worker', { state: 'ready' })
    // Events keep their order: when this one is there, the other one would be.
    await expect
      .poll(() => {
        here.emit.toUser('ada', 'access_changed', { projectId: 'any' })
        return there.heard.access.length
      })
      .toBeGreaterThan(0)
    expect(there.heard.workers).toEqual([])
    expect(here.heard.workers.map(({ payload }) => payload)).toEqual([{ state: 'ready' }])
  })

  test('what is told while Redis is away waits for it, up to a limit', async () => {
    const proxy = await useProxy(inject('redisUrl') ?? '')
    const [here, there] = [await useNode(proxy.url), await useNode()]
    const tell = (projectId: string) => here.emit.toUser('ada', 'access_changed', { projectId })
    const heard = () => there.heard.access.map(({ payload }) => payload.projectId)
    const reach = async (projectId: string) => {
      const tellAgain = () => {
        tell(projectId)
        return heard()
      }
      await expect.poll(tellAgain, { timeout: 10_000 }).toContain(projectId)
    }
    await reach('before')
    await proxy.cut()
    await expect.poll(() => here.redis.status).not.toBe('ready')
    for (let n = 0; n < 6_000; n++) tell('meanwhile')
    await proxy.restore()
    await reach('after')
    const late = heard().filter((projectId) => projectId === 'meanwhile').length
    expect(late).toBeGreaterThan(1_000)
    expect(late).toBeLessThanOrEqual(5_000)
  })
})
