// Inside of a call, in a real Chromium: pictures as large as they are shown, keys, hands, reactions, statistics.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { hasChromium } from '../browser.ts'
import {
  button,
  expectPicture,
  figure,
  joinCall,
  more,
  otherCameras,
  patience,
  useCallRooms,
} from './room.ts'

const widthOf = (page: Page, selector = otherCameras) =>
  page
    .locator(selector)
    .first()
    .evaluate((video) => (video as HTMLVideoElement).videoWidth)

describe.skipIf(!hasChromium)('inside of a call', { timeout: 120_000 }, () => {
  const rooms = useCallRooms()
  const { useCall } = rooms

  test('a picture is as sharp as it is large, and is not sent where nobody sees it', async () => {
    const { ada, slug } = await useCall('ada', 'bob')
    const { page } = ada
    // Alone beside oneself in the middle, the largest layer; in the strip, the smallest.
    await expect.poll(() => widthOf(page), patience).toBeGreaterThanOrEqual(640)
    await button(page, 'Make the call smaller').click()
    await expect.poll(() => widthOf(page), patience).toBe(320)
    await button(page, 'Make the call larger').click()
    await expect.poll(() => widthOf(page), patience).toBeGreaterThanOrEqual(640)
    // Whoever opens a page sees that page, and the call above it.
    await page.getByRole('link', { name: /^Issues/ }).click()
    await button(page, 'Make the call larger').waitFor(patience)
    await expect.poll(() => widthOf(page), patience).toBe(320)
    expect(page.url()).toContain(`/p/${slug}/issues`)

    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByRole('tab', { name: /^Call/ }).click(patience)
    await expectPicture(page)
    // With only the speaker in the strip, the own picture and the others' beyond it are not received.
    await page.getByRole('tab', { name: /^Chat/ }).click()
    await button(page, 'Make the call larger').waitFor(patience)
    await expectPicture(page)
    expect(ada.faults).toEqual([])
  })

  test('a tab that nobody looks at receives no pictures, and goes on to be heard', async () => {
    const { ada } = await useCall('ada', 'bob')
    const { page } = ada
    await expectPicture(page)
    const setHidden = (hidden: boolean) =>
      page.evaluate((is) => {
        Object.defineProperty(document, 'visibilityState', {
          configurable: true,
          get: () => (is ? 'hidden' : 'visible'),
        })
        document.dispatchEvent(new Event('visibilitychange'))
      }, hidden)
    await setHidden(true)
    await more(page, 'Statistics')
    const comes = page.getByRole('region', { name: 'You receive' })
    await comes.getByRole('row', { name: /Camera.*paused/ }).waitFor(patience)
    await comes.getByRole('row', { name: /Microphone.*[1-9]\d* kbit/ }).waitFor(patience)
    await page.keyboard.press('Escape')
    await setHidden(false)
    await expectPicture(page)
    expect(ada.faults).toEqual([])
  })

  test('keys mute, film and let one talk while the space bar is held', async () => {
    const { ada } = await useCall('ada', 'bob')
    const { page } = ada
    await page.keyboard.press('Control+d')
    await button(page, 'Unmute microphone').waitFor(patience)
    await page.keyboard.down('Space')
    await button(page, 'Mute microphone').waitFor(patience)
    await page.keyboard.up('Space')
    await button(page, 'Unmute microphone').waitFor(patience)
    await page.keyboard.press('Control+e')
    await button(page, 'Turn camera on').waitFor(patience)
    // Who writes, writes.
    await page.getByLabel('Message', { exact: true }).pressSequentially('a b')
    expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('a b')
    await button(page, 'Unmute microphone').waitFor(patience)
    await more(page, 'Keyboard shortcuts')
    await page.getByText('Talk while it is held, when muted').waitFor(patience)
  })

  test('who talks while muted is told, and can unmute there', async () => {
    const { slug, people } = await rooms.project('ada')
    const { page } = await rooms.open(people[0]!, `/p/${slug}`)
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => {
        const context = new AudioContext()
        const voice = context.createMediaStreamDestination()
        const oscillator = new OscillatorNode(context, { frequency: 220 })
        oscillator.connect(voice)
        oscillator.start()
        return Promise.resolve(voice.stream)
      }
    })
    await joinCall(page)
    await button(page, 'Mute microphone').click(patience)
    const hint = page.getByRole('alert').filter({ hasText: 'You are muted.' })
    await hint.waitFor(patience)
    await page.setViewportSize({ width: 390, height: 844 })
    await hint.getByRole('button', { name: 'Unmute' }).click()
    await button(page, 'Mute microphone').waitFor(patience)
    await expect.poll(() => hint.count(), patience).toBe(0)
  })

  test('hands come in order, reactions float', async () => {
    const { ada, bob } = await useCall('ada', 'bob')
    await button(bob.page, 'Raise hand').click()
    await figure(ada.page, `${bob.person.username}, hand raised`).waitFor(patience)
    await ada.page.keyboard.press('Control+Alt+h')
    await button(bob.page, 'Raised hands: 2').click(patience)
    const order = bob.page.getByRole('list', { name: 'Raised hands' }).getByRole('listitem')
    await expect
      .poll(() => order.allInnerTexts(), patience)
      .toEqual([expect.stringContaining('You'), expect.stringContaining(ada.person.username)])
    await bob.page.keyboard.press('Escape')
    await bob.page.setViewportSize({ width: 390, height: 844 })
    await bob.page.getByRole('tab', { name: /^Call/ }).click(patience)
    await expect
      .poll(async () => {
        const list = await button(bob.page, 'Raised hands: 2').boundingBox()
        const pictures = await bob.page.getByRole('figure').all()
        const ends = await Promise.all(pictures.map((one) => one.boundingBox()))
        const inside = list && list.x >= 0 && list.x + list.width <= 390
        return ends.every((box) => inside && box && box.y + box.height <= list.y)
      }, patience)
      .toBe(true)
    await bob.page.setViewportSize({ width: 1280, height: 800 })
    await order.first().waitFor({ state: 'detached', ...patience })
    await button(bob.page, 'React').click()
    await button(bob.page, 'React with 🎉').click()
    const floating = ada.page.getByRole('log', { name: 'Reactions' })
    await floating.getByText('🎉').waitFor(patience)
    await floating.getByText(bob.person.username).waitFor(patience)
    await floating.getByText('🎉').waitFor({ state: 'detached', ...patience })
  })

  test('the statistics say how it goes, and can be copied', async () => {
    const { ada, bob } = await useCall('ada', 'bob')
    await expectPicture(ada.page)
    await more(ada.page, 'Statistics')
    const way = ada.page.getByRole('region', { name: 'The way to the server' })
    await way.getByRole('row', { name: /From here connected udp/ }).waitFor(patience)
    const comes = ada.page.getByRole('region', { name: 'You receive' })
    const name = new RegExp(`${bob.person.username} Camera VP8 [\\d.]+ [kM]bit/s \\d+×\\d+`)
    await comes.getByRole('row', { name }).waitFor(patience)
    await button(ada.page, 'Copy as text').click()
    const copied = () => ada.page.evaluate(() => navigator.clipboard.readText())
    await expect
      .poll(copied, patience)
      .toContain(`Receiving camera of ${bob.person.username} (VP8)`)
  })

  test('a small window of its own shows the speaker, and the call fills the screen', async () => {
    const { ada } = await useCall('ada', 'bob')
    const opening = ada.page.context().waitForEvent('page', patience)
    await more(ada.page, 'Picture in picture')
    const small = await opening
    await expectPicture(small, 'video')
    await small.getByRole('button', { name: 'Mute microphone' }).click()
    await ada.page.getByRole('button', { name: 'Unmute microphone' }).waitFor(patience)
    await more(ada.page, 'Close the small window')
    await expect.poll(() => small.isClosed(), patience).toBe(true)

    await more(ada.page, 'Full screen')
    const height = () => figure(ada.page, /^You/).evaluate((tile) => tile.clientHeight)
    await expect
      .poll(() => ada.page.evaluate(() => document.fullscreenElement !== null), patience)
      .toBe(true)
    expect(await height()).toBeGreaterThan(300)
    await more(ada.page, 'Leave full screen')
    await expect
      .poll(() => ada.page.evaluate(() => document.fullscreenElement), patience)
      .toBe(null)
    expect(ada.faults).toEqual([])
  })
})
