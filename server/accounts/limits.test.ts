// Limits over a real Redis, which all nodes count in together.
import { Redis } from 'ioredis'
import { expect, inject, onTestFinished, test } from 'vitest'
import { createAccountLimits } from './limits.ts'

const useRedis = (url: string) => {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, retryStrategy: () => null })
  redis.on('error', () => undefined)
  onTestFinished(() => redis.disconnect())
  return redis
}

const consume = async (limits: ReturnType<typeof createAccountLimits>, key: string) =>
  (await limits.requests.consume(key)).remaining

test.skipIf(!inject('redisUrl'))('two nodes count together', async () => {
  const useNode = async () => {
    const redis = useRedis(inject('redisUrl') ?? '')
    await redis.ping()
    return createAccountLimits({ redis, requestsPerMinute: 3 })
  }
  const [a, b] = [await useNode(), await useNode()]
  const key = crypto.randomUUID()
  expect([await consume(a, key), await consume(b, key), await consume(a, key)]).toEqual([2, 1, 0])
  await expect(consume(b, key)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  await b.requests.reset(key)
  expect(await consume(a, key)).toBe(2)
})

test('while Redis is away, each node counts for itself', async () => {
  // Nobody listens on port 1.
  const redis = useRedis('redis://127.0.0.1:1')
  const limits = createAccountLimits({ redis, requestsPerMinute: 2 })
  expect([await consume(limits, 'k'), await consume(limits, 'k')]).toEqual([1, 0])
  await expect(consume(limits, 'k')).rejects.toMatchObject({ code: 'RATE_LIMITED' })
})
