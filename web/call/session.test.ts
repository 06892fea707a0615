// Two pages in a real Chromium call each other through the real signalling and the real media worker.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { MediaSource } from '../../protocol/calls.ts'
import type { ViewSize } from './views.ts'
import { openCallPages, type CallPages } from '../../test/callpages.ts'

let pages: CallPages
beforeAll(async () => {
  pages = await openCallPages({ portMin: 21_100, portMax: 21_150, workers: 1 })
}, 600_000)
afterAll(() => pages.close())

async function openPage(projectId: string): Promise<Page> {
  const page = await pages.openPage(projectId)
  onTestFinished(() => page.context().close())
  return page
}

const join = (page: Page, choice = { audio: true, video: true }) =>
  page.evaluate((wanted) => window.stage.session.join(wanted), choice)
const stateOf = (page: Page) => page.evaluate(() => window.stage.session.get())
const statusOf = async (page: Page) => (await stateOf(page)).status.state
const stats = (page: Page) => page.evaluate(() => window.stage.session.stats())

const received = async (page: Page, source: MediaSource) =>
  (await stats(page)).receiving.find((one) => one.source === source)
const frames = async (page: Page, source: MediaSource) =>
  (await received(page, source))?.framesDecoded ?? 0
const packets = async (page: Page, source: MediaSource) =>
  (await received(page, source))?.packetsReceived ?? 0
const sentPackets = async (page: Page, source: MediaSource) =>
  (await stats(page)).sending.find((one) => one.source === source)?.packetsSent ?? 0

const soon = { timeout: 15_000 }
/** Waits until a number is greater than it was. */
async function expectGrowth(read: () => Promise<number>, by = 5) {
  const before = await read()
  await expect.poll(read, soon).toBeGreaterThan(before + by)
}
const expectMedia = (page: Page) =>
  Promise.all([
    expectGrowth(() => frames(page, 'camera')),
    expectGrowth(() => packets(page, 'microphone')),
  ])

async function useTwo() {
  const projectId = await pages.stage.addProject()
  const [a, b] = await Promise.all([openPage(projectId), openPage(projectId)])
  await Promise.all([join(a), join(b)])
  await Promise.all([expectMedia(a), expectMedia(b)])
  return { projectId, a, b }
}
const problemsOf = (page: Page) => page.evaluate(() => window.stage.problems)

test('two people see and hear each other, share a screen, mute and leave', async () => {
  const { projectId, a, b } = await useTwo()

  // The whole picture, the small one where it is shown small, and none where nobody sees it.
  const camera = await received(b, 'camera')
  await expect.poll(async () => (await received(b, 'camera'))?.frameWidth, soon).toBe(640)
  const show = (size: ViewSize | null) =>
    b.evaluate(([id, to]) => window.stage.views[id]!.resize(to), [
      camera?.producerId ?? '',
      size,
    ] as const)
  await show({ width: 160, height: 90 })
  await expect.poll(async () => (await received(b, 'camera'))?.frameWidth, soon).toBe(320)
  await show(null)
  const asked = () => b.evaluate(() => window.stage.requests.at(-1))
  await expect.poll(asked, soon).toBe('call_pause_consumer')
  const still = await frames(b, 'camera')
  await expectGrowth(() => packets(b, 'microphone'), 50)
  expect(await frames(b, 'camera')).toBeLessThan(still + 5)
  await show({ width: 640, height: 480 })
  await expect.poll(async () => (await received(b, 'camera'))?.frameWidth, soon).toBe(640)

  await a.evaluate(() => window.stage.session.startScreenShare())
  await expectGrowth(() => frames(b, 'screen'))
  // The browser's own stop button ends the track.
  await a.evaluate(() => {
    const { track } = window.stage.session.get().own.screen!
    track.stop()
    track.dispatchEvent(new Event('ended'))
  })
  await expect
    .poll(async () => Object.keys((await stateOf(b)).peers[0]!.media).toSorted(), soon)
    .toEqual(['camera', 'microphone'])

  const mutedAtB = async () => (await stateOf(b)).peers[0]?.media.microphone?.muted
  await a.evaluate(() => window.stage.session.setMicrophone(false))
  await expect.poll(mutedAtB, soon).toBe(true)
  // The last packets may still be on their way when the others know already.
  await expectGrowth(() => frames(b, 'camera'), 15)
  const silent = await sentPackets(a, 'microphone')
  await expectGrowth(() => frames(b, 'camera'), 15)
  expect(await sentPackets(a, 'microphone')).toBe(silent)
  await a.evaluate(() => window.stage.session.setMicrophone(true))
  await expect.poll(mutedAtB, soon).toBe(false)
  await expectGrowth(() => packets(b, 'microphone'))

  await a.evaluate(() => window.stage.session.setCamera(false))
  await expect.poll(async () => (await stateOf(b)).peers[0]!.media.camera, soon).toBe(undefined)
  expect((await stateOf(a)).own.camera).toBe(undefined)
  await a.evaluate(() => window.stage.session.setCamera(true))
  await expectGrowth(() => frames(b, 'camera'))

  await a.evaluate(() => window.stage.session.leave())
  await expect.poll(async () => (await stateOf(b)).peers, soon).toEqual([])
  expect((await pages.calls.summary({ projectId }))?.participants).toHaveLength(1)
  await b.evaluate(() => window.stage.session.leave())
  await expect.poll(() => pages.calls.summary({ projectId }), soon).toBe(null)
  expect(await Promise.all([problemsOf(a), problemsOf(b)])).toEqual([[], []])
})

test('when the worker is killed, media is back by itself', async () => {
  const { a, b } = await useTwo()
  const [pid] = pages.calls.workerPids()
  const { status: before } = await stateOf(a)
  process.kill(pid!, 'SIGKILL')
  await expect.poll(() => stateOf(a).then(({ status }) => status), soon).not.toEqual(before)
  await expect
    .poll(() => Promise.all([statusOf(a), statusOf(b)]), soon)
    .toEqual(['joined', 'joined'])
  await Promise.all([expectMedia(a), expectMedia(b)])
  expect(pages.calls.workerPids()).not.toContain(pid)
})

test('[CA20] without its socket media goes on, and what was missed is made up for', async () => {
  const { a, b } = await useTwo()
  await a.evaluate(() => window.stage.session.setMicrophone(false))
  const { status: before } = await stateOf(a)
  await a.evaluate(() => window.stage.socket.disconnect())
  // Wishes and news of the time without a socket
  await a.evaluate(() => window.stage.session.startScreenShare())
  await b.evaluate(() => window.stage.session.startScreenShare())
  await b.evaluate(() => window.stage.session.setMicrophone(false))
  await Promise.all([
    expectGrowth(() => frames(a, 'camera')),
    expectGrowth(() => frames(b, 'camera')),
  ])
  expect((await stateOf(a)).peers[0]?.media.screen).toBe(undefined)

  await a.evaluate(() => window.stage.socket.connect())
  await Promise.all([
    expectGrowth(() => frames(a, 'screen')),
    expectGrowth(() => frames(b, 'screen')),
  ])
  expect((await stateOf(a)).status).toEqual(before)
  expect((await stateOf(a)).peers[0]?.media.microphone?.muted).toBe(true)
  const { peers } = await stateOf(b)
  expect(peers).toHaveLength(1)
  expect(peers[0]?.media.microphone?.muted).toBe(true)
  await a.evaluate(() => window.stage.session.setMicrophone(true))
  await expectGrowth(() => packets(b, 'microphone'))
  // Nothing was made anew.
  const made = (name: string) =>
    a.evaluate((wanted) => window.stage.requests.filter((one) => one === wanted).length, name)
  expect(await made('call_create_transport')).toBe(2)
  expect(await Promise.all([problemsOf(a), problemsOf(b)])).toEqual([[], []])
})

test('[CA20] a socket that breaks while much is asked costs nothing', async () => {
  const projectId = await pages.stage.addProject()
  const [a, b] = await Promise.all([openPage(projectId), openPage(projectId)])
  await join(a)
  await b.evaluate(async () => {
    const { session, socket, requests } = window.stage
    const joining = session.join({ audio: true, video: true })
    // Once for every request after call_join
    let broken = 1
    while (session.get().peers.length === 0 || broken < 4) {
      if (requests.length > broken && socket.connected) {
        broken = requests.length
        socket.io.engine.close()
      }
      await new Promise((resolve) => setTimeout(resolve))
    }
    await joining
  })
  await Promise.all([expectMedia(a), expectMedia(b)])
  expect((await stateOf(a)).peers).toHaveLength(1)
})

test('[CA22] another network: ICE restarts, in the same membership', async () => {
  const { a, b } = await useTwo()
  const { status: before } = await stateOf(a)
  const restarts = () =>
    a.evaluate(() => window.stage.requests.filter((one) => one === 'call_restart_ice').length)
  await a.evaluate(() => dispatchEvent(new Event('online')))
  await expect.poll(restarts, soon).toBe(2)
  await Promise.all([expectMedia(a), expectMedia(b)])
  expect((await stateOf(a)).status).toEqual(before)
})

test('whoever closes the tab is gone at once', async () => {
  const { a, b } = await useTwo()
  await b.goto('about:blank')
  await expect.poll(async () => (await stateOf(a)).peers, { timeout: 10_000 }).toEqual([])
})

test('[CA22] a network that stalls is survived by an ICE restart, in the same membership', async () => {
  const { a, b } = await useTwo()
  const [pid] = pages.calls.workerPids()
  const { status: before } = await stateOf(a)
  const restarts = () =>
    a.evaluate(() => window.stage.requests.filter((one) => one === 'call_restart_ice').length)
  // A stopped worker answers nothing, as a network that lets nothing through.
  process.kill(pid!, 'SIGSTOP')
  await expect.poll(restarts, { timeout: 20_000 }).toBeGreaterThan(0)
  process.kill(pid!, 'SIGCONT')
  await Promise.all([expectMedia(a), expectMedia(b)])
  expect((await stateOf(a)).status).toEqual(before)
})

test('without camera and microphone one joins, is told why, and listens', async () => {
  const projectId = await pages.stage.addProject()
  const [a, b] = await Promise.all([openPage(projectId), openPage(projectId)])
  await a.evaluate(() => {
    const refuse = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
    Object.assign(navigator.mediaDevices, { getUserMedia: refuse })
  })
  await Promise.all([join(a), join(b)])
  await expectMedia(a)
  const { own, problems } = await stateOf(a)
  expect(own).toEqual({})
  expect(problems).toEqual({
    camera: expect.stringContaining('does not allow the camera'),
    microphone: expect.stringContaining('does not allow the microphone'),
  })
})

test('of a device that is lost nothing is said where it is not wanted any more', async () => {
  const page = await openPage(await pages.stage.addProject())
  await join(page, { audio: false, video: true })
  const problems = await page.evaluate(async () => {
    const { session } = window.stage
    const devices = navigator.mediaDevices
    const open = devices.getUserMedia.bind(devices)
    let opening: Promise<MediaStream> | undefined
    devices.getUserMedia = (constraints) => (opening = open(constraints))
    const { track } = session.get().own.camera!
    track.stop()
    track.dispatchEvent(new Event('ended'))
    await session.setCamera(false)
    await opening
    await new Promise((resolve) => setTimeout(resolve))
    return session.get().problems
  })
  expect(problems).toEqual({})
})

test('who may not join is told so, and who is sent away stays away', async () => {
  const { projectId, a } = await useTwo()
  const userId = await a.evaluate(() => (window.stage.socket.auth as { token: string }).token)
  await pages.stage.db.deleteFrom('projectMembers').where('userId', '=', userId).execute()
  pages.calls.closeFor({ userId, projectId })
  await expect.poll(() => statusOf(a), soon).toBe('failed')
  expect((await stateOf(a)).own).toEqual({})
  const refused = await join(a).catch((error: Error) => error.message)
  expect(refused).toContain('Insufficient permissions')
})

test('what the server finds too much at once is asked again a moment later', async () => {
  const projectId = await pages.stage.addProject()
  const [a, b] = await Promise.all([openPage(projectId), openPage(projectId)])
  await join(a)
  // 300 requests per 5 s and socket are allowed.
  await b.evaluate(async () => {
    const { socket } = window.stage
    const leave = { projectId: 'nowhere' }
    await Promise.all(Array.from({ length: 300 }, () => socket.emitWithAck('call_leave', leave)))
    const { ok } = (await socket.emitWithAck('call_leave', leave)) as { ok: boolean }
    if (ok) throw new Error('The limit was not reached')
  })
  await join(b, { audio: false, video: false })
  await expectMedia(b)
  const joins = await b.evaluate(() => window.stage.requests.filter((one) => one === 'call_join'))
  expect(joins.length).toBeGreaterThan(1)
})
