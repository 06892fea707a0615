// Two nodes on one real Redis know the same of whom a call lets in, also after one of them was cut off.
import { expect, inject, onTestFinished, test } from 'vitest'
import { connectRedis, createRedisBus } from '../../realtime/bus.ts'
import { useProxy } from '../../test/proxy.ts'
import { createAdmission } from './admission.ts'

/** On a machine that is busy with other tests */
const soon = { timeout: 20_000 }
const useCall = () => ({ projectId: crypto.randomUUID() })

async function useNode(url = inject('redisUrl') ?? '') {
  const client = await connectRedis(url, () => undefined)
  const bus = await createRedisBus(client)
  const admission = createAdmission(bus)
  onTestFinished(async () => {
    admission.close()
    await bus.close()
    client.disconnect()
  })
  return { ...admission, bus }
}

test.skipIf(!inject('redisUrl'))(
  '[CA10] nodes that missed what changed know it after they find each other again',
  async () => {
    const proxy = await useProxy(inject('redisUrl') ?? '')
    const [one, two] = [await useNode(), await useNode(proxy.url)]
    const [unlocked, locked, elsewhere, removed] = [useCall(), useCall(), useCall(), useCall()]
    const gus = { id: crypto.randomUUID(), guest: removed }
    one.lock(unlocked, [])
    one.admit(removed, gus)
    const isHeard = () => two.isLocked(unlocked) && !two.refusal(removed, gus)
    // Subscriptions take a moment to reach Redis.
    await expect
      .poll(() => {
        if (!isHeard()) one.lock(unlocked, [])
        if (!isHeard()) one.admit(removed, gus)
        return isHeard()
      }, soon)
      .toBe(true)

    await proxy.cut()
    await expect.poll(() => two.bus.connected(), soon).toBe(false)
    one.unlock(unlocked)
    one.lock(locked, [])
    two.remove(removed, gus.id)
    two.lock(elsewhere, [])
    await proxy.restore()
    for (const node of [one, two]) {
      await expect
        .poll(() => [unlocked, locked, elsewhere].map((call) => node.isLocked(call)), soon)
        .toEqual([false, true, true])
      await expect
        .poll(() => node.refusal(removed, gus)?.details, soon)
        .toEqual({ refused: 'removed' })
    }
    // A node that starts learns it, too.
    const late = await useNode()
    await expect.poll(() => late.isLocked(locked), soon).toBe(true)
    expect(late.isLocked(unlocked)).toBe(false)
  },
  60_000,
)
