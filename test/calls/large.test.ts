// A large call in a real Chromium: only so many cameras are received, of those who spoke last. The others are headless.
import { observer } from 'mediasoup'
import type { Consumer } from 'mediasoup/types'
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hasChromium } from '../browser.ts'
import { joinHeadless, type AskCall } from '../headless.ts'
import { connect } from '../people.ts'
import { figure, joinCall, otherCameras, patience, useCallRooms } from './room.ts'

const PEERS = 10
/** Of a phone, which is quicker: web/call/running.tsx */
const MOST = 6
const settings = {
  MEDIA_LISTEN_ADDRESS: '127.0.0.1',
  MEDIA_PORT_MIN: '22300',
  MEDIA_PORT_MAX: '22310',
  MEDIA_WORKERS: '2',
  MEDIA_PEERS_PER_WORKER: '6',
}

/** A key frame of VP8 that fits into one packet, as this browser makes it */
const film = async (page: Page) => {
  const bytes = await page.evaluate(async () => {
    const size = { width: 64, height: 36 }
    const frames: number[][] = []
    const encoder = new VideoEncoder({
      error(error) {
        throw error
      },
      output(chunk) {
        const data = new Uint8Array(chunk.byteLength)
        chunk.copyTo(data)
        frames.push([...data])
      },
    })
    encoder.configure({ codec: 'vp8', ...size, bitrate: 100_000 })
    const canvas = new OffscreenCanvas(size.width, size.height)
    canvas.getContext('2d')!.fillStyle = 'teal'
    canvas.getContext('2d')!.fillRect(0, 0, size.width, size.height)
    const frame = new VideoFrame(canvas, { timestamp: 0 })
    encoder.encode(frame, { keyFrame: true })
    await encoder.flush()
    frame.close()
    encoder.close()
    return frames[0] ?? []
  })
  return Buffer.from(bytes)
}

/** Those of the page: headless people receive nothing here. */
function watchConsumers() {
  const consumers = new Set<Consumer>()
  observer.on('newworker', (worker) =>
    worker.observer.on('newrouter', (router) =>
      router.observer.on('newtransport', (transport) =>
        transport.observer.on('newconsumer', (consumer) => {
          if (consumer.type !== 'pipe') consumers.add(consumer)
          consumer.observer.once('close', () => consumers.delete(consumer))
        }),
      ),
    ),
  )
  return () =>
    [...consumers]
      .filter(({ kind, paused }) => kind === 'video' && !paused)
      .map((one) => one.producerId)
}

describe.skipIf(!hasChromium)('a large call', () => {
  const { project, open } = useCallRooms(settings)

  test('[CA30] of many cameras those of who spoke last are received, wherever they are sent', async () => {
    const cameras = watchConsumers()
    const { id: projectId, slug, people } = await project('ada', 'bob', 'carl')
    const { page, faults } = await open(people[0]!, `/p/${slug}`)
    await joinCall(page)
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByRole('tab', { name: /^Call/ }).click(patience)
    const frame = await film(page)
    expect(frame.length).toBeGreaterThan(20)
    /** Five at most of one person */
    const others = await Promise.all(
      Array.from({ length: PEERS }, async (_, at) => {
        const { request } = await connect(people[1 + (at % 2)]!)
        const ask: AskCall = (name, payload) => request(name, { projectId, ...payload } as never)
        const peer = await joinHeadless(ask)
        onTestFinished(() => peer.close())
        const voice = await peer.produce('microphone')
        return { ...peer, ask, voice, camera: await peer.produce('camera', { frame }) }
      }),
    )
    const pictures = page.locator(otherCameras)
    await expect.poll(cameras, patience).toHaveLength(MOST)
    await expect.poll(() => pictures.count(), patience).toBe(MOST)
    const unseen = others.filter(({ camera }) => !cameras().includes(camera))
    expect(unseen).toHaveLength(PEERS - MOST)

    const shownOf = ({ peerId }: (typeof others)[number]) =>
      page.locator(`[data-peer="${peerId}"] video[data-source="camera"]`)
    for (const one of unseen.slice(0, 2)) {
      expect(await shownOf(one).count()).toBe(0)
      await one.ask('call_close_producer', { producerId: one.voice })
      await one.produce('microphone', { loudness: 115 })
      await expect.poll(cameras, patience).toContain(one.camera)
      await expect.poll(() => cameras().length, patience).toBe(MOST)
      const shown = () =>
        shownOf(one)
          .evaluate(
            (video) => (video as HTMLVideoElement).getVideoPlaybackQuality().totalVideoFrames,
          )
          .catch(() => 0)
      const before = await shown()
      await expect.poll(shown, patience).toBeGreaterThan(before + 3)
    }
    for (const { ask } of others) await ask('call_leave')
    await expect.poll(() => cameras().length, patience).toBe(0)
    await expect.poll(() => pictures.count(), patience).toBe(0)
    await figure(page, /^You/).waitFor(patience)
    expect(faults).toEqual([])
  }, 180_000)
})
