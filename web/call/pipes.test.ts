// Two people on two media workers, in a real Chromium: for them it is as if they were on one.
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { openCallPages } from '../../test/callpages.ts'

const soon = { timeout: 20_000 }

const receiving = async (page: Page) => {
  const { receiving: all } = await page.evaluate(() => window.stage.session.stats())
  return all.find(({ source }) => source === 'camera')
}
const frames = async (page: Page) => (await receiving(page))?.framesDecoded ?? 0
async function expectFrames(page: Page) {
  const before = await frames(page)
  await expect.poll(() => frames(page), soon).toBeGreaterThan(before + 5)
}
/** Shows what others film in that many lines; null: nowhere. */
const look = (page: Page, height: number | null) =>
  page.evaluate((lines) => {
    const { session, views } = window.stage
    const { camera } = session.get().peers[0]?.media ?? {}
    const size = lines === null ? null : { width: (lines * 16) / 9, height: lines }
    views[camera?.producerId ?? '']?.resize(size)
  }, height)

test('[CA30] pictures, their layers and who speaks come over from another worker', async () => {
  const config = { portMin: 21_190, portMax: 21_194, workers: 2, peersPerWorker: 1 }
  const pages = await openCallPages(config)
  onTestFinished(() => pages.close())
  const projectId = await pages.stage.addProject()
  const [a, b] = [await pages.openPage(projectId), await pages.openPage(projectId)]
  for (const page of [a, b]) {
    await page.evaluate(() => window.stage.session.join({ audio: true, video: true }))
  }
  expect(pages.calls.workerPids()).toHaveLength(2)
  await Promise.all([expectFrames(a), expectFrames(b)])
  const layer = async () => (await receiving(b))?.layer
  await look(b, 720)
  await expect.poll(layer, soon).toBe(1)
  await look(b, 90)
  await expect.poll(layer, soon).toBe(0)
  await expectFrames(b)
  await look(b, 720)
  await expect.poll(layer, soon).toBe(1)
  await look(b, null)
  await expect.poll(layer, soon).toBe(null)
  await look(b, 720)
  await expectFrames(b)
  // Fake microphones beep.
  const speakers = () =>
    Promise.all(
      [a, b].map((page) => page.evaluate(() => window.stage.session.get().shared?.speaker)),
    )
  await expect
    .poll(async () => {
      const [ofA, ofB] = await speakers()
      return typeof ofA === 'string' && ofA === ofB
    }, soon)
    .toBe(true)
}, 120_000)
