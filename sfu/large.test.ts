// A large room with real ICE, DTLS and SRTP, over several workers: all get what they ask for, and nothing after that.
import { networkInterfaces } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createLocalBus } from '../realtime/bus.ts'
import { joinHeadless, type AskCall, type Headless } from '../test/headless.ts'
import { openStage } from './calls/stage.ts'
import type { MediaConfig } from './workers.ts'

const PEERS = 14
const soon = { timeout: 30_000 }

let stage: Awaited<ReturnType<typeof openStage>>
beforeAll(async () => {
  stage = await openStage()
}, 600_000)
afterAll(() => stage.close())

async function useCall(config: MediaConfig) {
  const node = stage.addNode(createLocalBus(), { listenAddresses: ['127.0.0.1'], ...config })
  onTestFinished(() => node.calls.close())
  const projectId = await stage.addProject()
  /** @param again the socket of somebody who was in the call before */
  async function join(again?: AskCall) {
    const caller = await stage.addPerson(projectId)
    const ask: AskCall =
      again ?? ((name, payload) => node.ask(caller, name, { projectId, ...payload }))
    const peer = await joinHeadless(ask)
    onTestFinished(() => peer.close())
    const heard = (name: 'call_ended' | 'call_speaker') =>
      stage.heardBy(caller.socketId, name).map(({ peerId }) => peerId)
    return { ...peer, ask, heard }
  }
  return { node, join }
}
type Person = Awaited<ReturnType<Awaited<ReturnType<typeof useCall>>['join']>>

/** What one sends and another receives */
interface Media {
  from: Person
  to: Person
  producerId: string
}
type Received = Media & Awaited<ReturnType<Headless['consume']>>

const receive = (wanted: Media[]): Promise<Received[]> =>
  Promise.all(
    wanted.map(async (media) => ({ ...media, ...(await media.to.consume(media.producerId)) })),
  )

/** All of them go on coming. */
async function expectMedia(received: Pick<Received, 'packets'>[]) {
  const before = received.map(({ packets }) => packets())
  await expect
    .poll(
      () => received.filter(({ packets }, at) => packets() <= (before[at] ?? 0) + 2).length,
      soon,
    )
    .toBe(0)
}

test('[CA30] in a large room all receive what they ask for, wherever it is sent, and nothing after leaving', async () => {
  const { node, join } = await useCall({
    portMin: 21_720,
    portMax: 21_729,
    workers: 3,
    peersPerWorker: 5,
  })
  const people = await Promise.all(Array.from({ length: PEERS }, () => join()))
  expect(node.calls.workerPids()).toHaveLength(3)
  const sent = await Promise.all(
    people.map(async (from, at) => ({
      from,
      voice: await from.produce('microphone', { loudness: 20 }),
      camera: await from.produce('camera'),
      isEven: at % 2 === 0,
    })),
  )
  /** All voices, and of every other the camera */
  const received = await receive(
    sent.flatMap(({ from: to }) =>
      sent
        .filter(({ from }) => from !== to)
        .flatMap(({ from, voice, camera, isEven }) =>
          [voice, ...(isEven ? [camera] : [])].map((producerId) => ({ from, to, producerId })),
        ),
    ),
  )
  await expectMedia(received)

  // Whoever speaks up is heard of in all places; what a screen sounds like is no speech.
  const [first, second, loud] = people.slice(-3) as [Person, Person, Person]
  await first.produce('screen-audio', { loudness: 127 })
  const { voice } = sent.at(-1)!
  await loud.ask('call_close_producer', { producerId: voice })
  await loud.produce('microphone', { loudness: 120 })
  for (const one of people.slice(0, 3))
    await expect.poll(() => one.heard('call_speaker').at(-1), soon).toBe(loud.peerId)

  // What somebody does not look at stops, and comes again.
  const [shown] = received.filter(({ to, from }) => to === second && from === people[0]).slice(-1)
  const show = (name: 'call_pause_consumer' | 'call_resume_consumer') =>
    second.ask(name, { consumerId: shown!.consumerId })
  await show('call_pause_consumer')
  const more = async () => {
    const before = shown!.packets()
    await setTimeout(400)
    return shown!.packets() - before
  }
  await expect.poll(more, soon).toBe(0)
  await show('call_resume_consumer')
  await expectMedia([shown!])

  // Some of each place leave: they get nothing more, and the others what they got of each other.
  const leaving = people.filter((_, at) => at % 2 === 1)
  const staying = received.filter(
    ({ from, to }) => !leaving.includes(from) && !leaving.includes(to),
  )
  await Promise.all(leaving.map((one) => one.ask('call_leave')))
  await expectMedia(staying)
  const counts = () => leaving.map((one) => one.packets())
  const before = counts()
  await expectMedia(staying)
  expect(counts()).toEqual(before)
}, 120_000)

test('[CA30] when a worker is killed, its people are back within 3 seconds and the others keep what they have', async () => {
  const { node, join } = await useCall({
    portMin: 21_730,
    portMax: 21_739,
    workers: 2,
    peersPerWorker: 3,
  })
  const people: Person[] = []
  while (people.length < 6) people.push(await join())
  const [first] = node.calls.workerPids()
  const send = (all: Person[]) =>
    Promise.all(all.map(async (from) => ({ from, producerId: await from.produce('camera') })))
  const show = (sent: Omit<Media, 'to'>[], all: Person[]) =>
    receive(
      all.flatMap((to) => sent.filter(({ from }) => from !== to).map((one) => ({ ...one, to }))),
    )
  const sent = await send(people)
  const received = await show(sent, people)
  await expectMedia(received)

  process.kill(first ?? 0, 'SIGKILL')
  const killedAt = performance.now()
  const isLost = (one: Person) => one.heard('call_ended').length > 0
  const often = { ...soon, interval: 20 }
  await expect.poll(() => people.filter(isLost).length, often).toBe(3)
  const kept = people.filter((one) => !isLost(one))
  // As the page does: join again, send, and receive who is there.
  const back = await Promise.all(people.filter(isLost).map(({ ask }) => join(ask)))
  const sentAgain = await send(back)
  const again = [
    ...(await show([...sentAgain, ...sent.filter(({ from }) => kept.includes(from))], back)),
    ...(await show(sentAgain, kept)),
  ]
  await expect.poll(() => again.filter(({ packets }) => packets() === 0).length, often).toBe(0)
  expect(performance.now() - killedAt).toBeLessThan(3_000)
  await expectMedia(received.filter(({ from, to }) => kept.includes(from) && kept.includes(to)))
  expect(kept.filter(isLost)).toEqual([])
}, 120_000)

const hasIpv6 = Object.values(networkInterfaces()).some((entries) =>
  entries?.some(({ address }) => address === '::1'),
)

test.skipIf(!hasIpv6)('[CA31] media comes over IPv6 where it is listened for', async () => {
  const { join } = await useCall({
    listenAddresses: ['::1'],
    portMin: 21_740,
    portMax: 21_749,
    workers: 1,
  })
  const [ada, bob] = [await join(), await join()]
  await expectMedia([
    await bob.consume(await ada.produce('camera')),
    await ada.consume(await bob.produce('microphone')),
  ])
  expect(ada.path()?.remote.candidate).toContain(' ::1 ')
})
