// A thousand people come and go, in every way that there is: in the end the workers and this process hold what they
// held before.
import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { observer } from 'mediasoup'
import type { Worker } from 'mediasoup/types'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Caller } from '../../protocol/requests.ts'
import { createLocalBus } from '../../realtime/bus.ts'
import { joinCall, openStage, type StageNode } from './stage.ts'

const MEGABYTE = 1024 * 1024
const soon = { timeout: 15_000 }

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
const started: Worker[] = []
beforeAll(async () => {
  observer.on('newworker', (worker) => started.push(worker))
  stage = await openStage()
}, 600_000)
afterAll(() => stage.close())

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const running = () => started.filter(({ pid }) => node.calls.workerPids().includes(pid))
async function holdings() {
  const dumps = await Promise.all(running().map((worker) => worker.dump()))
  const handlers = dumps.map((dump) => dump.channelMessageHandlers.channelRequestHandlers)
  return {
    routers: dumps.flatMap(({ routerIds }) => routerIds).length,
    // Each worker has one of its own.
    handlers: handlers.flat().length - dumps.length,
  }
}
/** Bytes: of this process its objects, of the workers all that is in memory */
function memory() {
  // What everybody was told is kept by the stage, not by calls.
  stage.heard.length = 0
  collectGarbage()
  const pages = running().map(({ pid }) => readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
  return {
    node: process.memoryUsage().heapUsed,
    workers: pages.reduce((sum, resident) => sum + Number(resident) * 4_096, 0),
  }
}

test.each([
  { workers: 1, peersPerWorker: 5 },
  { workers: 2, peersPerWorker: 2 },
])(
  '[CA2] [CA30] a thousand joins and leaves on $workers leave nothing behind',
  async (config) => {
    node = stage.addNode(
      createLocalBus(),
      { portMin: 21_351, portMax: 21_359, ...config },
      { keepMs: 1 },
    )
    onTestFinished(() => node.calls.close())
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
    const grown = { node: now.node - warm.node, workers: now.workers - warm.workers }
    // 1 KB of each would be seen.
    expect(grown.node).toBeLessThan(MEGABYTE)
    expect(grown.workers).toBeLessThan(MEGABYTE)

    node.calls.socketGone(host.caller.socketId)
    await expect.poll(() => node.calls.summary({ projectId }), soon).toBe(null)
    expect((await holdings()).routers).toBe(0)
    expect(running()).toHaveLength(config.workers)
  },
  300_000,
)
