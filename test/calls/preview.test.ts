// The page before the call, in a real Chromium: one sees and hears oneself, chooses devices, and joins with them.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { hasChromium } from '../browser.ts'
import { expectPicture, figure, joinCall, openPreview, patience, useCallRooms } from './room.ts'

const level = (page: Page) =>
  page.getByRole('meter', { name: 'Microphone level' }).getAttribute('aria-valuenow')

describe.skipIf(!hasChromium)('the page before the call', { timeout: 120_000 }, () => {
  const rooms = useCallRooms()

  test('one sees oneself, is heard by the meter, joins muted, and is remembered', async () => {
    const { slug, people } = await rooms.project('ada', 'bob')
    const [ada, bob] = await Promise.all(people.map((one) => rooms.open(one, `/p/${slug}`)))
    if (!ada || !bob) throw new Error('Two people are needed')
    await openPreview(ada.page)
    await ada.page.getByText('Nobody else is in the call yet').waitFor(patience)
    await expectPicture(ada.page, 'video[aria-label="Your camera"]')
    // The fake microphone beeps once a second.
    await expect.poll(() => level(ada.page), patience).not.toBe('0')
    await ada.page.getByLabel('Microphone', { exact: true }).selectOption('Fake Audio Input 2')
    await ada.page.getByLabel('Speaker').selectOption('Fake Audio Output 2')
    await ada.page.getByRole('button', { name: 'Mute microphone' }).click()
    await ada.page.getByText('You join muted').waitFor(patience)
    await ada.page.getByRole('button', { name: 'Join now' }).click()
    await ada.page.getByRole('button', { name: 'Unmute microphone' }).waitFor(patience)

    await openPreview(bob.page)
    await bob.page.getByText(`${people[0]?.username} is in the call`).waitFor(patience)
    await bob.page.getByRole('button', { name: 'Join now' }).click()
    await figure(bob.page, `${people[0]?.username}, muted`).waitFor(patience)
    await expectPicture(bob.page)
    // Where Bob is heard is where Ada chose.
    const sink = () =>
      ada.page
        .locator('audio')
        .first()
        .evaluate(async (element: HTMLAudioElement) => {
          const devices = await navigator.mediaDevices.enumerateDevices()
          return devices.find(({ deviceId }) => deviceId === element.sinkId)?.label
        })
    await expect.poll(sink, patience).toBe('Fake Audio Output 2')

    await ada.page.reload()
    await openPreview(ada.page)
    const chosen = ada.page.getByLabel('Microphone', { exact: true }).locator('option:checked')
    await expect.poll(() => chosen.innerText(), patience).toBe('Fake Audio Input 2')
    await ada.page.getByText('You join muted').waitFor(patience)
    expect(ada.faults).toEqual([])
  })

  test('whoever leaves the project before the page is there is not filmed', async () => {
    const { slug, people } = await rooms.project('ada')
    const { page, faults } = await rooms.open(people[0]!, '/projects')
    await page.locator(`a[href="/p/${slug}"]`).first().click(patience)
    await page.locator('button[aria-label^="Join call"]').first().waitFor(patience)
    const asked = await page.evaluateHandle(() => {
      const made: unknown[] = []
      const { mediaDevices } = navigator
      const open = mediaDevices.getUserMedia.bind(mediaDevices)
      mediaDevices.getUserMedia = (constraints) => {
        made.push(constraints)
        return open(constraints)
      }
      return made
    })
    // In one moment, while what a call needs is on its way
    await page.evaluate(() => {
      for (const each of ['button[aria-label^="Join call"]', 'a[href="/projects"]'])
        document.querySelector<HTMLElement>(each)?.click()
    })
    await page.getByRole('heading', { name: 'Projects', exact: true }).waitFor(patience)
    await page.goBack()
    await openPreview(page)
    await expectPicture(page, 'video[aria-label="Your camera"]')
    expect(await asked.evaluate(({ length }) => length)).toBe(1)
    expect(faults).toEqual([])
  })

  test('until the browser answers, the page says that it waits', async () => {
    const { slug, people } = await rooms.project('ada')
    const { page, faults } = await rooms.open(people[0]!, `/p/${slug}`)
    const asked = await page.evaluateHandle(() => {
      const answer = Promise.withResolvers<void>()
      const { mediaDevices } = navigator
      const open = mediaDevices.getUserMedia.bind(mediaDevices)
      mediaDevices.getUserMedia = async (constraints) => {
        await answer.promise
        return open(constraints)
      }
      return answer
    })
    await openPreview(page)
    await page.getByText('Waiting for the camera').waitFor(patience)
    await page.getByText('Waiting for the microphone').waitFor(patience)
    expect(await page.getByText('Camera is off').count()).toBe(0)
    // Whoever presses meanwhile wants it off, and the keys stay where they are.
    const toggle = page.getByRole('button', { name: 'Mute microphone' })
    await toggle.focus()
    await page.keyboard.press('Control+D')
    await page.getByRole('button', { name: 'Unmute microphone' }).waitFor(patience)
    await asked.evaluate(({ resolve }) => resolve())
    await expectPicture(page, 'video[aria-label="Your camera"]')
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Unmute microphone')
    await page.keyboard.press('Enter')
    await toggle.waitFor(patience)
    await page.getByText('Say something').waitFor(patience)
    expect(faults).toEqual([])
  })

  test('who refuses the camera, or has none, is told why, and joins', async () => {
    const { slug, people } = await rooms.project('ada', 'bob')
    const [ada, bob] = await Promise.all(people.map((one) => rooms.open(one, `/p/${slug}`)))
    if (!ada || !bob) throw new Error('Two people are needed')
    await ada.page.evaluate(() => {
      const refuse = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
      Object.assign(navigator.mediaDevices, { getUserMedia: refuse })
    })
    await joinCall(bob.page)
    await openPreview(ada.page)
    await ada.page.getByText('Your browser does not allow the camera here.').waitFor(patience)
    await ada.page.getByText('Your browser does not allow the microphone here.').waitFor(patience)
    await ada.page.getByRole('button', { name: 'Join now' }).click()
    await expectPicture(ada.page)
    await figure(bob.page, `${people[0]?.username}, muted`).waitFor(patience)
    expect(ada.faults).toEqual([])
  })
})
