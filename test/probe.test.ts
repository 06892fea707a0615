// The connection test in a real Chromium, with a real media worker, on networks that let only some of it through.
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hasChromium, launchChromium, openWindow } from './browser.ts'
import { openMediaProxy, type Passage } from './mediaproxy.ts'
import { register } from './people.ts'
import { useTestServer } from './server.ts'
import { hasCoturn, startTurn } from './turn.ts'

const patience = { timeout: 60_000 }
/** Loopback, too; the worker itself is at 127.0.0.1. */
const PROXY = '127.0.0.2'
const RELAY_PORTS = [24_100, 24_140] as const

async function openTest(settings: NodeJS.ProcessEnv) {
  const server = await useTestServer({ MEDIA_LISTEN_ADDRESS: '127.0.0.1', ...settings })
  const browser = await launchChromium()
  onTestFinished(() => browser.close())
  const { refreshToken, id: userId } = await register(server.url, 'ada')
  const { page, context, faults } = await openWindow(browser, server.url)
  await context.addInitScript(
    (session) => localStorage.setItem('openlaunch.session', session),
    JSON.stringify({ refreshToken, userId, exchangeKey: userId }),
  )
  await page.goto('/connection')
  await page.getByRole('button', { name: 'Start the test' }).click(patience)
  return { page, faults }
}

async function useProxiedTest(port: number, passage: Passage, settings: NodeJS.ProcessEnv = {}) {
  const proxy = await openMediaProxy(PROXY, port, passage)
  onTestFinished(() => proxy.close())
  return openTest({
    MEDIA_ANNOUNCED_ADDRESSES: PROXY,
    MEDIA_PORT_MIN: String(port),
    MEDIA_PORT_MAX: String(port),
    ...settings,
  })
}

const row = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name })
const expectRow = (page: Page, name: string, text: string) =>
  row(page, name).getByText(text).waitFor(patience)
const expectVerdict = (page: Page, text: string) =>
  page.getByRole('status').getByText(text).waitFor(patience)
const again = (page: Page) => page.getByRole('button', { name: 'Test again' })

describe.skipIf(!hasChromium)('the connection test', { timeout: 180_000 }, () => {
  test('[CA50] where all is well, every way works, and the report can be copied', async () => {
    const { page, faults } = await useProxiedTest(21_371, { udp: () => true, tcp: true })
    await expectVerdict(page, 'Calls work well here')
    await expectRow(page, 'Connection to the server', 'Works: ')
    await expectRow(page, 'Microphone', 'Works: Fake')
    await expectRow(page, 'Camera', '1280×720')
    await expectRow(page, 'over UDP', 'The best way for calls.')
    await expectRow(page, 'over TCP', 'Works: ')
    await expectRow(page, 'Through a relay', 'No TURN server is set up. It is not needed')
    await page.getByRole('button', { name: 'Copy the report' }).click()
    const report = await page.evaluate(() => navigator.clipboard.readText())
    expect(report).toMatch(/over UDP \(127\.0\.0\.2:21371\): Works: \d+ ms there and back/)
    expect(report).toMatch(/(1[5-9]\d|200) of \d+ messages back/)
    // It is done with, and can be cancelled.
    await again(page).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expectVerdict(page, 'Cancelled')
    expect(faults).toEqual([])
  })

  test('[CA50] where UDP is cut, it says so, and that TCP works', async () => {
    const { page, faults } = await useProxiedTest(21_372, { udp: () => false, tcp: true })
    await expectVerdict(page, 'Calls work, but not the best way')
    await expectRow(page, 'over UDP', 'blocks UDP to 127.0.0.2:21372. Calls go over TCP instead')
    await expectRow(page, 'over TCP', 'Works: ')
    expect(faults).toEqual([])
  })

  test('[CA50] answers that are lost on the way back are told from a port that is closed', async () => {
    const { page, faults } = await useProxiedTest(21_373, {
      udp: () => true,
      answers: false,
      tcp: false,
    })
    await expectVerdict(page, 'Calls do not work here')
    await expectRow(page, 'over UDP', 'but its answers do not come back')
    await expectRow(page, 'over TCP', 'The server announces 127.0.0.2')
    expect(faults).toEqual([])
  })

  test('[CA50] an announced address that leads nowhere is the server’s setting', async () => {
    const { page, faults } = await openTest({ MEDIA_ANNOUNCED_ADDRESSES: '10.255.255.1' })
    await expectVerdict(page, 'Whoever runs it sets MEDIA_ANNOUNCED_ADDRESSES')
    await expectRow(page, 'over UDP', 'The server announces 10.255.255.1')
    expect(faults).toEqual([])
  })

  test('[CA50] of several addresses, one that works will do', async () => {
    const { page, faults } = await openTest({ MEDIA_ANNOUNCED_ADDRESSES: '127.0.0.1,203.0.113.7' })
    await expectVerdict(page, 'Calls work well here')
    await expectRow(page, 'UDP203.0.113.7', 'It is not needed: another address')
    await expectRow(page, 'TCP203.0.113.7', 'It is not needed: another address')
    expect(faults).toEqual([])
  })

  describe.skipIf(!hasCoturn)('with coturn', () => {
    const isRelay = (port: number) => port >= RELAY_PORTS[0] && port <= RELAY_PORTS[1]

    async function useTurnTest(port: number, secret?: string) {
      const turn = await startTurn(RELAY_PORTS)
      onTestFinished(() => turn.close())
      const [udp, tcp] = [turn.config('udp'), turn.config('tcp')]
      return useProxiedTest(
        port,
        { udp: isRelay, tcp: false },
        { TURN_URLS: [...udp.urls, ...tcp.urls].join(), TURN_SECRET: secret ?? udp.secret },
      )
    }

    test('[CA50] where nothing goes straight, the relay is tried over UDP and TCP', async () => {
      const { page, faults } = await useTurnTest(21_374)
      await expectVerdict(page, 'Calls work through a relay')
      await expectRow(page, 'Through a relay, over UDP', 'Works: ')
      await expectRow(page, 'Through a relay, over TCP', 'Works: ')
      expect(faults).toEqual([])
    })

    test('[CA50] a wrong secret is told from a relay that is not there', async () => {
      const { page, faults } = await useTurnTest(21_375, 'south by southeast')
      await expectVerdict(page, 'Calls do not work here')
      await expectRow(page, 'Through a relay, over UDP', 'turned down the password')
      await expectRow(page, 'Through a relay, over TCP', 'turned down the password')
      expect(faults).toEqual([])
    })

    test('[CA50] a relay that is not there', async () => {
      const { page, faults } = await useProxiedTest(
        21_376,
        { udp: () => true, tcp: true },
        { TURN_URLS: 'turn:127.0.0.1:9?transport=tcp', TURN_SECRET: 'secret' },
      )
      await expectVerdict(page, 'Calls work well here')
      await expectRow(page, 'Through a relay', 'cannot be reached over TCP')
      expect(faults).toEqual([])
    })
  })
})
