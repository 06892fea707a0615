// The node that owns a call stops, or is killed; another one goes on. In a real Chromium, over a real Redis.
import type { Page } from 'playwright-core'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { connectRedis, createRedisBus } from '../../realtime/bus.ts'
import { openCallPages } from '../../test/callpages.ts'

const soon = { timeout: 20_000 }

const both = { audio: true, video: true }
const stateOf = (page: Page) => page.evaluate(() => window.stage.session.get())
const peerIdOf = async (page: Page) => {
  const { status } = await stateOf(page)
  return status.state === 'joined' ? status.peerId : status.state
}
const frames = async (page: Page) => {
  const { receiving } = await page.evaluate(() => window.stage.session.stats())
  return receiving.find(({ source }) => source === 'camera')?.framesDecoded ?? 0
}
async function expectFrames(page: Page) {
  const before = await frames(page)
  await expect.poll(() => frames(page), soon).toBeGreaterThan(before + 5)
}

describe.skipIf(!inject('redisUrl'))('two nodes', () => {
  async function useBus() {
    const client = await connectRedis(inject('redisUrl') ?? '', () => undefined)
    const bus = await createRedisBus(client)
    const disconnect = async () => {
      await bus.close()
      client.disconnect()
    }
    onTestFinished(disconnect)
    return { bus, disconnect }
  }

  /** The pages are connected to the one that stays; the call is on the one that goes. */
  async function useCall() {
    const [staying, going] = [await useBus(), await useBus()]
    const config = (portMin: number) => ({ portMin, portMax: portMin + 5, workers: 1 })
    const pages = await openCallPages(config(21_060), staying.bus)
    onTestFinished(pages.close)
    const owner = pages.addNode(going.bus, config(21_070))
    const projectId = await pages.stage.addProject()
    expect(await going.bus.claim(`call:${projectId}`, 20_000)).toBe(going.bus.nodeId)
    const [a, b] = [await pages.openPage(projectId), await pages.openPage(projectId)]
    for (const page of [a, b])
      await page.evaluate((choice) => window.stage.session.join(choice), both)
    await Promise.all([expectFrames(a), expectFrames(b)])
    expect([owner, pages.calls].map((node) => node.workerPids().length)).toEqual([1, 0])
    await expect.poll(() => going.bus.peers(), soon).toContain(staying.bus.nodeId)
    return { pages, projectId, owner, going, staying, a, b }
  }

  test('[CA23] a node that stops moves its calls, and the picture never leaves', async () => {
    const { pages, owner, a, b } = await useCall()
    const before = await Promise.all([peerIdOf(a), peerIdOf(b)])
    await a.evaluate(() => {
      const { session, problems } = window.stage
      session.subscribe(() => {
        const { status, peers } = session.get()
        const track = peers[0]?.media.camera?.track
        if (status.state !== 'joined') problems.push(status.state)
        if (track?.readyState !== 'live') problems.push('no picture')
      })
    })
    await owner.drain()
    await expect.poll(() => peerIdOf(a), soon).not.toBe(before[0])
    await expect.poll(() => peerIdOf(b), soon).not.toBe(before[1])
    await Promise.all([expectFrames(a), expectFrames(b)])
    expect(await a.evaluate(() => window.stage.problems)).toEqual([])
    expect(pages.calls.workerPids()).toHaveLength(1)
    // Nobody is left on the old one.
    await expect.poll(() => owner.holds(), { timeout: 40_000 }).toEqual([])
  })

  test('[CA24] when the node of a call is killed, it goes on at another one by itself', async () => {
    const { pages, owner, going, a, b } = await useCall()
    const [pid] = owner.workerPids()
    await going.disconnect()
    process.kill(pid!, 'SIGKILL')
    await expect.poll(() => pages.calls.workerPids().length, soon).toBe(1)
    await Promise.all([expectFrames(a), expectFrames(b)])
    expect((await stateOf(a)).peers).toHaveLength(1)
  })

  test('[CA23] a node that stops takes no new calls, whoever asks', async () => {
    const { pages, owner, going, a } = await useCall()
    await owner.drain()
    const projectId = await pages.stage.addProject()
    expect(await pages.calls.summary({ projectId })).toBe(null)
    const person = await pages.stage.addPerson(projectId)
    // Through the stopping node itself
    const { handle } = owner.handlers.call_join
    const joined = await handle(person, { projectId })
    expect(joined.peers).toEqual([])
    expect((await pages.calls.summary({ projectId }))?.participants).toHaveLength(1)
    expect(await going.bus.claim(`call:${projectId}`, 1_000)).not.toBe(going.bus.nodeId)
    await expectFrames(a)
  })
})
