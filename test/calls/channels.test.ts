// Calls of channels, in a real Chromium: the button beside the channel's name, ringing in a direct message, and a
// standup whose notes go to the chat.
import { describe, expect, test } from 'vitest'
import type { Channel } from '../../protocol/chat.ts'
import { hasChromium } from '../browser.ts'
import { button, expectPicture, more, patience, useCallRooms } from './room.ts'

describe.skipIf(!hasChromium)('calls of channels', { timeout: 120_000 }, () => {
  const rooms = useCallRooms()

  async function useDirect(at?: string) {
    const { slug, people } = await rooms.project('ada', 'bob')
    const [ada, bob] = people
    if (!ada || !bob) throw new Error('Two people are needed')
    const made = await ada.rest('POST', `/projects/${slug}/conversations`, { userIds: [bob.id] })
    const { id } = made.data as Channel
    return {
      ada: await rooms.open(ada, `/p/${slug}/chat/${id}`),
      bob: await rooms.open(bob, at ?? `/p/${slug}/issues`),
      path: `/p/${slug}/chat/${id}`,
    }
  }

  async function useRing(at?: string) {
    const { ada, bob, path } = await useDirect(at)
    await button(ada.page, 'Start a call here').first().click(patience)
    await ada.page.getByText('Joining rings at the others.').waitFor(patience)
    await button(ada.page, 'Join now').click(patience)
    return {
      ada,
      bob,
      path,
      ring: bob.page.getByRole('dialog', { name: `${ada.person.username} calls` }),
    }
  }

  test('a call in a direct message rings at the other, who answers', async () => {
    const { ada, bob, ring } = await useRing()
    await bob.page.setViewportSize({ width: 390, height: 844 })
    // It comes while one writes: that does not answer.
    const isFocused = () => ring.evaluate((dialog) => dialog.contains(document.activeElement))
    await expect.poll(isFocused, patience).toBe(true)
    for (const key of ['Space', 'Enter']) await bob.page.keyboard.press(key)
    // Nor is it framed, cut off by the dialog.
    const frame = () =>
      bob.page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)
    expect(await frame()).toBe('none')
    await ring.getByRole('button', { name: 'Answer' }).click(patience)
    await Promise.all([expectPicture(ada.page), expectPicture(bob.page)])
    await bob.page.getByRole('tab', { name: /^Call/, selected: true }).waitFor(patience)
    expect([...ada.faults, ...bob.faults]).toEqual([])
  })

  test('it rings on pages of no project too, and who answers there comes to the call', async () => {
    const { ada, bob, path, ring } = await useRing('/settings')
    await ring.getByText('In the project').waitFor(patience)
    await ring.getByRole('button', { name: 'Answer' }).click(patience)
    await Promise.all([expectPicture(ada.page), expectPicture(bob.page)])
    expect(new URL(bob.page.url()).pathname).toBe(path)
    expect([...ada.faults, ...bob.faults]).toEqual([])
  })

  test('who declines is not rung at any more, and the caller is told', async () => {
    const { ada, bob, ring } = await useRing()
    await ada.page.getByText(`Calling ${bob.person.username}…`).waitFor(patience)
    await ring.getByRole('button', { name: 'Decline' }).click(patience)
    const told = `${bob.person.username} declined. They can still join.`
    await ada.page.getByText(told).waitFor(patience)
    await ring.waitFor({ state: 'detached', ...patience })
    expect([...ada.faults, ...bob.faults]).toEqual([])
  })

  test('a standup goes round, and its notes are in the chat', async () => {
    const { ada, bob } = await rooms.useCall('ada', 'bob')
    await more(ada.page, 'Start a standup')
    await button(ada.page, 'Start').click(patience)
    const [atAda, atBob] = [ada, bob].map(({ page }) =>
      page.getByRole('region', { name: 'Standup' }),
    )
    await atAda!.getByText('Your turn').waitFor(patience)
    await atBob!.getByText(`1 of 2 · then You`).waitFor(patience)
    await atBob!
      .getByRole('timer', { name: 'Time left' })
      .getByText(/^1:\d\d$/)
      .waitFor(patience)
    await atBob!.getByLabel('Your note').fill('Built the bridge')
    // A second later it is taken along, without a key: the others may end the round meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    await button(ada.page, 'Next').click()
    await atBob!.getByText('Your turn').waitFor(patience)
    await atBob!.getByRole('button', { name: 'Finish' }).waitFor(patience)
    await atAda!.getByRole('button', { name: 'End' }).click(patience)
    await atBob!.waitFor({ state: 'detached', ...patience })
    const said = ada.page.getByRole('log', { name: 'Messages' }).getByText('Built the bridge')
    await said.waitFor(patience)
    expect([...ada.faults, ...bob.faults]).toEqual([])
  })
})
