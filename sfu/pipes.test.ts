// A room that is larger than one worker takes: who is placed where, what is piped, and that all of it is freed.
import { observer } from 'mediasoup'
import type { Consumer, Router, Worker } from 'mediasoup/types'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createLocalBus } from '../realtime/bus.ts'
import { joinCall, openStage, type StageNode } from './calls/stage.ts'

/** On a machine that is busy with other tests */
const soon = { timeout: 15_000 }
const WORKERS = 3
const PEERS = 2

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
const workers = new Set<Worker>()
const routers = new Map<string, Router>()
/** Those that receive for another place */
const pipes = new Set<Consumer>()
beforeAll(async () => {
  observer.on('newworker', (worker) => {
    workers.add(worker)
    worker.observer.once('close', () => workers.delete(worker))
    worker.observer.on('newrouter', (router) => {
      routers.set(router.id, router)
      router.observer.once('close', () => routers.delete(router.id))
      router.observer.on('newtransport', (transport) =>
        transport.observer.on('newconsumer', (consumer) => {
          if (consumer.type !== 'pipe') return
          pipes.add(consumer)
          consumer.observer.once('close', () => pipes.delete(consumer))
        }),
      )
    })
  })
  stage = await openStage()
}, 600_000)
afterAll(() => stage.close())

async function useCall() {
  const config = { portMin: 21_700, portMax: 21_719, workers: WORKERS, peersPerWorker: PEERS }
  node = stage.addNode(createLocalBus(), config, { keepMs: 1 })
  const { calls } = node
  onTestFinished(() => calls.close())
  const projectId = await stage.addProject()
  const join = async () => joinCall(node, { projectId }, await stage.addPerson(projectId))
  const leave = ({ caller }: Joined) => node.ask(caller, 'call_leave', { projectId })
  return { projectId, join, leave }
}
type Joined = Awaited<ReturnType<typeof joinCall>>

/** By process id: how many routers there are, and how much in them */
async function holdings() {
  const dumps = await Promise.all([...workers].map((worker) => worker.dump()))
  return dumps
    .map(({ routerIds, channelMessageHandlers: { channelRequestHandlers } }) => ({
      routers: routerIds.length,
      handlers: channelRequestHandlers.length,
    }))
    .filter((held) => held.routers > 0)
}

const pausedPipes = () => [...pipes].filter(({ paused }) => paused).length
const heardBy = ({ caller }: Joined, name: 'call_ended' | 'call_peer_left' | 'call_speaker') =>
  stage.heardBy(caller.socketId, name).map(({ peerId }) => peerId)

test('[CA30] who is too much for one worker is on another, and all receive each other', async () => {
  const { join } = await useCall()
  const people = await Promise.all(Array.from({ length: 7 }, join))
  // Those who come at once, too: 2 and 2 and, as there are no more workers, 3.
  expect(routers.size).toBe(WORKERS)
  const cameras = await Promise.all(people.map((one) => one.produce('camera')))
  const received = await Promise.all(
    people.flatMap((one, at) =>
      cameras.flatMap(({ producerId }, from) => (from === at ? [] : [one.consume(producerId)])),
    ),
  )
  // As if they were in one place: with the layers of the camera.
  expect(new Set(received.map((one) => one.rtpParameters.encodings?.[0]?.scalabilityMode))).toEqual(
    new Set(['L2T3']),
  )
  // Each camera goes once to each of the other workers, however many receive it there.
  expect(pipes.size).toBe(people.length * (WORKERS - 1))
})

test('[CA30] a pipe ends with the last who receives it there, and pauses while none of them looks', async () => {
  const { projectId, join, leave } = await useCall()
  const [ada, , bob, carl] = [await join(), await join(), await join(), await join()]
  expect(routers.size).toBe(2)
  const before = await holdings()
  const { producerId } = await ada.produce('camera')
  const show = ({ caller }: Joined, consumerId: string, shown: boolean) => {
    const name = shown ? 'call_resume_consumer' : 'call_pause_consumer'
    return node.ask(caller, name, { projectId, consumerId })
  }
  const ofBob = await bob.consume(producerId)
  const ofCarl = await carl.consume(producerId)
  expect([pipes.size, pausedPipes()]).toEqual([1, 0])
  await show(bob, ofBob.consumerId, false)
  expect(pausedPipes()).toBe(0)
  await show(carl, ofCarl.consumerId, false)
  await expect.poll(pausedPipes, soon).toBe(1)
  await show(bob, ofBob.consumerId, true)
  await expect.poll(pausedPipes, soon).toBe(0)
  await leave(bob)
  await expect.poll(pausedPipes, soon).toBe(1)
  await leave(carl)
  expect([pipes.size, routers.size]).toEqual([0, 1])
  await node.ask(ada.caller, 'call_close_producer', { projectId, producerId })
  // The other worker's router is gone, with both ends of the pipe's transport.
  expect(await holdings()).toEqual([before[0]])
})

test('[CA30] who is muted in one place is muted in all', async () => {
  const { projectId, join } = await useCall()
  const [ada, , bob] = [await join(), await join(), await join()]
  const { producerId } = await ada.produce('microphone')
  const pause = (paused: boolean) =>
    node.ask(ada.caller, 'call_pause_producer', { projectId, producerId, paused })
  const { producerPaused } = await bob.consume(producerId)
  expect(producerPaused).toBe(false)
  const muted = () => [...pipes].map((pipe) => pipe.producerPaused)
  await pause(true)
  await expect.poll(muted, soon).toEqual([true])
  const carl = await join()
  expect((await carl.consume(producerId)).producerPaused).toBe(true)
  await pause(false)
  await expect.poll(muted, soon).toEqual([false])
})

test('[CA30] workers that end while a pipe is being paused leave nothing unhandled', async () => {
  const { projectId, join } = await useCall()
  const [ada, , bob] = [await join(), await join(), await join()]
  const { producerId } = await ada.produce('microphone')
  await bob.consume(producerId)
  const [pipe] = pipes
  const ended = new Promise<void>((resolve) => {
    pipe?.observer.once('pause', () => {
      for (const worker of workers) worker.close()
      resolve()
    })
  })
  // Told to the pipe's other end at once, which is answered no more; Vitest fails for a rejection left unhandled.
  await node.ask(ada.caller, 'call_pause_producer', { projectId, producerId, paused: true })
  await ended
  await expect.poll(() => routers.size, soon).toBe(0)
})

test('[CA30] whoever speaks is heard of, wherever they are, also when the first worker is left', async () => {
  const { projectId, join, leave } = await useCall()
  const [ada, bob, carl, dora] = [await join(), await join(), await join(), await join()]
  const { producerId } = await carl.produce('microphone')
  await expect.poll(() => heardBy(ada, 'call_speaker'), soon).toEqual([carl.peerId])
  expect(pipes.size).toBe(1)
  await leave(ada)
  await leave(bob)
  expect([pipes.size, routers.size]).toEqual([0, 1])
  await node.ask(carl.caller, 'call_close_producer', { projectId, producerId })
  await dora.produce('microphone')
  await expect
    .poll(() => heardBy(carl, 'call_speaker'), soon)
    .toEqual([carl.peerId, null, dora.peerId])
})

test('[CA30] a worker that dies takes only its own people with it, who come back at once', async () => {
  const { projectId, join } = await useCall()
  const people = [await join(), await join(), await join(), await join()]
  const [ada, bob, carl, dora] = people as [Joined, Joined, Joined, Joined]
  const [first] = node.calls.workerPids()
  const ofCarl = await carl.produce('camera')
  const ofAda = await ada.produce('camera')
  const kept = await dora.consume(ofCarl.producerId)
  await dora.consume(ofAda.producerId)
  await ada.consume(ofCarl.producerId)
  process.kill(first ?? 0, 'SIGKILL')
  await expect.poll(() => heardBy(ada, 'call_ended'), soon).toEqual([ada.peerId])
  expect(heardBy(bob, 'call_ended')).toEqual([bob.peerId])
  for (const one of [carl, dora]) {
    expect(heardBy(one, 'call_ended')).toEqual([])
    expect(heardBy(one, 'call_peer_left')).toEqual([ada.peerId, bob.peerId])
  }
  expect(pipes.size).toBe(0)
  await node.ask(dora.caller, 'call_resume_consumer', { projectId, ...kept })
  const again = await joinCall(node, { projectId }, ada.caller)
  expect(again.peers.map(({ peerId }) => peerId)).toEqual([carl.peerId, dora.peerId])
  await again.consume(ofCarl.producerId)
  expect([routers.size, pipes.size, node.calls.workerPids().length]).toEqual([2, 1, 2])
  // The first place is another one now: it hears all.
  await again.produce('microphone')
  await expect.poll(() => heardBy(dora, 'call_speaker'), soon).toEqual([again.peerId])
})

test('[CA30] [CA2] after many joins and leaves over several workers nothing is left', async () => {
  const { projectId, join, leave } = await useCall()
  const host = await join()
  const { producerId } = await host.produce('camera')
  await host.produce('microphone')
  const before = await holdings()
  for (let round = 0; round < 8; round += 1) {
    const people = await Promise.all(Array.from({ length: 6 }, join))
    await Promise.all(
      people.map(async (one, at) => {
        const [voice] = await Promise.all([one.produce('microphone'), one.produce('camera')])
        const { consumerId } = await one.consume(producerId)
        await node.ask(one.caller, 'call_resume_consumer', { projectId, consumerId })
        await host.consume(voice.producerId)
        // Some go while others still set up.
        if (at % 3 === round % 3) await leave(one)
      }),
    )
    expect(routers.size).toBe(WORKERS)
    await Promise.all(people.map(leave))
  }
  expect([pipes.size, routers.size]).toEqual([0, 1])
  expect(await holdings()).toEqual(before)
  await leave(host)
  expect(await holdings()).toEqual([])
})
