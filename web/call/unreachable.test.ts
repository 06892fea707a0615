// The media ports cannot be reached: a firewall, or an address that is announced wrongly.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCallPages, type CallPages } from '../../test/callpages.ts'

let pages: CallPages
beforeAll(async () => {
  const portMin = 21_160
  const announcedAddresses = ['203.0.113.1']
  pages = await openCallPages({ portMin, portMax: portMin + 20, workers: 1, announcedAddresses })
}, 600_000)
afterAll(() => pages.close())

test('the call fails with a reason in words, and gives the devices back', async () => {
  const projectId = await pages.stage.addProject()
  const page = await pages.openPage(projectId)
  await page.evaluate(() => window.stage.session.join({ audio: true, video: false }))
  const state = () => page.evaluate(() => window.stage.session.get())
  await expect
    .poll(async () => (await state()).status, { timeout: 25_000 })
    .toEqual({ state: 'failed', reason: expect.stringContaining('firewall'), mayTest: true })
  expect((await state()).own).toEqual({})
  await expect.poll(() => pages.calls.summary({ projectId }), { timeout: 15_000 }).toBe(null)
})
