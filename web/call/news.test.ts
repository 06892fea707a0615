// What the server makes of real sound and pictures, in a real Chromium: who speaks, how well it gets through, and that
// nothing gets through to and from whoever was sent away.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { ProjectRole } from '../../protocol/access.ts'
import type { CallEvents } from '../../protocol/calls.ts'
import { openCallPages, type CallPages } from '../../test/callpages.ts'

const soon = { timeout: 15_000 }

let pages: CallPages
beforeAll(async () => {
  pages = await openCallPages({ portMin: 21_160, portMax: 21_180, workers: 1 })
}, 600_000)
afterAll(() => pages.close())

async function openPage(projectId: string, role?: ProjectRole) {
  const page = await pages.openPage(projectId, role)
  onTestFinished(() => page.context().close())
  /** The payloads of an event from now on */
  async function collect<Name extends keyof CallEvents>(name: Name) {
    const heard = await page.evaluateHandle((event) => {
      const payloads: unknown[] = []
      window.stage.socket.on(event, ({ payload }: { payload: unknown }) => payloads.push(payload))
      return payloads
    }, name as string)
    return () => heard.evaluate((payloads) => payloads as CallEvents[Name][])
  }
  return { page, collect }
}

const join = (page: Page, audio = true) =>
  page.evaluate((on) => window.stage.session.join({ audio: on, video: true }), audio)
const peerIdOf = (page: Page) =>
  page.evaluate(() => {
    const { status } = window.stage.session.get()
    return status.state === 'joined' ? status.peerId : null
  })
const framesOf = async (page: Page) => {
  const { receiving } = await page.evaluate(() => window.stage.session.stats())
  return receiving.find(({ source }) => source === 'camera')?.framesDecoded ?? 0
}
const expectFrames = async (page: Page) => {
  const before = await framesOf(page)
  await expect.poll(() => framesOf(page), soon).toBeGreaterThan(before)
}

/** The page's microphone hums, as loud as said: 1, or 0 for an open microphone without a sound. */
async function hum(page: Page, loudness: number) {
  // Browsers make sounds for pages that somebody touched.
  await page.mouse.click(1, 1)
  await page.evaluate((volume) => {
    const devices = navigator.mediaDevices
    const open = devices.getUserMedia.bind(devices)
    devices.getUserMedia = async (constraints) => {
      const { audio, ...others } = constraints ?? {}
      const stream = others.video ? await open(others) : new MediaStream()
      if (!audio) return stream
      const context = new AudioContext()
      const gain = new GainNode(context, { gain: volume })
      const source = new OscillatorNode(context, { frequency: 300 })
      const output = new MediaStreamAudioDestinationNode(context)
      source.connect(gain).connect(output)
      source.start()
      for (const track of output.stream.getAudioTracks()) stream.addTrack(track)
      return stream
    }
  }, loudness)
}

test('[CA11] of open microphones, the one with sound speaks', async () => {
  const projectId = await pages.stage.addProject()
  const [a, b] = [await openPage(projectId), await openPage(projectId)]
  await hum(a.page, 1)
  await hum(b.page, 0)
  const speakers = await b.collect('call_speaker')
  await join(b.page)
  await join(a.page)
  const humming = await peerIdOf(a.page)
  await expect.poll(async () => (await speakers()).at(-1)?.peerId, soon).toBe(humming)
})

test('[CA12] all are told that what a peer sends gets through, and a receiver which layer it gets', async () => {
  const projectId = await pages.stage.addProject()
  const [a, b] = [await openPage(projectId), await openPage(projectId)]
  const [qualities, layers] = [await b.collect('call_quality'), await b.collect('call_layers')]
  await Promise.all([join(a.page), join(b.page)])
  await expectFrames(b.page)
  for (const page of [a.page, b.page]) {
    const peerId = await peerIdOf(page)
    const scoreOf = async () => (await qualities()).find((one) => one.peerId === peerId)?.score
    await expect.poll(scoreOf, soon).toBeGreaterThanOrEqual(7)
  }
  await expect.poll(async () => (await layers()).at(-1)?.spatialLayer, soon).toBe(1)
  await b.page.evaluate(() => {
    const { session, views } = window.stage
    const { camera } = session.get().peers[0]?.media ?? {}
    views[camera?.producerId ?? '']?.resize({ width: 160, height: 90 })
  })
  await expect.poll(async () => (await layers()).at(-1)?.spatialLayer, soon).toBe(0)
})

/** Sees packets below the client's code, which can be left in the dark about ends. To be called before it joins. */
async function listen({ page }: Awaited<ReturnType<typeof openPage>>) {
  const connections = await page.evaluateHandle(() => {
    const made: RTCPeerConnection[] = []
    const Native = window.RTCPeerConnection
    window.RTCPeerConnection = class extends Native {
      constructor(...args: ConstructorParameters<typeof Native>) {
        super(...args)
        made.push(this)
      }
    }
    return made
  })
  return {
    deafen: () => page.evaluate(() => window.stage.socket.off('call_ended').off('call_peer_left')),
    /** When the last packet came, of one track or of all; milliseconds since 1970 */
    lastPacket: (trackId?: string) =>
      connections.evaluate(async (made, id) => {
        let last = 0
        for (const connection of made) {
          const report = await connection.getStats()
          report.forEach((stats: RTCInboundRtpStreamStats) => {
            const isMeant = id === undefined || stats.trackIdentifier === id
            if (stats.type !== 'inbound-rtp' || !isMeant) return
            last = Math.max(last, stats.lastPacketReceivedTimestamp ?? 0)
          })
        }
        return last
      }, trackId),
  }
}

const trackOf = (page: Page, peerId: string | null) =>
  page.evaluate((id) => {
    const peer = window.stage.session.get().peers.find((one) => one.peerId === id)
    return peer?.media.camera?.track?.id
  }, peerId)

test.each(['is removed', 'loses access'])(
  '[CA2] whoever %s neither sends nor receives after 2 seconds, whatever their client does',
  async (how) => {
    const projectId = await pages.stage.addProject()
    const [lost, mod, other] = [
      await openPage(projectId),
      await openPage(projectId, 'maintainer'),
      await openPage(projectId),
    ]
    const [ofLost, ofMod] = [await listen(lost), await listen(mod)]
    for (const { page } of [lost, mod, other]) await join(page)
    await Promise.all([lost, mod, other].map(({ page }) => expectFrames(page)))
    const peerId = await peerIdOf(lost.page)
    const track = await trackOf(mod.page, peerId)
    expect(await ofMod.lastPacket(track)).toBeGreaterThan(0)
    await ofLost.deafen()
    await ofMod.deafen()

    const since = Date.now()
    if (how === 'is removed') {
      await mod.page.evaluate(
        (payload) => window.stage.socket.emitWithAck('call_remove', payload),
        { projectId, peerId },
      )
    } else {
      const userId = await lost.page.evaluate(
        () => (window.stage.socket.auth as { token: string }).token,
      )
      await pages.stage.db.deleteFrom('projectMembers').where('userId', '=', userId).execute()
      pages.calls.closeFor({ userId, projectId })
    }
    const last = () => Promise.all([ofLost.lastPacket(), ofMod.lastPacket(track)])
    let times = await last()
    // Nothing came while the others went on seeing each other.
    await expect
      .poll(async () => {
        const before = times
        await expectFrames(other.page)
        times = await last()
        return times.every((time, index) => time === before[index])
      }, soon)
      .toBe(true)
    for (const time of times) expect(time - since).toBeLessThan(2_000)
  },
)
