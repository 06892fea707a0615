// Who speaks, and whose picture gets the bandwidth first. A room with one open microphone has its speaker without
// sound; how sound decides is seen in web/call/news.test.ts.
import { observer } from 'mediasoup'
import type { Consumer } from 'mediasoup/types'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalBus } from '../../realtime/bus.ts'
import { joinCall, openStage, type StageNode } from './stage.ts'

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
const consumers = new Map<string, Consumer>()
beforeAll(async () => {
  observer.on('newworker', (worker) =>
    worker.observer.on('newrouter', (router) =>
      router.observer.on('newtransport', (transport) =>
        transport.observer.on('newconsumer', (consumer) => consumers.set(consumer.id, consumer)),
      ),
    ),
  )
  stage = await openStage()
  node = stage.addNode(createLocalBus(), { portMin: 21_490, portMax: 21_499, workers: 1 })
}, 600_000)
afterAll(() => stage.close())

async function useCall() {
  const projectId = await stage.addProject()
  const join = async () => joinCall(node, { projectId }, await stage.addPerson(projectId))
  const [ada, bob] = [await join(), await join()]
  const heard = (who: typeof ada) =>
    stage.heardBy(who.caller.socketId, 'call_speaker').map(({ peerId }) => peerId)
  return { projectId, join, ada, bob, heard }
}

test('[CA11] everybody is told who speaks, until they are muted', async () => {
  const { projectId, join, ada, bob, heard } = await useCall()
  const { producerId } = await ada.produce('microphone')
  await expect.poll(() => heard(bob)).toEqual([ada.peerId])
  expect(heard(ada)).toEqual([ada.peerId])
  expect((await join()).state.speaker).toBe(ada.peerId)
  const pause = (paused: boolean) =>
    node.ask(ada.caller, 'call_pause_producer', { projectId, producerId, paused })
  await pause(true)
  expect(heard(bob)).toEqual([ada.peerId, null])
  await bob.produce('microphone')
  await expect.poll(() => heard(ada).at(-1)).toBe(bob.peerId)
  node.calls.closeFor({ userId: bob.caller.principal.id })
  expect(heard(ada).at(-1)).toBe(null)
  await pause(false)
  await expect.poll(() => heard(ada).at(-1)).toBe(ada.peerId)
})

test('[CA11] screens come before the speaker, and the speaker before others', async () => {
  const { projectId, join, ada, bob, heard } = await useCall()
  const watcher = await join()
  const watch = async (producerId: string) => {
    const { consumerId } = await watcher.consume(producerId)
    return () => consumers.get(consumerId)?.priority
  }
  const camera = await watch((await ada.produce('camera')).producerId)
  const other = await watch((await bob.produce('camera')).producerId)
  const screen = await watch((await bob.produce('screen')).producerId)
  await expect.poll(screen).toBe(10)
  expect([camera(), other()]).toEqual([1, 1])
  const { producerId } = await ada.produce('microphone')
  await expect.poll(camera).toBe(5)
  expect([other(), screen()]).toEqual([1, 10])
  // Whoever watches from now on, too.
  const late = await join()
  const { producers } = late.peers.find(({ peerId }) => peerId === ada.peerId) ?? {}
  const filmed = producers?.find(({ source }) => source === 'camera')?.producerId ?? ''
  const { consumerId } = await late.consume(filmed)
  await expect.poll(() => consumers.get(consumerId)?.priority).toBe(5)
  await node.ask(ada.caller, 'call_close_producer', { projectId, producerId })
  await expect.poll(camera).toBe(1)
  expect(heard(bob)).toEqual([ada.peerId, null])
})
