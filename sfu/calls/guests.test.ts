// Guests in a call: who lets them in, what they may do there, and when they are out.
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { MAX_GUESTS } from '../../protocol/limits.ts'
import type { Caller } from '../../protocol/requests.ts'
import { createLocalBus } from '../../realtime/bus.ts'
import { joinCall, openStage, type StageNode } from './stage.ts'

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
const KEEP = 1_000
const soon = { timeout: 2_000 }
beforeAll(async () => {
  stage = await openStage()
  const config = { portMin: 21_640, portMax: 21_680, workers: 1 }
  node = stage.addNode(createLocalBus(), config, { keepMs: KEEP, beatMs: 300 })
}, 600_000)
afterAll(() => stage.close())

async function useCall() {
  const projectId = await stage.addProject()
  const address = { projectId }
  const join = (caller: Caller) => joinCall(node, address, caller)
  const mod = await join(await stage.addPerson(projectId, 'maintainer'))
  const knock = (guest: Caller) => node.ask(guest, 'call_knock', address)
  const answer = (knockId: string | null, admit: boolean) =>
    node.ask(mod.caller, 'call_admit', { ...address, knockId, admit })
  const letIn = async (guest: Caller) => {
    await answer((await knock(guest)).knockId, true)
    return join(guest)
  }
  const leave = (caller: Caller) => node.ask(caller, 'call_leave', address)
  const remove = (peerId: string) => node.ask(mod.caller, 'call_remove', { ...address, peerId })
  const ended = ({ socketId }: Caller) =>
    stage.heardBy(socketId, 'call_ended').map(({ reason }) => reason)
  const answers = ({ socketId }: Caller) => stage.heardBy(socketId, 'call_admitted')
  const guest = (name?: string) => stage.addGuest(address, name)
  return {
    projectId,
    address,
    mod,
    join,
    knock,
    answer,
    letIn,
    leave,
    remove,
    ended,
    answers,
    guest,
  }
}

/** The same guest in another tab, or after a reload */
const again = ({ principal }: Caller): Caller => ({ principal, socketId: crypto.randomUUID() })

test('[CA60] a guest is in the call when a moderator lets them in, and has the mark of one', async () => {
  const { projectId, address, mod, join, knock, answer, answers, guest } = await useCall()
  const gus = await guest()
  await expect(join(gus)).rejects.toMatchObject({ code: 'CONFLICT', details: { refused: 'guest' } })
  const { knockId } = await knock(gus)
  const user = { ...gus.principal.user, displayName: 'Gus', guest: true }
  expect(stage.heardBy(mod.caller.socketId, 'call_knock')).toEqual([
    { projectId, knockId, name: 'Gus', user },
  ])
  await answer(knockId, true)
  expect(answers(gus)).toEqual([{ projectId, admitted: true }])
  const joined = await join(gus)
  expect(stage.heardBy(mod.caller.socketId, 'call_peer_joined').at(-1)?.peer.user).toEqual(user)
  expect((await node.calls.summary(address))?.participants).toContainEqual(user)

  // Media both ways, a hand, a reaction.
  const { producerId } = await joined.produce('camera')
  await mod.consume(producerId)
  await joined.consume((await mod.produce('microphone')).producerId)
  await joined.produce('screen')
  await node.ask(gus, 'call_raise_hand', { ...address, raised: true })
  await node.ask(gus, 'call_react', { ...address, emoji: '👍' })
  expect(stage.heardBy(mod.caller.socketId, 'call_reaction')).toHaveLength(1)
})

test('[CA60] whoever is refused or not answered is told which; nobody begins a call as a guest', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { join, knock, answer, answers, mod, leave, guest } = await useCall()
  const [gus, eve, ann] = [await guest(), await guest('Eve'), await guest('Ann')]
  await answer((await knock(gus)).knockId, false)
  expect(answers(gus)).toMatchObject([{ admitted: false, reason: 'declined' }])
  await expect(knock(gus)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  await knock(eve)
  vi.advanceTimersByTime(120_000)
  expect(answers(eve)).toMatchObject([{ admitted: false, reason: 'unanswered' }])
  await knock(ann)
  await leave(mod.caller)
  expect(answers(ann)).toMatchObject([{ admitted: false, reason: 'ended' }])
  await expect(knock(ann)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(join(ann)).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { joined: false } })
})

test('[CA60] a locked call lets guests in as others: when a moderator does', async () => {
  const { address, mod, letIn, guest, leave, join } = await useCall()
  await node.ask(mod.caller, 'call_lock', { ...address, locked: true })
  const gus = await guest()
  await letIn(gus)
  await leave(gus)
  expect((await join(again(gus))).state.locked).toBe(true)
})

test('[CA61] a guest neither moderates nor lets others in, and is in this call alone', async () => {
  const { address, mod, letIn, knock, guest } = await useCall()
  const gus = await guest()
  const joined = await letIn(gus)
  const eve = await guest('Eve')
  const { knockId } = await knock(eve)
  const { peerId } = mod
  const refused = { code: 'INSUFFICIENT_PERMISSIONS' }
  for (const [name, payload] of [
    ['call_admit', { knockId, admit: true }],
    ['call_mute', {}],
    ['call_mute', { peerId }],
    ['call_stop_share', { peerId }],
    ['call_remove', { peerId }],
    ['call_lock', { locked: true }],
    ['call_end', {}],
    ['call_raise_hand', { raised: false, peerId }],
  ] as const)
    await expect(node.ask(gus, name, { ...address, ...payload }), name).rejects.toMatchObject(
      refused,
    )
  expect(joined.state).toMatchObject({ may: { moderate: false }, knocks: [] })

  // Neither the call of another project, nor that of a channel of this one, even a public one.
  const other = await useCall()
  const channelId = await stage.addChannel(address.projectId, 'public')
  const member = await stage.addPerson(address.projectId)
  await node.ask(member, 'call_join', { ...address, channelId })
  for (const foreign of [other.address, { ...address, channelId }])
    for (const name of ['call_join', 'call_knock', 'call_create_transport'] as const)
      await expect(node.ask(gus, name, { ...foreign, direction: 'send' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
})

test('[CA61] guests have no turn in a standup', async () => {
  const { address, mod, letIn, guest } = await useCall()
  const gus = await guest()
  await letIn(gus)
  const start = (order?: string[]) =>
    node.ask(mod.caller, 'call_standup', { ...address, action: 'start', order })
  const ids = [mod.caller, gus].map(({ principal }) => principal.id)
  await expect(start(ids)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
  await start()
  expect(stage.heardBy(gus.socketId, 'call_standup_changed').at(-1)?.standup?.order).toEqual([
    mod.caller.principal.id,
  ])
})

test('[CA62] who was let in comes back without knocking, while the call lasts', async () => {
  const { address, mod, join, letIn, leave, knock, guest } = await useCall()
  const gus = await guest()
  await letIn(gus)
  node.calls.socketGone(gus.socketId)
  const reloaded = again(gus)
  await join(reloaded)
  await leave(reloaded)
  expect(await knock(again(gus))).toEqual({ knockId: null })
  await join(again(gus))

  // The next call is another one.
  await node.ask(mod.caller, 'call_end', address)
  await join(mod.caller)
  await expect(join(again(gus))).rejects.toMatchObject({ details: { refused: 'guest' } })
})

test('[CA62] a socket that is lost is taken up again by the guest alone who had it', async () => {
  const { address, letIn, guest } = await useCall()
  const gus = await guest()
  const { peerId, secret } = await letIn(gus)
  const resume = { peerId, secret, holds: [] }
  node.calls.socketGone(gus.socketId)
  const eve = await guest('Eve')
  await expect(node.ask(eve, 'call_join', { ...address, resume })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
  const joined = await node.ask(again(gus), 'call_join', { ...address, resume })
  expect(joined.peerId).toBe(peerId)
})

test('[CA63] who was removed is out with all tabs, and comes back when let in anew', async () => {
  const { join, letIn, remove, ended, knock, answer, guest } = await useCall()
  const gus = await guest()
  const first = await letIn(gus)
  const tab = again(gus)
  await join(tab)
  await remove(first.peerId)
  expect([ended(gus), ended(tab)]).toEqual([['removed'], ['removed']])
  await expect(join(again(gus))).rejects.toMatchObject({ details: { refused: 'removed' } })
  // Not when the time of a removal is over, either.
  const now = Date.now()
  const clock = vi.spyOn(Date, 'now').mockReturnValue(now + 6 * 60_000)
  await expect(join(again(gus))).rejects.toMatchObject({ details: { refused: 'guest' } })
  clock.mockRestore()
  await answer((await knock(gus)).knockId, true)
  await join(gus)
})

test.each(['the link is revoked', 'guests are switched off', 'the channel goes to the archive'])(
  '[CA63] %s: guests are out within 2 seconds, though no news of it comes',
  async (what) => {
    const projectId = await stage.addProject()
    const mod = await stage.addPerson(projectId, 'maintainer')
    const members = [mod.principal.id]
    const channelId = await stage.addChannel(projectId, 'private', members)
    const address = { projectId, channelId }
    await node.ask(mod, 'call_join', address)
    const gus = await stage.addGuest(address)
    const { knockId } = await node.ask(gus, 'call_knock', address)
    await node.ask(mod, 'call_admit', { ...address, knockId, admit: true })
    const { producerId } = await (await joinCall(node, address, gus)).produce('microphone')
    expect(stage.heardBy(gus.socketId, 'call_ended')).toEqual([])
    if (what.startsWith('the link')) {
      await stage.db.deleteFrom('callLinks').where('projectId', '=', projectId).execute()
    } else if (what.startsWith('guests')) {
      await stage.db
        .updateTable('projects')
        .set({ callGuests: false })
        .where('id', '=', projectId)
        .execute()
    } else {
      const archivedAt = new Date().toISOString()
      await stage.db
        .updateTable('channels')
        .set({ archivedAt })
        .where('id', '=', channelId)
        .execute()
    }
    await expect
      .poll(() => stage.heardBy(gus.socketId, 'call_ended'), soon)
      .toMatchObject([{ reason: 'access_changed' }])
    await expect(
      node.ask(gus, 'call_pause_producer', { ...address, producerId, paused: true }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
    for (const name of ['call_join', 'call_knock'] as const)
      await expect(node.ask(again(gus), name, address)).rejects.toMatchObject({
        code: 'INVALID_TOKEN',
      })
  },
)

test('[CA63] the end of the call for all is that of its guests; a call of guests alone ends soon', async () => {
  const { address, mod, letIn, leave, join, ended, guest } = await useCall()
  const gus = await guest()
  await letIn(gus)
  await leave(mod.caller)
  // Whoever reloads the page is not gone.
  await join(mod.caller)
  await new Promise((resolve) => setTimeout(resolve, KEEP + 200))
  expect(ended(gus)).toEqual([])
  await leave(mod.caller)
  await expect.poll(() => ended(gus), soon).toEqual(['ended'])
  await join(mod.caller)
  const eve = await guest('Eve')
  await letIn(eve)
  await node.ask(mod.caller, 'call_end', address)
  expect(ended(eve)).toEqual(['ended'])
})

test('[CA64] guests in a call, and those who wait, are bound in number', async () => {
  const { address, letIn, knock, guest, projectId } = await useCall()
  const guests = await Promise.all(
    Array.from({ length: MAX_GUESTS + 1 }, async (_, n) => guest(`Guest ${n}`)),
  )
  for (const one of guests.slice(0, -1)) await knock(one)
  await expect(knock(guests.at(-1)!)).rejects.toMatchObject({ code: 'CONFLICT' })
  for (const one of guests.slice(0, -1)) await letIn(one)
  await expect(letIn(guests.at(-1)!)).rejects.toMatchObject({ code: 'CONFLICT' })
  // Members find room all the same.
  await node.ask(await stage.addPerson(projectId), 'call_join', address)
}, 20_000)
