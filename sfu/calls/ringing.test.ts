// A call that begins in a conversation rings at the others, until they answer or not.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalBus } from '../../realtime/bus.ts'
import type { Caller } from '../../protocol/requests.ts'
import { joinCall, openStage, type StageNode } from './stage.ts'

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
/** Gives up at once */
let hasty: StageNode
const missed: unknown[][] = []
beforeAll(async () => {
  stage = await openStage()
  const config = { portMin: 21_360, portMax: 21_390, workers: 1 }
  const onMissed = (...call: unknown[]) => void missed.push(call)
  node = stage.addNode(createLocalBus(), config, { onMissed })
  hasty = stage.addNode(createLocalBus(), config, { onMissed, ringMs: 50 })
}, 600_000)
afterAll(() => stage.close())

async function useConversation(kind: 'direct' | 'group' | 'private' = 'direct') {
  const projectId = await stage.addProject()
  const add = () => stage.addPerson(projectId)
  const [ada, bob, cid] = [await add(), await add(), await add()]
  const people = kind === 'direct' ? [ada, bob] : [ada, bob, cid]
  const channelId = await stage.addChannel(
    projectId,
    kind,
    people.map(({ principal }) => principal.id),
  )
  return { projectId, address: { projectId, channelId }, ada, bob, cid }
}
const rung = ({ principal }: Caller) => stage.heardBy(principal.id, 'call_ring')
const reasons = ({ principal }: Caller) =>
  stage.heardBy(principal.id, 'call_ring_ended').map(({ reason }) => reason)
const missedIn = ({ channelId }: { channelId: string }) =>
  missed.filter(([address]) => (address as { channelId: string }).channelId === channelId)

test('[CA13] it rings at a device that comes later, too', async () => {
  const { address, ada, bob, cid } = await useConversation()
  await joinCall(node, address, ada)
  await expect.poll(() => rung(bob)).toHaveLength(1)
  const come = ({ principal }: Caller, socketId: string) => {
    node.calls.socketCame(socketId, principal.id)
    return stage.heardBy(socketId, 'call_ring')
  }
  expect(come(bob, 'phone of Bob')).toEqual(rung(bob))
  expect([...come(ada, 'phone of Ada'), ...come(cid, 'phone of Cid')]).toEqual([])
  await node.ask(bob, 'call_decline', address)
  expect(come(bob, 'tablet of Bob')).toEqual([])
})

test('[CA13] a call in a direct channel rings at the other one until it is answered', async () => {
  const { address, ada, bob, cid } = await useConversation()
  const joined = await joinCall(node, address, ada)
  await expect
    .poll(() => rung(bob))
    .toEqual([
      {
        ...address,
        from: ada.principal.user,
        project: { slug: address.projectId, name: `Project ${address.projectId}` },
        members: expect.toSatisfy((members: unknown[]) => members.length === 2),
        startedAt: joined.state.startedAt,
      },
    ])
  expect(rung(bob)[0]?.members).toEqual(
    expect.arrayContaining([ada.principal.user, bob.principal.user]),
  )
  expect([...rung(ada), ...rung(cid)]).toEqual([])
  const ringing = { ...address, userIds: [bob.principal.id] }
  expect(stage.heardBy(ada.socketId, 'call_ringing')).toEqual([ringing])
  await joinCall(node, address, bob)
  const ended = { ...address, userId: bob.principal.id, reason: 'answered' }
  expect(stage.heardBy(bob.principal.id, 'call_ring_ended')).toEqual([ended])
  expect(stage.heardBy(ada.socketId, 'call_ring_ended')).toEqual([ended])
  // Another tab does not ring again, and ends nothing twice.
  await joinCall(node, address, { ...bob, socketId: 'another tab' })
  expect([rung(bob).length, reasons(bob).length]).toEqual([1, 1])
  expect(missedIn(address)).toEqual([])
})

test('[CA13] whoever hangs up and calls again rings again', async () => {
  const { address, ada, bob } = await useConversation()
  await joinCall(node, address, ada)
  await expect.poll(() => rung(bob)).toHaveLength(1)
  await node.ask(ada, 'call_leave', address)
  await joinCall(node, address, ada)
  await expect.poll(() => rung(bob)).toHaveLength(2)
  await node.ask(ada, 'call_leave', address)
})

test('[CA13] whoever declines is left in peace, and others ring on', async () => {
  const { address, ada, bob, cid } = await useConversation('group')
  await joinCall(node, address, ada)
  await expect.poll(() => [...rung(bob), ...rung(cid)]).toHaveLength(2)
  await node.ask(bob, 'call_decline', address)
  await node.ask(bob, 'call_decline', address)
  expect([reasons(bob), reasons(cid)]).toEqual([['declined'], []])
  expect(stage.heardBy(ada.socketId, 'call_ring_ended')).toMatchObject([
    { userId: bob.principal.id, reason: 'declined' },
  ])
  await node.ask(ada, 'call_leave', address)
  expect(reasons(cid)).toEqual(['ended'])
  // Somebody heard nothing of it but the ringing.
  expect(missedIn(address)).toEqual([[address, ada.principal.id, rung(cid)[0]?.startedAt]])
})

test('[CA13] it stops after a while, and the channel says that the call was missed', async () => {
  const { address, ada, bob } = await useConversation()
  await joinCall(hasty, address, ada)
  await expect.poll(() => reasons(bob)).toEqual(['missed'])
  expect(missedIn(address)).toHaveLength(1)
  // The call itself goes on.
  await joinCall(hasty, address, bob)
  expect(missedIn(address)).toHaveLength(1)
})

test('[CA13] only those who may answer hear it, and only they decline', async () => {
  const { projectId, address, ada, bob, cid } = await useConversation('group')
  await stage.db
    .updateTable('projectMembers')
    .set({ role: 'guest' })
    .where('userId', '=', cid.principal.id)
    .execute()
  await joinCall(node, address, ada)
  await expect.poll(() => rung(bob)).toHaveLength(1)
  expect(rung(cid)).toEqual([])
  const stranger = await stage.addPerson(projectId)
  await expect(node.ask(stranger, 'call_decline', address)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
  node.calls.closeFor({ userId: bob.principal.id, projectId })
  expect(reasons(bob)).toEqual(['ended'])
})

test('[CA8] [CA13] it stops at once at who is taken out of the group', async () => {
  const { address, ada, bob, cid } = await useConversation('group')
  await joinCall(node, address, ada)
  await expect.poll(() => [...rung(bob), ...rung(cid)]).toHaveLength(2)
  await stage.db
    .deleteFrom('channelMembers')
    .where('channelId', '=', address.channelId)
    .where('userId', '=', bob.principal.id)
    .execute()
  node.calls.judgeChannel(address)
  await expect.poll(() => reasons(bob)).toEqual(['ended'])
  expect(reasons(cid)).toEqual([])
})

test('[CA13] other channels do not ring', async () => {
  const { projectId, address, ada, bob } = await useConversation('private')
  await joinCall(node, address, ada)
  await joinCall(node, { projectId }, ada)
  const talk = await useConversation()
  await joinCall(node, talk.address, talk.ada)
  // This one began last, and is heard.
  await expect.poll(() => rung(talk.bob)).toHaveLength(1)
  expect(rung(bob)).toEqual([])
  await expect(node.ask(bob, 'call_decline', { projectId })).resolves.toBe(null)
})
