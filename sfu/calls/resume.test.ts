// The socket of somebody in a call is lost, and they come back with another one.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CallRequests } from '../../protocol/calls.ts'
import type { Caller } from '../../protocol/requests.ts'
import { createLocalBus } from '../../realtime/bus.ts'
import { joinCall, openStage, type StageNode } from './stage.ts'

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
/** Keeps nobody for long. */
let hasty: StageNode
beforeAll(async () => {
  stage = await openStage()
  const config = { portMin: 21_600, portMax: 21_620, workers: 1 }
  node = stage.addNode(createLocalBus(), config)
  hasty = stage.addNode(createLocalBus(), config, { keepMs: 50 })
}, 600_000)
afterAll(() => stage.close())

const elsewhere = (caller: Caller): Caller => ({ ...caller, socketId: randomUUID() })

async function useTwo(on = node) {
  const projectId = await stage.addProject()
  const join = async () => joinCall(on, { projectId }, await stage.addPerson(projectId))
  const [ada, bob] = [await join(), await join()]
  const camera = await ada.produce('camera')
  const consumed = await bob.consume(camera.producerId)
  const resume = (caller: Caller, more: Partial<CallRequests['call_join'][0]['resume']> = {}) => {
    const { peerId, secret, sendId, receiveId } = bob
    const holds = [sendId, receiveId, consumed.consumerId]
    return on.ask(caller, 'call_join', {
      projectId,
      resume: { peerId, secret, holds, ...more },
    })
  }
  return { projectId, ada, bob, camera, consumed, resume }
}

test('[CA20] who comes back with another socket goes on with the same media', async () => {
  const { projectId, ada, bob, consumed, resume } = await useTwo()
  const own = await bob.produce('microphone')
  node.calls.socketGone(bob.caller.socketId)
  const screen = await ada.produce('screen')
  const caller = elsewhere(bob.caller)
  const { sendId, receiveId, peerId } = bob
  const holds = [sendId, receiveId, consumed.consumerId, own.producerId]
  const back = await resume(caller, { holds })
  expect(back).toMatchObject({ peerId, producers: [own] })
  // What was missed
  expect(back.peers[0]?.producers.map(({ source }) => source)).toEqual(['camera', 'screen'])
  const { consumerId } = consumed
  await node.ask(caller, 'call_resume_consumer', { projectId, consumerId })
  expect(stage.heardBy(ada.caller.socketId, 'call_peer_left')).toEqual([])
  // From now on news goes to the new socket, and the old one may ask nothing.
  await node.ask(ada.caller, 'call_close_producer', { projectId, ...screen })
  expect(stage.heardBy(caller.socketId, 'call_producer_closed')).toEqual([{ projectId, ...screen }])
  await expect(bob.consume(screen.producerId)).rejects.toMatchObject({
    details: { joined: false },
  })
  // The server may learn late that the old socket is gone.
  node.calls.socketGone(bob.caller.socketId)
  await node.ask(caller, 'call_resume_consumer', { projectId, consumerId })
})

test('[CA20] what was made for a client that did not hear of it is freed', async () => {
  const { projectId, ada, bob, camera, consumed, resume } = await useTwo()
  const lost = await bob.produce('camera')
  node.calls.socketGone(bob.caller.socketId)
  const caller = elsewhere(bob.caller)
  const back = await resume(caller, { holds: [bob.receiveId] })
  expect(back.producers).toEqual([])
  expect(stage.heardBy(ada.caller.socketId, 'call_producer_closed')).toEqual([
    { projectId, ...lost },
  ])
  const onSend = { projectId, transportId: bob.sendId }
  await expect(node.ask(caller, 'call_restart_ice', onSend)).rejects.toMatchObject({
    message: 'Transport not found',
  })
  const { consumerId } = consumed
  await expect(
    node.ask(caller, 'call_resume_consumer', { projectId, consumerId }),
  ).rejects.toMatchObject({ message: 'Consumer not found' })
  const again = await joinCall(node, { projectId }, elsewhere(ada.caller))
  await expect(again.consume(camera.producerId)).resolves.toMatchObject({ kind: 'video' })
})

test('[CA20] after a while, and after leaving on purpose, nothing is kept', async () => {
  const { projectId, ada, bob, resume } = await useTwo(hasty)
  hasty.calls.socketGone(bob.caller.socketId)
  const { peerId } = bob
  await expect
    .poll(() => stage.heardBy(ada.caller.socketId, 'call_peer_left'))
    .toEqual([{ projectId, peerId }])
  const gone = { code: 'NOT_FOUND', details: { joined: false } }
  await expect(resume(elsewhere(bob.caller))).rejects.toMatchObject(gone)

  const left = await useTwo()
  await node.ask(left.bob.caller, 'call_leave', { projectId: left.projectId })
  node.calls.socketGone(left.bob.caller.socketId)
  await expect(left.resume(elsewhere(left.bob.caller))).rejects.toMatchObject(gone)
})

test('[CA21] nobody goes on as somebody else', async () => {
  const { ada, bob, resume } = await useTwo()
  node.calls.socketGone(bob.caller.socketId)
  const refusal = { code: 'NOT_FOUND', details: { joined: false } }
  await expect(resume(elsewhere(ada.caller))).rejects.toMatchObject(refusal)
  const wrong = { secret: ada.secret }
  await expect(resume(elsewhere(bob.caller), wrong)).rejects.toMatchObject(refusal)
  const others = { peerId: ada.peerId }
  await expect(resume(elsewhere(bob.caller), others)).rejects.toMatchObject(refusal)
  await expect(resume(elsewhere(bob.caller))).resolves.toMatchObject({ peerId: bob.peerId })
})

test('[CA21] who lost access meanwhile does not come back', async () => {
  const { projectId, ada, bob, resume } = await useTwo()
  node.calls.socketGone(bob.caller.socketId)
  await stage.db
    .deleteFrom('projectMembers')
    .where('userId', '=', bob.caller.principal.id)
    .execute()
  await expect(resume(elsewhere(bob.caller))).rejects.toMatchObject({
    code: 'INSUFFICIENT_PERMISSIONS',
  })
  // Nor does the media go on without them: those who hold it are judged with their socket or without.
  const { id: userId } = bob.caller.principal
  expect(node.calls.holds().map(({ principal }) => principal.id)).toContain(userId)
  node.calls.closeFor({ userId, projectId })
  const participants = [ada.caller.principal.user]
  expect((await node.calls.summary({ projectId }))?.participants).toEqual(participants)
})

test('[CA20] a socket that is lost while it resumes is kept, too', async () => {
  const { bob, resume } = await useTwo()
  node.calls.socketGone(bob.caller.socketId)
  const caller = elsewhere(bob.caller)
  const resuming = resume(caller)
  node.calls.socketGone(caller.socketId)
  await expect(resuming).rejects.toMatchObject({ details: { joined: false } })
  await expect(resume(elsewhere(bob.caller))).resolves.toMatchObject({ peerId: bob.peerId })
})
