// Several people in a call, in a real Chromium: layouts and shares, devices, and what moderators do.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { framesShown, hasChromium } from '../browser.ts'
import {
  button,
  expectPicture,
  figure,
  joinCall,
  more,
  openPreview,
  otherCameras,
  patience,
  useCallRooms,
} from './room.ts'

describe.skipIf(!hasChromium)('people in a call', { timeout: 240_000 }, () => {
  const { useCall, project, open } = useCallRooms()

  test('three people: a share takes the light, another can be chosen, and layouts are switched', async () => {
    const { ada, bob, callers } = await useCall('ada', 'bob', 'carl')
    const carl = callers[2]!
    for (const { page } of callers) await expectPicture(page)
    await button(bob.page, 'Share screen').click()
    const main = (page: Page) => page.locator('[data-kind="spotlight"] > div').first()
    const lit = (page: Page, { person }: typeof bob) =>
      main(page).getByRole('figure', { name: `Screen of ${person.username}` })
    await lit(ada.page, bob).waitFor(patience)
    await expectPicture(ada.page, 'video[data-source="screen"]')
    await button(carl.page, 'Share screen').click()
    await more(ada.page, carl.person.username)
    await lit(ada.page, carl).waitFor(patience)
    await expectPicture(ada.page, 'video[data-source="screen"]')
    await button(carl.page, 'Stop sharing the screen').click()
    await lit(ada.page, bob).waitFor(patience)

    await more(ada.page, 'Grid')
    await ada.page.locator('[data-kind="grid"]').waitFor(patience)
    await more(ada.page, 'Speaker')
    await main(ada.page)
      .getByRole('figure', { name: /^(bob|carl)/ })
      .waitFor(patience)
    await figure(ada.page, /^You/).hover()
    await ada.page.getByRole('button', { name: /^Pin You/ }).click()
    await main(ada.page).getByRole('figure', { name: /^You/ }).waitFor(patience)
    for (const { faults } of callers) expect(faults).toEqual([])
  })

  test('another microphone is used without leaving, muted as before; a new one is noticed', async () => {
    const { ada, bob } = await useCall('ada', 'bob')
    const { page } = ada
    await button(page, 'Mute microphone').click()
    await figure(bob.page, `${ada.person.username}, muted`).waitFor(patience)
    await button(page, 'Choose microphone and camera').click()
    await page.getByLabel('Microphone', { exact: true }).selectOption('Fake Audio Input 1')
    await page.getByRole('switch', { name: /Noise suppression/ }).click()
    await page.keyboard.press('Escape')
    await button(page, 'Unmute microphone').click()
    await figure(bob.page, ada.person.username).waitFor(patience)
    await expect
      .poll(() => page.evaluate(() => localStorage.getItem('openlaunch.call')), patience)
      .toContain('"noiseSuppression":false')
    await page.evaluate(() => {
      const devices = navigator.mediaDevices
      const list = devices.enumerateDevices.bind(devices)
      const headset = { deviceId: 'new', groupId: '', kind: 'audioinput', label: 'A headset' }
      devices.enumerateDevices = async () => [...(await list()), headset as MediaDeviceInfo]
      devices.dispatchEvent(new Event('devicechange'))
    })
    await page.getByText('A microphone was plugged in').waitFor(patience)
    await button(page, 'Use it').click()
    await expect
      .poll(() => page.evaluate(() => localStorage.getItem('openlaunch.call')), patience)
      .toContain('"microphoneId":"new"')
    await button(page, 'Mute microphone').waitFor(patience)
    expect(ada.faults).toEqual([])
  })

  test('a moderator mutes, locks, removes; the person is told who did', async () => {
    const { ada, bob, callers } = await useCall('ada', 'bob', 'carl')
    const carl = callers[2]!
    const menu = async (name: string, item: string) => {
      await figure(ada.page, new RegExp(`^${name}`)).hover()
      await button(ada.page, `Moderate ${name}`).click()
      await ada.page.getByRole('menuitem', { name: item, exact: true }).click(patience)
    }
    await menu(bob.person.username, 'Mute')
    await bob.page.getByText(`${ada.person.username} muted you`).waitFor(patience)
    await button(bob.page, 'Unmute microphone').waitFor(patience)
    await more(ada.page, 'Lock the call')
    await bob.page.getByText(`${ada.person.username} locked the call`).waitFor(patience)
    await bob.page.getByRole('img', { name: 'The call is locked' }).waitFor(patience)
    // Whoever did it knows.
    expect(await ada.page.getByText('locked the call').count()).toBe(0)
    await menu(carl.person.username, 'Remove from the call')
    await button(ada.page, 'Remove from the call').click()
    await carl.page.getByText('A moderator removed you from the call.').waitFor(patience)
    await button(carl.page, 'Ask to be let in').waitFor(patience)
    await more(ada.page, 'End for everybody')
    await button(ada.page, 'End for everybody').click()
    const over = ({ page }: typeof bob) => page.getByText('The call was ended for everybody.')
    await over(bob).waitFor(patience)
    // Whoever ended it knows.
    await button(ada.page, 'Join call').waitFor(patience)
    await expect.poll(() => over(ada).count(), patience).toBe(0)
    expect(await framesShown(bob.page, otherCameras)).toBe(0)
  })

  test('who comes to a locked call asks to be let in, and a moderator decides', async () => {
    const { slug, people } = await project('ada', 'bob', 'carl')
    const callers = await Promise.all(people.map((one) => open(one, `/p/${slug}`)))
    const [ada, bob, carl] = callers
    if (!ada || !bob || !carl) throw new Error('Three people are needed')
    await joinCall(ada.page)
    await more(ada.page, 'Lock the call')
    const knock = async ({ page, person }: typeof bob) => {
      await openPreview(page)
      await button(page, 'Join now').click()
      await button(page, 'Ask to be let in').click(patience)
      await page.getByText('Asking to be let in').waitFor(patience)
      const asked = ada.page.getByRole('alert').filter({ hasText: person.username })
      await asked.waitFor(patience)
      return asked
    }
    const ofBob = await knock(bob)
    await ofBob.getByRole('button', { name: 'Let in' }).click()
    await expectPicture(bob.page)
    await ofBob.waitFor({ state: 'detached', ...patience })
    const ofCarl = await knock(carl)
    await ofCarl.getByRole('button', { name: 'Decline' }).click()
    await carl.page.getByText('A moderator did not let you in.').waitFor(patience)
    await ofCarl.waitFor({ state: 'detached', ...patience })
    // Whoever was let in has no failure left to be told of afterwards.
    await button(bob.page, 'Leave call').click()
    await button(bob.page, /^Join call/)
      .first()
      .waitFor(patience)
    expect(await button(bob.page, 'Try again').count()).toBe(0)
    for (const { faults } of callers) expect(faults).toEqual([])
  })
})
