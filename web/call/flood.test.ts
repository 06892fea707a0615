// A browser that sends more than it may, in a room that takes less than one camera.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCallPages, type CallPages } from '../../test/callpages.ts'

let pages: CallPages
beforeAll(async () => {
  const config = { portMin: 21_181, portMax: 21_190, workers: 1, maxIncomingBitrate: 10_000 }
  pages = await openCallPages(config)
}, 600_000)
afterAll(() => pages.close())

test('[CA15] whoever goes on sending too much is sent away, and others stay', async () => {
  const projectId = await pages.stage.addProject()
  const [loud, quiet] = [await pages.openPage(projectId), await pages.openPage(projectId)]
  const statusOf = (page: typeof loud) => page.evaluate(() => window.stage.session.get().status)
  await quiet.evaluate(() => window.stage.session.join({ audio: false, video: false }))
  await loud.evaluate(() => window.stage.session.join({ audio: true, video: true }))
  const reason = expect.stringContaining('sent more than')
  await expect.poll(() => statusOf(loud), { timeout: 30_000 }).toEqual({ state: 'failed', reason })
  expect((await statusOf(quiet)).state).toBe('joined')
  const { participants } = (await pages.calls.summary({ projectId })) ?? {}
  expect(participants).toHaveLength(1)
})
