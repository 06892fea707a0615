// Hands and reactions: what people do beside talking.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalBus } from '../../realtime/bus.ts'
import { joinCall, openStage, type StageNode } from './stage.ts'

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
beforeAll(async () => {
  stage = await openStage()
  node = stage.addNode(createLocalBus(), { portMin: 21_640, portMax: 21_650, workers: 1 })
}, 600_000)
afterAll(() => stage.close())

async function useCall() {
  const projectId = await stage.addProject()
  const join = async (role: 'member' | 'maintainer' = 'member') =>
    joinCall(node, { projectId }, await stage.addPerson(projectId, role))
  return { projectId, join, ada: await join(), bob: await join(), mod: await join('maintainer') }
}

test('[CA7] a raised hand is seen by all, and keeps its place', async () => {
  const { projectId, join, ada, bob } = await useCall()
  const raise = (raised: boolean) => node.ask(ada.caller, 'call_raise_hand', { projectId, raised })
  await raise(true)
  await raise(true)
  const told = stage.heardBy(bob.caller.socketId, 'call_hand')
  expect(told).toEqual([{ projectId, peerId: ada.peerId, hand: expect.any(String) }])
  // Whoever asks for what is so may have missed it.
  expect(stage.heardBy(ada.caller.socketId, 'call_hand')).toEqual([...told, ...told])
  const hands = (await join()).peers.map(({ peerId, hand }) => [peerId, hand])
  expect(hands).toContainEqual([ada.peerId, told[0]?.hand])
  expect(hands).toContainEqual([bob.peerId, null])
  await raise(false)
  expect(stage.heardBy(bob.caller.socketId, 'call_hand').at(-1)?.hand).toBe(null)
})

test('[CA7] only a moderator lowers the hand of another, and nobody raises it', async () => {
  const { projectId, ada, bob, mod } = await useCall()
  await node.ask(ada.caller, 'call_raise_hand', { projectId, raised: true })
  const lower = { projectId, raised: false, peerId: ada.peerId }
  await expect(node.ask(bob.caller, 'call_raise_hand', lower)).rejects.toMatchObject({
    code: 'INSUFFICIENT_PERMISSIONS',
  })
  expect([ada, bob, mod].map(({ state }) => state.may.moderate)).toEqual([false, false, true])
  await node.ask(mod.caller, 'call_raise_hand', lower)
  expect(stage.heardBy(ada.caller.socketId, 'call_hand').at(-1)?.hand).toBe(null)
  const raise = { ...lower, raised: true }
  await expect(node.ask(mod.caller, 'call_raise_hand', raise)).rejects.toMatchObject({
    code: 'VALIDATION_ERROR',
  })
})

test('[CA7] a reaction reaches everybody else, and a flood of them is stopped', async () => {
  const { projectId, ada, bob, mod } = await useCall()
  const react = () => node.ask(ada.caller, 'call_react', { projectId, emoji: '🎉' })
  for (let n = 0; n < 10; n += 1) await react()
  await expect(react()).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  for (const { caller } of [bob, mod]) {
    const heard = stage.heardBy(caller.socketId, 'call_reaction')
    expect(heard).toHaveLength(10)
    expect(heard[0]).toEqual({ projectId, peerId: ada.peerId, emoji: '🎉' })
  }
  expect(stage.heardBy(ada.caller.socketId, 'call_reaction')).toEqual([])
  await node.ask(bob.caller, 'call_react', { projectId, emoji: '👍' })
})
