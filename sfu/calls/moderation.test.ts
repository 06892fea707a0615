// What moderators do in a call, against a real media worker.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createLocalBus } from '../../realtime/bus.ts'
import { joinCall, openStage, type StageNode } from './stage.ts'

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
beforeAll(async () => {
  stage = await openStage()
  node = stage.addNode(createLocalBus(), { portMin: 21_460, portMax: 21_480, workers: 1 })
}, 600_000)
afterAll(() => stage.close())

type Joined = Awaited<ReturnType<typeof joinCall>>

async function useCall() {
  const projectId = await stage.addProject()
  const add = (role: 'member' | 'maintainer' = 'member') => stage.addPerson(projectId, role)
  const join = async (caller = add()) => joinCall(node, { projectId }, await caller)
  const [mod, ada, bob] = [await join(add('maintainer')), await join(), await join()]
  /** @param who the moderator when it is missing */
  const ask = (name: Parameters<StageNode['ask']>[1], payload: object = {}, who: Joined = mod) =>
    node.ask(who.caller, name, { projectId, ...payload })
  return { projectId, add, join, ask, mod, ada, bob }
}
const told = (who: Joined, name: Parameters<typeof stage.heardBy>[1]) =>
  stage.heardBy(who.caller.socketId, name)

test('[CA9] only moderators moderate', async () => {
  const { ask, ada, bob } = await useCall()
  const { peerId } = bob
  for (const [name, payload] of [
    ['call_mute', {}],
    ['call_mute', { peerId }],
    ['call_stop_share', { peerId }],
    ['call_remove', { peerId }],
    ['call_lock', { locked: true }],
    ['call_end', {}],
  ] as const) {
    await expect(ask(name, payload, ada)).rejects.toMatchObject({
      code: 'INSUFFICIENT_PERMISSIONS',
    })
  }
  expect(told(bob, 'call_ended')).toEqual([])
})

test('[CA9] muting pauses on the server, and only the owner goes on', async () => {
  const { projectId, ask, mod, ada, bob } = await useCall()
  const { producerId } = await ada.produce('microphone')
  const camera = await ada.produce('camera')
  await bob.produce('microphone')
  await mod.produce('microphone')
  await ask('call_mute', { peerId: ada.peerId })
  const by = mod.caller.principal.user
  expect(told(ada, 'call_muted')).toEqual([{ projectId, source: 'microphone', by }])
  const paused = { projectId, producerId, paused: true }
  expect(told(bob, 'call_producer_paused')).toEqual([paused])
  expect((await bob.consume(producerId)).producerPaused).toBe(true)
  // Nobody else can end it, the moderator included.
  const resume = { producerId, paused: false }
  await expect(ask('call_pause_producer', resume)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await ask('call_pause_producer', resume, ada)
  expect(told(bob, 'call_producer_paused').at(-1)).toEqual({ ...paused, paused: false })
  // All others, once each; what is muted already is not told again.
  await ask('call_mute')
  await ask('call_mute')
  expect(told(ada, 'call_muted')).toHaveLength(2)
  expect(told(bob, 'call_muted')).toHaveLength(1)
  expect(told(mod, 'call_muted')).toEqual([])
  await ask('call_mute', { peerId: ada.peerId, source: 'camera' })
  expect(told(ada, 'call_muted').at(-1)).toEqual({ projectId, source: 'camera', by })
  expect((await bob.consume(camera.producerId)).producerPaused).toBe(true)
})

test('[CA9] a share that is stopped is gone', async () => {
  const { projectId, ask, mod, ada, bob } = await useCall()
  const { producerId } = await ada.produce('screen')
  const { consumerId } = await bob.consume(producerId)
  await ask('call_stop_share', { peerId: ada.peerId })
  expect(told(ada, 'call_muted')).toEqual([
    { projectId, source: 'screen', by: mod.caller.principal.user },
  ])
  expect(told(bob, 'call_producer_closed')).toEqual([{ projectId, producerId }])
  await expect(ask('call_resume_consumer', { consumerId }, bob)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
  await ada.produce('screen')
})

test('[CA10] who is removed is out with all tabs, and does not come back for 5 minutes', async () => {
  const { projectId, join, ask, ada, bob, mod } = await useCall()
  const { caller } = ada
  const tab = await join(Promise.resolve({ ...caller, socketId: 'tab of ada' }))
  const { producerId } = await ada.produce('microphone')
  const { consumerId } = await bob.consume(producerId)
  await ask('call_remove', { peerId: ada.peerId })
  for (const one of [ada, tab]) {
    expect(told(one, 'call_ended')).toEqual([{ projectId, peerId: one.peerId, reason: 'removed' }])
  }
  await expect(ada.produce('camera')).rejects.toMatchObject({ details: { joined: false } })
  await expect(ask('call_resume_consumer', { consumerId }, bob)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
  const refused = { code: 'CONFLICT', details: { refused: 'removed' } }
  await expect(join(Promise.resolve(caller))).rejects.toMatchObject(refused)
  // Also when the call goes on after its worker died.
  const [pid] = node.calls.workerPids()
  process.kill(pid ?? 0, 'SIGKILL')
  await expect.poll(() => told(mod, 'call_ended')).toHaveLength(1)
  await join(Promise.resolve(bob.caller))
  await expect(join(Promise.resolve(caller))).rejects.toMatchObject(refused)
  const now = Date.now()
  vi.spyOn(Date, 'now').mockReturnValue(now + 5 * 60_000 + 1_000)
  await join(Promise.resolve(caller)).finally(() => vi.restoreAllMocks())
})

test('[CA10] a locked call takes moderators, and who was in it when it was locked', async () => {
  const { projectId, add, join, ask, ada, bob, mod } = await useCall()
  await ask('call_lock', { locked: true })
  await ask('call_lock', { locked: true })
  const news = { projectId, locked: true, by: mod.caller.principal.user }
  expect(told(ada, 'call_locked')).toEqual([news])
  const late = await add()
  const refused = { code: 'CONFLICT', details: { refused: 'locked' } }
  await expect(join(Promise.resolve(late))).rejects.toMatchObject(refused)
  expect((await join(add('maintainer'))).state.locked).toBe(true)
  await ask('call_leave', {}, ada)
  await join(Promise.resolve(ada.caller))
  // The lock outlives the worker, and who was in it comes back.
  const [pid] = node.calls.workerPids()
  process.kill(pid ?? 0, 'SIGKILL')
  await expect.poll(() => told(mod, 'call_ended')).toHaveLength(1)
  await expect(join(Promise.resolve(late))).rejects.toMatchObject(refused)
  expect((await join(Promise.resolve(bob.caller))).state.locked).toBe(true)
  await join(Promise.resolve(mod.caller))
  await ask('call_lock', { locked: false })
  expect(told(bob, 'call_locked').at(-1)).toEqual({ ...news, locked: false })
  expect((await join(Promise.resolve(late))).state.locked).toBe(false)
})

test('[CA10] the next call is open again', async () => {
  const { projectId, add, join, ask, ada, bob, mod } = await useCall()
  await ask('call_lock', { locked: true })
  for (const who of [ada, bob, mod]) await ask('call_leave', {}, who)
  expect(await node.calls.summary({ projectId })).toBe(null)
  expect((await join(add())).state.locked).toBe(false)
})

test('[CA9] ending ends the call for all', async () => {
  const { projectId, ask, mod, ada, bob } = await useCall()
  await ask('call_end')
  for (const who of [mod, ada, bob]) {
    expect(told(who, 'call_ended')).toEqual([{ projectId, peerId: who.peerId, reason: 'ended' }])
  }
  expect(await node.calls.summary({ projectId })).toBe(null)
  expect(stage.heardBy(projectId, 'call_changed').at(-1)).toEqual({ projectId, call: null })
})
