// Networks that let some ways through and others not, in a real Chromium: TCP and TURN take over.
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { MediaConfig } from '../../sfu/workers.ts'
import { openCallPages } from '../../test/callpages.ts'
import { openMediaProxy, type Passage } from '../../test/mediaproxy.ts'
import { hasCoturn, startTurn } from '../../test/turn.ts'

const soon = { timeout: 25_000 }
/** Loopback, too, so that nothing leaves the machine; the worker itself is at 127.0.0.1 */
const PROXY = '127.0.0.2'
const RELAY_PORTS = [24_000, 24_040] as const

const frames = async (page: Page) => {
  const { receiving } = await page.evaluate(() => window.stage.session.stats())
  return receiving.find(({ source }) => source === 'camera')?.framesDecoded ?? 0
}
async function expectFrames(page: Page) {
  const before = await frames(page)
  await expect.poll(() => frames(page), soon).toBeGreaterThan(before + 15)
}
const waysOf = async (page: Page) => {
  const { paths } = await page.evaluate(() => window.stage.session.stats())
  return new Set(paths.map(({ protocol }) => protocol))
}
const peerIdOf = (page: Page) =>
  page.evaluate(() => {
    const { status } = window.stage.session.get()
    return status.state === 'joined' ? status.peerId : status.state
  })

/** @param prepare before anybody joins */
async function useCall(
  portMin: number,
  passage: Passage,
  more: MediaConfig = {},
  prepare?: (page: Page) => Promise<void>,
) {
  const proxy = await openMediaProxy(PROXY, portMin, passage)
  onTestFinished(() => proxy.close())
  const pages = await openCallPages({
    listenAddresses: ['127.0.0.1'],
    announcedAddresses: [PROXY],
    portMin,
    portMax: portMin,
    workers: 1,
    ...more,
  })
  onTestFinished(() => pages.close())
  const projectId = await pages.stage.addProject()
  const [a, b] = [await pages.openPage(projectId), await pages.openPage(projectId)]
  await prepare?.(a)
  const both = { audio: true, video: true }
  for (const page of [a, b])
    await page.evaluate((choice) => window.stage.session.join(choice), both)
  await Promise.all([expectFrames(a), expectFrames(b)])
  return { a, b }
}

test('[CA25] where UDP is blocked, media goes over TCP', async () => {
  const { a } = await useCall(21_010, { udp: () => false, tcp: true })
  expect(await waysOf(a)).toEqual(new Set(['tcp']))
})

test('[CA25] when UDP is cut during a call, TCP takes over in the same membership', async () => {
  const passage = { udp: () => true, tcp: true }
  const { a, b } = await useCall(21_011, passage)
  const before = await Promise.all([peerIdOf(a), peerIdOf(b)])
  expect(await waysOf(a)).toEqual(new Set(['udp']))
  passage.udp = () => false
  await Promise.all([expectFrames(a), expectFrames(b)])
  expect(await waysOf(a)).toEqual(new Set(['tcp']))
  expect(await Promise.all([peerIdOf(a), peerIdOf(b)])).toEqual(before)
})

test('[CA22] in another kind of network, another path is found at once', async () => {
  const dead = new Set<number>()
  const udp = (port: number) => !dead.has(port)
  const { a, b } = await useCall(21_015, { udp, tcp: false }, {}, async (page) => {
    await page.evaluate(() => {
      const connection = Object.assign(new EventTarget(), { type: 'wifi', rtt: 50 })
      Object.defineProperty(navigator, 'connection', { value: connection })
    })
  })
  const before = await Promise.all([peerIdOf(a), peerIdOf(b)])
  const change = (type: string) =>
    a.evaluate((to) => {
      const { connection } = navigator as unknown as { connection: EventTarget & { type: string } }
      connection.type = to
      connection.dispatchEvent(new Event('change'))
    }, type)
  const restarts = () =>
    a.evaluate(() => window.stage.requests.filter((one) => one === 'call_restart_ice').length)
  // Only its guess at the speed is another one.
  await change('wifi')
  const { paths } = await a.evaluate(() => window.stage.session.stats())
  for (const { local } of paths) dead.add(Number(/:(\d+) /.exec(local)?.[1]))
  expect(dead.size).toBe(2)
  await change('cellular')
  // Sooner than it could be noticed that nothing comes.
  await expect.poll(restarts, { timeout: 1_000 }).toBe(2)
  await expectFrames(a)
  expect(await Promise.all([peerIdOf(a), peerIdOf(b)])).toEqual(before)
})

describe.skipIf(!hasCoturn)('with coturn', () => {
  for (const [index, transport] of (['udp', 'tcp'] as const).entries()) {
    test(`[CA25] where nothing gets through, TURN over ${transport} relays`, async () => {
      const turn = await startTurn(RELAY_PORTS)
      onTestFinished(() => turn.close())
      // Browsers' own ports are the system's, from 32,768 on.
      const ports = new Set<number>()
      const isRelay = (port: number) => {
        ports.add(port)
        return port >= RELAY_PORTS[0] && port <= RELAY_PORTS[1]
      }
      const more = { turn: turn.config(transport) }
      await useCall(21_012 + index, { udp: isRelay, tcp: false }, more)
      // Two transports of two people: each has a relay of its own.
      expect([...ports].filter(isRelay).length).toBeGreaterThanOrEqual(4)
    })
  }
})
