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

/** The first of them is on the first worker. */
async function useCall() {
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
  return { pages, a, b }
}

test('[CA30] pictures, their layers and who speaks come over from another worker', async () => {
  const { a, b } = await useCall()
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

test('[CA30] when the worker of one is killed, the other stays and sees them again within 3 seconds', async () => {
  const { pages, a, b } = await useCall()
  const peerIdOf = (page: Page) =>
    page.evaluate(() => {
      const { status } = window.stage.session.get()
      return status.state === 'joined' ? status.peerId : status.state
    })
  const [ofA, ofB] = [await peerIdOf(a), await peerIdOf(b)]
  const killedAt = performance.now()
  process.kill(pages.calls.workerPids()[0] ?? 0, 'SIGKILL')
  const seen = () => b.evaluate(() => window.stage.session.get().peers[0]?.peerId)
  const often = { ...soon, interval: 50 }
  await expect.poll(async () => ![ofA, undefined].includes(await seen()), often).toBe(true)
  await expect.poll(() => frames(b), often).toBeGreaterThan(0)
  expect(performance.now() - killedAt).toBeLessThan(3_000)
  await Promise.all([expectFrames(a), expectFrames(b)])
  expect(await peerIdOf(b)).toBe(ofB)
}, 120_000)
