// Calls of channels: who may be in them, and who hears of them.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { channelRoom } from '../../protocol/names.ts'
import { createLocalBus } from '../../realtime/bus.ts'
import { joinCall, openStage, type StageNode } from './stage.ts'

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
beforeAll(async () => {
  stage = await openStage()
  node = stage.addNode(createLocalBus(), { portMin: 21_430, portMax: 21_450, workers: 1 })
}, 600_000)
afterAll(() => stage.close())

async function useChannel(kind: 'public' | 'private' | 'direct') {
  const projectId = await stage.addProject()
  const [ada, bob] = [await stage.addPerson(projectId), await stage.addPerson(projectId)]
  const members = kind === 'public' ? [] : [ada.principal.id, bob.principal.id]
  const channelId = await stage.addChannel(projectId, kind, members)
  return { projectId, channelId, address: { projectId, channelId }, ada, bob }
}

test('[CA8] calls of a project and of its channels are apart', async () => {
  const { projectId, channelId, address, ada, bob } = await useChannel('public')
  await joinCall(node, { projectId }, ada)
  const inChannel = await joinCall(node, address, bob)
  expect(inChannel.peers).toEqual([])
  // The same socket may be in both.
  const adaToo = await joinCall(node, address, ada)
  expect(adaToo.peers.map(({ peerId }) => peerId)).toEqual([inChannel.peerId])
  const { producerId } = await adaToo.produce('camera')
  expect(stage.heardBy(bob.socketId, 'call_producer_added')).toMatchObject([
    { ...address, producer: { producerId } },
  ])
  expect((await node.calls.summary({ projectId }))?.participants).toEqual([ada.principal.user])
  expect(node.calls.channelCalls(projectId)).toEqual({
    [channelId]: await node.calls.summary(address),
  })
  expect(stage.heardBy(projectId, 'call_changed').map((news) => news.channelId)).toEqual([
    undefined,
    channelId,
    channelId,
  ])
  await node.ask(ada, 'call_leave', { projectId })
  expect((await node.calls.summary(address))?.participants).toHaveLength(2)
})

test.each(['private', 'direct'] as const)(
  '[CA8] the call of a %s channel exists only for those who are in it',
  async (kind) => {
    const { projectId, channelId, address, ada } = await useChannel(kind)
    const maintainer = await stage.addPerson(projectId, 'maintainer')
    const admin = await stage.addPerson(projectId)
    admin.principal.role = 'admin'
    for (const stranger of [maintainer, admin]) {
      await expect(node.ask(stranger, 'call_join', address)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
    }
    expect(await node.calls.summary(address)).toBe(null)
    const { producerId } = await (await joinCall(node, address, ada)).produce('camera')
    expect(stage.heardBy(projectId, 'call_changed')).toEqual([])
    expect(stage.heardBy(channelRoom(channelId), 'call_changed')).toMatchObject([address])
    // Who is in the project's call has no way into it, either.
    const outside = await joinCall(node, { projectId }, maintainer)
    await expect(outside.consume(producerId)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    // A channel of another project is none.
    const elsewhere = { projectId: await stage.addProject(), channelId }
    await expect(node.ask(admin, 'call_join', elsewhere)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  },
)

test('[CA8] whoever loses the channel is out of its call, and stays in others', async () => {
  const { projectId, channelId, address, ada, bob } = await useChannel('private')
  await joinCall(node, address, ada)
  const lost = await joinCall(node, address, bob)
  const own = await joinCall(node, { projectId }, bob)
  await stage.db
    .deleteFrom('channelMembers')
    .where('channelId', '=', channelId)
    .where('userId', '=', bob.principal.id)
    .execute()
  node.calls.judgeChannel(address)
  await expect
    .poll(() => stage.heardBy(bob.socketId, 'call_ended'), { timeout: 2_000 })
    .toEqual([{ ...address, peerId: lost.peerId, reason: 'access_changed' }])
  await expect(lost.produce('camera')).rejects.toMatchObject({ details: { joined: false } })
  await expect(node.ask(bob, 'call_join', address)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await own.produce('camera')
  expect((await node.calls.summary(address))?.participants).toEqual([ada.principal.user])
})

test('[CA8] lost news of a channel is made good', async () => {
  const { channelId, address, ada } = await useChannel('public')
  const slow = stage.addNode(
    createLocalBus(),
    { portMin: 21_430, portMax: 21_450, workers: 1 },
    { beatMs: 100 },
  )
  await joinCall(slow, address, ada)
  const archivedAt = new Date().toISOString()
  await stage.db.updateTable('channels').set({ archivedAt }).where('id', '=', channelId).execute()
  await expect
    .poll(() => stage.heardBy(ada.socketId, 'call_ended').map(({ reason }) => reason))
    .toEqual(['access_changed'])
  await expect(slow.ask(ada, 'call_join', address)).rejects.toMatchObject({
    code: 'INSUFFICIENT_PERMISSIONS',
  })
})
