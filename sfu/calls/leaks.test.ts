// A thousand people come and go, in every way that there is: in the end the worker and this process hold what they
// held before.
import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { observer } from 'mediasoup'
import type { Worker } from 'mediasoup/types'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../../protocol/requests.ts'
import { createLocalBus } from '../../realtime/bus.ts'
import { joinCall, openStage, type StageNode } from './stage.ts'

const MEGABYTE = 1024 * 1024
const soon = { timeout: 15_000 }

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
let worker: Worker | undefined
beforeAll(async () => {
  observer.on('newworker', (started) => (worker = started))
  stage = await openStage()
  const config = { portMin: 21_351, portMax: 21_359, workers: 1 }
  node = stage.addNode(createLocalBus(), config, { keepMs: 1 })
}, 600_000)
afterAll(() => stage.close())

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

async function holdings() {
  const dump = await worker?.dump()
  return {
    routers: dump?.routerIds.length,
    handlers: dump?.channelMessageHandlers.channelRequestHandlers.length,
  }
}
/** Bytes: of this process its objects, of the worker all that is in memory */
function memory() {
  // What everybody was told is kept by the stage, not by calls.
  stage.heard.length = 0
  collectGarbage()
  const [, pages = ''] = readFileSync(`/proc/${worker?.pid}/statm`, 'utf8').split(' ')
  return { node: process.memoryUsage().heapUsed, worker: Number(pages) * 4_096 }
}

test('[CA2] a thousand joins and leaves leave nothing behind', { timeout: 300_000 }, async () => {
  const projectId = await stage.addProject()
  const people = await Promise.all([1, 2, 3, 4].map(() => stage.addPerson(projectId)))
  const host = await joinCall(node, { projectId }, await stage.addPerson(projectId))
  const { producerId } = await host.produce('camera')
  let count = 0

  /** How somebody goes. */
  const ways: ((caller: Caller) => unknown)[] = [
    (caller) => node.ask(caller, 'call_leave', { projectId }),
    ({ socketId }) => node.calls.socketGone(socketId),
    ({ principal }) => node.calls.closeFor({ userId: principal.id, projectId }),
    // Joins anew first.
    async (caller) => {
      await node.ask(caller, 'call_join', { projectId })
      await node.ask(caller, 'call_leave', { projectId })
    },
  ]
  async function comeAndGo(person: Caller) {
    count += 1
    const caller = { ...person, socketId: `socket ${count}` }
    const guest = await joinCall(node, { projectId }, caller)
    const { producerId: voice } = await guest.produce('microphone')
    await guest.produce('camera')
    await guest.consume(producerId)
    const heard = await host.consume(voice)
    await node.ask(host.caller, 'call_resume_consumer', { projectId, ...heard })
    await node.ask(caller, 'call_raise_hand', { projectId, raised: true })
    await ways[count % ways.length]?.(caller)
  }
  async function comeAndGoTimes(times: number) {
    while (count < times) await Promise.all(people.map(comeAndGo))
    await expect
      .poll(async () => (await node.calls.summary({ projectId }))?.participants, soon)
      .toEqual([host.caller.principal.user])
  }

  const before = await holdings()
  // Caches, pools and compiled code come first.
  await comeAndGoTimes(400)
  expect(await holdings()).toEqual(before)
  const warm = memory()
  await comeAndGoTimes(1_400)
  expect(await holdings()).toEqual(before)
  const now = memory()
  const grown = { node: now.node - warm.node, worker: now.worker - warm.worker }
  // 1 KB of each would be seen.
  expect(grown.node).toBeLessThan(MEGABYTE)
  expect(grown.worker).toBeLessThan(MEGABYTE)

  node.calls.socketGone(host.caller.socketId)
  await expect.poll(() => node.calls.summary({ projectId }), soon).toBe(null)
  expect((await holdings()).routers).toBe(0)
})
