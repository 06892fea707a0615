// Knocking at a call that does not let one in.
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { Caller } from '../../protocol/requests.ts'
import { createLocalBus } from '../../realtime/bus.ts'
import { joinCall, openStage, type StageNode } from './stage.ts'

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
beforeAll(async () => {
  stage = await openStage()
  node = stage.addNode(createLocalBus(), { portMin: 21_481, portMax: 21_489, workers: 1 })
}, 600_000)
afterAll(() => stage.close())

async function useLocked() {
  const projectId = await stage.addProject()
  const add = (role: 'member' | 'maintainer' = 'member') => stage.addPerson(projectId, role)
  const join = async (caller: Caller) => joinCall(node, { projectId }, caller)
  const [mod, ada] = [await join(await add('maintainer')), await join(await add())]
  await node.ask(mod.caller, 'call_lock', { projectId, locked: true })
  const late = await add()
  const knock = async (caller = late) => {
    const { knockId } = await node.ask(caller, 'call_knock', { projectId })
    if (knockId === null) throw new Error('There is nothing to knock at')
    return knockId
  }
  const admit = (knockId: string, yes: boolean, by = mod) =>
    node.ask(by.caller, 'call_admit', { projectId, knockId, admit: yes })
  const answers = () =>
    stage.heardBy(late.socketId, 'call_admitted').map(({ admitted }) => admitted)
  return { projectId, add, join, mod, ada, late, knock, admit, answers }
}

test('[CA16] moderators are asked, and let somebody in', async () => {
  const { projectId, add, join, mod, ada, late, knock, admit, answers } = await useLocked()
  await expect(join(late)).rejects.toMatchObject({ details: { refused: 'locked' } })
  const knockId = await knock()
  const { user } = late.principal
  const knocks = [{ knockId, name: user.displayName, user }]
  expect(stage.heardBy(mod.caller.socketId, 'call_knock')).toEqual([{ projectId, ...knocks[0] }])
  expect(stage.heardBy(ada.caller.socketId, 'call_knock')).toEqual([])
  // Who moderates from now on sees who waits; others do not.
  expect((await join(await add('maintainer'))).state.knocks).toEqual(knocks)
  expect((await join(ada.caller)).state.knocks).toEqual([])
  await expect(admit(knockId, true, ada)).rejects.toMatchObject({
    code: 'INSUFFICIENT_PERMISSIONS',
  })
  await admit(knockId, true)
  expect(answers()).toEqual([true])
  expect(stage.heardBy(mod.caller.socketId, 'call_knock_ended')).toEqual([{ projectId, knockId }])
  await expect(admit(knockId, true)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await join(late)
  expect(await node.ask(late, 'call_knock', { projectId })).toEqual({ knockId: null })
})

test('[CA16] whoever does not wait any more is not shown to moderators', async () => {
  const { projectId, add, mod, late, knock, admit, answers } = await useLocked()
  const knockId = await knock()
  await node.ask(await add(), 'call_leave', { projectId })
  expect(stage.heardBy(mod.caller.socketId, 'call_knock_ended')).toEqual([])
  await node.ask(late, 'call_leave', { projectId })
  expect(stage.heardBy(mod.caller.socketId, 'call_knock_ended')).toEqual([{ projectId, knockId }])
  await expect(admit(knockId, true)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(answers()).toEqual([])
})

test('[CA16] whoever loses access is not shown to moderators', async () => {
  const { projectId, mod, late, knock } = await useLocked()
  const knockId = await knock()
  const { id: userId, sessionId } = late.principal
  const ended = () => stage.heardBy(mod.caller.socketId, 'call_knock_ended')
  const elsewhere = await stage.addProject()
  node.calls.closeFor({ userId, projectId: elsewhere })
  node.calls.closeFor({ userId, sessionId: `not ${sessionId}` })
  node.calls.closeFor({ userId: mod.caller.principal.id, projectId: elsewhere })
  expect(ended()).toEqual([])
  node.calls.closeFor({ userId, projectId })
  expect(ended()).toEqual([{ projectId, knockId }])
})

test('[CA16] a flood of knocks is stopped', async () => {
  const { projectId, mod, late, knock } = await useLocked()
  for (let n = 0; n < 10; n += 1) {
    await knock()
    await node.ask(late, 'call_leave', { projectId })
  }
  await expect(knock()).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  expect(stage.heardBy(mod.caller.socketId, 'call_knock')).toHaveLength(10)
})

test('[CA16] whoever was removed may be let in again', async () => {
  const { projectId, join, mod, ada, knock, admit } = await useLocked()
  await node.ask(mod.caller, 'call_remove', { projectId, peerId: ada.peerId })
  await expect(join(ada.caller)).rejects.toMatchObject({ details: { refused: 'removed' } })
  await admit(await knock(ada.caller), true)
  await join(ada.caller)
})

test('[CA16] whoever is not let in stays out, and waits before knocking again', async () => {
  const { join, late, knock, admit, answers } = await useLocked()
  await admit(await knock(), false)
  expect(answers()).toEqual([false])
  await expect(join(late)).rejects.toMatchObject({ details: { refused: 'locked' } })
  await expect(knock()).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  const now = Date.now()
  vi.spyOn(Date, 'now').mockReturnValue(now + 61_000)
  onTestFinished(() => void vi.restoreAllMocks())
  await knock()
})

test('[CA16] however often somebody knocks, moderators are asked once; the last socket is answered', async () => {
  const { mod, late, knock, admit, answers } = await useLocked()
  const reloaded = { ...late, socketId: crypto.randomUUID() }
  const knockId = await knock()
  expect([await knock(), await knock(reloaded), await knock(reloaded)]).toEqual([
    knockId,
    knockId,
    knockId,
  ])
  const { socketId } = mod.caller
  expect(stage.heardBy(socketId, 'call_knock')).toHaveLength(1)
  expect(stage.heardBy(socketId, 'call_knock_ended')).toEqual([])
  expect(stage.heardBy(late.socketId, 'call_admitted')).toMatchObject([{ reason: 'again' }])
  await admit(knockId, true)
  expect(answers()).toEqual([false])
  expect(stage.heardBy(reloaded.socketId, 'call_admitted')).toMatchObject([{ admitted: true }])
})

test('[CA16] nobody waits for ever, nor without a call', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { projectId, mod, ada, late, knock, admit, answers } = await useLocked()
  const knockId = await knock()
  vi.advanceTimersByTime(120_000)
  expect(answers()).toEqual([false])
  await expect(admit(knockId, true)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await knock()
  for (const { caller } of [mod, ada]) await node.ask(caller, 'call_leave', { projectId })
  expect(answers()).toEqual([false, false])
  await expect(knock()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const stranger = await stage.addPerson(projectId, 'guest')
  await expect(knock(stranger)).rejects.toMatchObject({ code: 'INSUFFICIENT_PERMISSIONS' })
  expect(stage.heardBy(late.socketId, 'call_ended')).toEqual([])
})
