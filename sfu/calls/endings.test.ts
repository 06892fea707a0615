// Leaving, disconnecting, being sent away and the worker's death: in the end nothing is left.
import { observer } from 'mediasoup'
import type { Worker } from 'mediasoup/types'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectPermissions } from '../../protocol/access.ts'
import type { CallRequests } from '../../protocol/calls.ts'
import type { Caller } from '../../protocol/requests.ts'
import { createLocalBus } from '../../realtime/bus.ts'
import { joinCall, openStage, type StageNode } from './stage.ts'

/** On a machine that is busy with other tests */
const soon = { timeout: 15_000 }

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
const workers = new Set<Worker>()
/** Calls that were announced */
const started: string[] = []
beforeAll(async () => {
  observer.on('newworker', (worker) => workers.add(worker))
  stage = await openStage()
  const config = { portMin: 21_260, portMax: 21_290, workers: 1 }
  node = stage.addNode(createLocalBus(), config, {
    keepMs: 100,
    onStarted: ({ projectId }) => void started.push(projectId),
  })
}, 600_000)
afterAll(() => stage.close())

const ask = <Name extends keyof CallRequests>(
  caller: Caller,
  name: Name,
  payload: Record<string, unknown>,
) => node.ask(caller, name, payload)

/** What the only worker holds: everything in it has a handler. */
async function holdings() {
  const running = [...workers].find((worker) => node.calls.workerPids().includes(worker.pid))
  const dump = await running?.dump()
  return {
    routers: dump?.routerIds.length,
    handlers: dump?.channelMessageHandlers.channelRequestHandlers.length,
  }
}

const useMember = async (projectId: string, caller?: Caller) =>
  joinCall(node, { projectId }, caller ?? (await stage.addPerson(projectId)))

test('[CA2] leaving, disconnecting and joining anew free everything', async () => {
  const projectId = await stage.addProject()
  await useMember(projectId)
  const before = await holdings()
  const other = await stage.addProject()
  const members = [await useMember(other), await useMember(other), await useMember(other)] as const
  const [a, b, c] = members
  for (const member of members) {
    await member.produce('camera')
    await member.produce('microphone')
  }
  const { producerId } = await a.produce('screen')
  await b.consume(producerId)
  await c.consume(producerId)
  expect((await holdings()).handlers).toBeGreaterThan((before.handlers ?? 0) + 15)

  await ask(a.caller, 'call_leave', { projectId: other })
  expect(stage.heardBy(b.caller.socketId, 'call_peer_left')).toEqual([
    { projectId: other, peerId: a.peerId },
  ])
  node.calls.socketGone(b.caller.socketId)
  const summary = () => node.calls.summary({ projectId: other })
  await expect
    .poll(async () => (await summary())?.participants, soon)
    .toEqual([c.caller.principal.user])
  const again = await ask(c.caller, 'call_join', { projectId: other })
  expect(again.peers).toEqual([])
  node.calls.socketGone(c.caller.socketId)

  await expect.poll(summary, soon).toBe(null)
  expect(stage.heardBy(other, 'call_changed').at(-1)).toEqual({ projectId: other, call: null })
  expect(await holdings()).toEqual(before)
  await expect(
    ask(a.caller, 'call_create_transport', { projectId: other, direction: 'send' }),
  ).rejects.toMatchObject({ code: 'NOT_FOUND', details: { joined: false } })
})

test('a socket that goes while it joins leaves nothing', async () => {
  const projectId = await stage.addProject()
  const caller = await stage.addPerson(projectId)
  const joining = ask(caller, 'call_join', { projectId })
  node.calls.socketGone(caller.socketId)
  await expect(joining).rejects.toMatchObject({ details: { joined: false } })
  expect(await node.calls.summary({ projectId })).toBe(null)
})

test('[CA2] who loses access is out at once, others stay', async () => {
  const projectId = await stage.addProject()
  const ada = await useMember(projectId)
  const bob = await useMember(projectId)
  const { id: userId } = bob.caller.principal
  const held = () => node.calls.holds().filter(({ principal }) => principal.id === userId)
  const { member, guest } = projectPermissions
  expect(held().map(({ project }) => [project?.id, project?.fits(member)])).toEqual([
    [projectId, true],
  ])
  expect(held()[0]?.project?.fits(guest)).toBe(false)
  node.calls.closeFor({ userId, projectId: await stage.addProject() })
  node.calls.closeFor({ userId, sessionId: 'another' })
  expect(stage.heardBy(bob.caller.socketId, 'call_ended')).toEqual([])
  await stage.db.deleteFrom('projectMembers').where('userId', '=', userId).execute()
  node.calls.closeFor({ userId, projectId })
  expect(stage.heardBy(bob.caller.socketId, 'call_ended')).toEqual([
    { projectId, peerId: bob.peerId, reason: 'access_changed' },
  ])
  expect(held()).toEqual([])
  expect(stage.heardBy(ada.caller.socketId, 'call_ended')).toEqual([])
  await expect(bob.produce('camera')).rejects.toMatchObject({ details: { joined: false } })
  await expect(ask(bob.caller, 'call_join', { projectId })).rejects.toMatchObject({
    code: 'INSUFFICIENT_PERMISSIONS',
  })
})

test('[CA4] when a worker dies its calls end, and joining again works at once', async () => {
  const projectId = await stage.addProject()
  const ada = await useMember(projectId)
  const bob = await useMember(projectId)
  const [pid] = node.calls.workerPids()
  process.kill(pid ?? 0, 'SIGKILL')
  await expect
    .poll(
      () => [ada, bob].map(({ caller }) => stage.heardBy(caller.socketId, 'call_ended')[0]),
      soon,
    )
    .toEqual([
      { projectId, peerId: ada.peerId, reason: 'worker_died' },
      { projectId, peerId: bob.peerId, reason: 'worker_died' },
    ])
  expect(await node.calls.summary({ projectId })).toBe(null)
  const again = await useMember(projectId, ada.caller)
  await again.produce('camera')
  expect(node.calls.workerPids()).toHaveLength(1)
  expect(node.calls.workerPids()).not.toEqual([pid])
  expect(started.filter((id) => id === projectId)).toHaveLength(1)
})
