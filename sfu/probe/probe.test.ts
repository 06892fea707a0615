// The connection test's end on the server, with a real media worker. What goes over it: test/probe.test.ts.
import { observer } from 'mediasoup'
import type { Worker } from 'mediasoup/types'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../../protocol/requests.ts'
import { createLocalBus } from '../../realtime/bus.ts'
import { openStage, type StageNode } from '../calls/stage.ts'
import { MAX_PROBES_OF_ONE } from '../limits.ts'

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
let projectId: string
const turn = { urls: ['turn:127.0.0.1:3478'], secret: 'north by northwest' }
const workers = new Set<Worker>()
beforeAll(async () => {
  observer.on('newworker', (worker) => workers.add(worker))
  stage = await openStage()
  const config = { portMin: 21_361, portMax: 21_369, workers: 1, turn }
  node = stage.addNode(createLocalBus(), config, { probeMs: 3_000 })
  projectId = await stage.addProject()
}, 600_000)
afterAll(() => stage.close())

const open = (caller: Caller) => node.ask(caller, 'probe_open', {})
const stranger = () => stage.addPerson(projectId, null)
const routers = async () => {
  const dumps = await Promise.all([...workers].map((worker) => worker.dump()))
  return dumps.flatMap(({ routerIds }) => routerIds).length
}
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'taken',
    (error: { code: string }) => error.code,
  )

test('[CA50] whoever is signed in gets a transport, with TURN for a few minutes', async () => {
  const caller = await stranger()
  expect(await node.ask(caller, 'probe_ping', {})).toBe(null)
  const { transportId, iceCandidates, iceServers } = await open(caller)
  expect(new Set(iceCandidates.map(({ protocol }) => protocol))).toEqual(new Set(['udp', 'tcp']))
  const [expires, userId] = iceServers?.[0]?.username.split(':') ?? []
  expect(userId).toBe(caller.principal.id)
  expect(Number(expires) - Date.now() / 1_000).toBeLessThan(301)
  expect(await node.ask(caller, 'probe_close', { transportId })).toEqual({ arrived: false })
})

test('[CA51] closed, disconnected, or after its time: nothing is left', async () => {
  const [closes, goes, forgets, hurries] = await Promise.all([1, 2, 3, 4].map(stranger))
  if (!closes || !goes || !forgets || !hurries) throw new Error('Four people are needed')
  const { transportId } = await open(closes)
  await Promise.all([open(goes), open(goes), open(forgets)])
  expect(await routers()).toBe(4)
  await node.ask(closes, 'probe_close', { transportId })
  node.calls.socketGone(goes.socketId)
  await expect.poll(routers).toBe(1)
  const opening = refusal(open(hurries))
  node.calls.socketGone(hurries.socketId)
  expect(await opening).toBe('NOT_FOUND')
  await expect.poll(routers, { timeout: 10_000 }).toBe(0)
  expect(await refusal(node.ask(forgets, 'probe_close', { transportId }))).toBe('NOT_FOUND')
})

test('[CA51] a person tests so much at a time, on all devices together, and so often', async () => {
  const caller = await stranger()
  const tabs = [caller, { ...caller, socketId: 'another' }]
  const asked = Array.from({ length: MAX_PROBES_OF_ONE + 2 }, (_, at) => open(tabs[at % 2]!))
  const answers = await Promise.all(asked.map(refusal))
  expect(answers.filter((answer) => answer === 'CONFLICT')).toHaveLength(2)
  for (const { socketId } of tabs) node.calls.socketGone(socketId)
  const more: string[] = []
  while (more.at(-1) !== 'RATE_LIMITED' && more.length < 100) {
    more.push(await refusal(open(caller)))
    node.calls.socketGone(caller.socketId)
  }
  expect(more.length).toBe(100 - MAX_PROBES_OF_ONE + 1)
  expect(await refusal(open(await stranger()))).toBe('taken')
})

test('[CA51] nonsense and the transports of others are refused', async () => {
  const [ada, bob] = [await stranger(), await stranger()]
  const { transportId, dtlsParameters } = await open(ada)
  const connect = (caller: Caller, payload: object) =>
    refusal(node.ask(caller, 'probe_connect', { transportId, dtlsParameters, ...payload }))
  expect(await refusal(node.ask(ada, 'probe_open', { transportId }))).toBe('VALIDATION_ERROR')
  expect(await connect(ada, { transportId: 'mine' })).toBe('VALIDATION_ERROR')
  expect(await connect(ada, { dtlsParameters: { fingerprints: [] } })).toBe('VALIDATION_ERROR')
  expect(await connect(bob, {})).toBe('NOT_FOUND')
  expect(await refusal(node.ask(bob, 'probe_close', { transportId }))).toBe('NOT_FOUND')
  expect(await connect(ada, {})).toBe('taken')
  expect(await connect(ada, {})).toBe('CONFLICT')
})
