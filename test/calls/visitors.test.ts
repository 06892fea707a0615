// Somebody without an account comes to a call by a link, in a real Chromium.
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hasChromium } from '../browser.ts'
import type { CreatedCallLink } from '../../server/guests/schema.ts'
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

describe.skipIf(!hasChromium)('guests', { timeout: 180_000 }, () => {
  const { project, open, windows } = useCallRooms()

  async function useLink() {
    const { slug, people } = await project('ada', 'bob')
    const [owner] = people
    if (!owner) throw new Error('A project needs somebody')
    await owner.rest('PATCH', `/projects/${slug}`, { callGuests: true })
    const { data } = await owner.rest('POST', `/projects/${slug}/call-links`)
    return { slug, people, owner, link: data as CreatedCallLink }
  }

  /** A window of somebody who is not signed in. */
  async function visit(path: string) {
    const visitor = await windows.open()
    onTestFinished(() => visitor.context.close())
    await visitor.page.goto(path)
    return visitor
  }

  async function takeName(page: Page, name: string) {
    await page.getByLabel('Your name').fill(name, patience)
    await button(page, 'Continue').click()
    await button(page, 'Ask to join').waitFor(patience)
  }

  const asked = (page: Page, name: string) =>
    page.getByRole('alert').filter({ hasText: `${name} Guest asks to be let in` })

  test('[CA60] a moderator makes a link in the call; a guest comes by it, is let in, and both see each other', async () => {
    const { slug, people } = await project('ada')
    const ada = await open(people[0]!, `/p/${slug}`)
    await joinCall(ada.page)
    await more(ada.page, 'Guests by link')
    await button(ada.page, 'Allow guests').click(patience)
    await button(ada.page, 'Create link').click(patience)
    const address = await ada.page.getByLabel('Link for guests').inputValue(patience)
    await ada.page.getByText('by ada').waitFor(patience)
    // With another one, it is said which of them is on the page.
    await button(ada.page, 'Create another link').click()
    await expect
      .poll(() => ada.page.getByRole('listitem').allInnerTexts(), patience)
      .toEqual([expect.stringContaining('(the one above)'), expect.not.stringContaining('above')])
    await ada.page.keyboard.press('Escape')

    const gus = await visit(new URL(address).pathname)
    await takeName(gus.page, 'Gus')
    await expectPicture(gus.page, 'video[aria-label="Your camera"]')
    await button(gus.page, 'Ask to join').click()
    await gus.page.getByText('Asking to be let in').waitFor(patience)
    await asked(ada.page, 'Gus').getByRole('button', { name: 'Let in' }).click(patience)
    await expectPicture(gus.page)
    await expectPicture(ada.page)
    await figure(ada.page, /^Gus \(guest\)/).waitFor(patience)
    const received = () =>
      ada.page
        .locator('audio')
        .first()
        .evaluate((element: HTMLAudioElement) => element.currentTime)
        .catch(() => 0)
    await expect.poll(received, patience).toBeGreaterThan(0)

    // What guests do, and what is not theirs.
    await button(gus.page, 'Raise hand').click()
    await button(ada.page, 'Raised hands: 1').waitFor(patience)
    await button(gus.page, 'Share screen').click()
    await figure(ada.page, 'Screen of Gus (guest)').waitFor(patience)
    await button(gus.page, 'More about this call').click()
    await gus.page.getByRole('menuitem', { name: 'Statistics' }).waitFor(patience)
    for (const item of ['Lock the call', 'Start a standup', 'Guests by link', 'End for everybody'])
      expect(await gus.page.getByRole('menuitem', { name: item }).count()).toBe(0)
    await gus.page.keyboard.press('Escape')
    expect([ada.faults, gus.faults]).toEqual([[], []])
  })

  test('[CA62] [CA63] a guest who reloads asks nobody anew; one who is removed does', async () => {
    const { slug, owner, link } = await useLink()
    const [ada, gus] = [await open(owner, `/p/${slug}`), await visit(`/guest/${link.token}`)]
    await joinCall(ada.page)
    await takeName(gus.page, 'Gus')
    await button(gus.page, 'Ask to join').click()
    await asked(ada.page, 'Gus').getByRole('button', { name: 'Let in' }).click(patience)
    await expectPicture(gus.page)
    await gus.page.reload()
    await button(gus.page, 'Ask to join').click(patience)
    await expectPicture(gus.page)
    expect(await asked(ada.page, 'Gus').count()).toBe(0)

    await figure(ada.page, /^Gus/).hover()
    await button(ada.page, 'Moderate Gus (guest)').click()
    await ada.page.getByRole('menuitem', { name: 'Remove from the call' }).click(patience)
    await button(ada.page, 'Remove from the call').click()
    await gus.page.getByText('A moderator removed you from the call.').waitFor(patience)
    await button(gus.page, 'Ask again').click()
    // As what one sees while one waits, one comes in.
    await expectPicture(gus.page, 'video[aria-label="Your camera"]')
    await asked(ada.page, 'Gus').getByRole('button', { name: 'Decline' }).click(patience)
    await gus.page.getByText('You can ask again in a minute.').waitFor(patience)
    // Who asks again comes as before: not muted.
    expect(await gus.page.getByText('You join muted').count()).toBe(0)
    expect([ada.faults, gus.faults]).toEqual([[], []])
  })

  test('[CA63] a guest who comes early waits for the call; when the link is revoked, the page says so', async () => {
    const { slug, owner, link } = await useLink()
    const gus = await visit(`/guest/${link.token}`)
    await takeName(gus.page, 'Gus')
    await button(gus.page, 'Ask to join').click()
    await gus.page.getByText('The call has not begun').waitFor(patience)
    const ada = await open(owner, `/p/${slug}`)
    await joinCall(ada.page)
    await asked(ada.page, 'Gus').getByRole('button', { name: 'Let in' }).click(patience)
    await expectPicture(gus.page)
    await owner.rest('DELETE', `/projects/${slug}/call-links/${link.id}`)
    await gus.page.getByText('This link does not lead to a call any more').waitFor(patience)
    await expect.poll(() => ada.page.locator(otherCameras).count(), patience).toBe(0)
    // That the handshake was refused is in the log of the browser, and nothing else.
    expect(ada.faults).toEqual([])
  })

  test('[CA60] a member who opens the link is taken to the call', async () => {
    const { slug, people, link } = await useLink()
    const bob = await open(people[1]!, `/guest/${link.token}`)
    await button(bob.page, 'Join now').waitFor(patience)
    expect(new URL(bob.page.url()).pathname).toBe(`/p/${slug}`)
    await button(bob.page, 'Join now').click()
    await button(bob.page, 'Leave call').waitFor(patience)
    expect(bob.faults).toEqual([])
  })

  test('a name that is none is refused in words; a wrong link, too', async () => {
    const { link } = await useLink()
    const gus = await visit(`/guest/${link.token}`)
    await gus.page.getByLabel('Your name').fill('\u202Eada', patience)
    await button(gus.page, 'Continue').click()
    await gus.page.getByText('not a name: use letters or digits').waitFor(patience)
    expect(await button(gus.page, 'Ask to join').count()).toBe(0)
    const lost = await visit('/guest/nowhere')
    await lost.page.getByText('This link does not lead to a call any more').waitFor(patience)
    expect(await lost.page.getByText('Go to projects').count()).toBe(0)
  })
})
