// Standups: turns with a timer, and notes for the chat.
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createLocalBus } from '../../realtime/bus.ts'
import { joinCall, openStage, type StageNode } from './stage.ts'
import type { StandupNotes } from './standups.ts'

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
const noted: StandupNotes[] = []
beforeAll(async () => {
  stage = await openStage()
  const config = { portMin: 21_391, portMax: 21_399, workers: 1 }
  node = stage.addNode(createLocalBus(), config, { onNotes: (notes) => void noted.push(notes) })
}, 600_000)
afterAll(() => stage.close())

type Joined = Awaited<ReturnType<typeof joinCall>>

async function useCall() {
  const projectId = await stage.addProject()
  const channelId = await stage.addChannel(projectId, 'public')
  const address = { projectId, channelId }
  const join = async () => joinCall(node, address, await stage.addPerson(projectId))
  const people = [await join(), await join(), await join()] as const
  const ids = people.map(({ caller }) => caller.principal.id)
  const ask = (who: Joined, payload: object) =>
    node.ask(who.caller, 'call_standup', { ...address, ...payload })
  const now = () => stage.heardBy(people[2].caller.socketId, 'call_standup_changed').at(-1)?.standup
  const told = () => noted.filter((notes) => notes.address.channelId === channelId)
  return { address, join, people, ids, ask, now, told }
}

test('[CA14] everybody has a turn, and the notes are told at the end', async () => {
  const { address, join, people, ids, ask, now, told } = await useCall()
  const [ada, bob, cid] = people
  await ask(ada, { action: 'start' })
  expect(now()).toEqual({ order: ids, current: ids[0], secondsLeft: expect.any(Number), notes: {} })
  const { secondsLeft, ...others } = now()!
  expect(secondsLeft).toBeCloseTo(120, 0)
  expect((await join()).state.standup).toMatchObject(others)
  await expect(ask(bob, { action: 'start' })).rejects.toMatchObject({ code: 'CONFLICT' })
  await ask(cid, { action: 'note', note: 'reads' })
  await ask(ada, { action: 'note', note: 'writes\nand tests' })
  await ask(bob, { action: 'note', note: 'sleeps' })
  await ask(bob, { action: 'note', note: '' })
  // Two end the same turn.
  await ask(ada, { action: 'next', current: ids[0] })
  await ask(bob, { action: 'next', current: ids[0] })
  expect(now()?.current).toBe(ids[1])
  await ask(bob, { action: 'skip' })
  expect([now()?.order, now()?.current]).toEqual([[ids[0], ids[2], ids[1]], ids[2]])
  await ask(cid, { action: 'next' })
  expect(now()?.current).toBe(ids[1])
  expect(told()).toEqual([])
  await ask(bob, { action: 'skip' })
  expect(now()).toBe(null)
  const nameOf = ({ caller }: Joined) => caller.principal.user.displayName
  const lines = `- **${nameOf(ada)}**: writes\n  and tests\n- **${nameOf(cid)}**: reads`
  expect(told()).toMatchObject([
    { address, author: ada.caller.principal, message: `**Standup**\n\n${lines}` },
  ])
})

test('[CA14] a turn ends with its time, and passes over who has left', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const { address, people, ids, ask, now, told } = await useCall()
  const [ada, bob, cid] = people
  await ask(ada, { action: 'start', seconds: 30, order: ids })
  expect(now()?.secondsLeft).toBeCloseTo(30)
  await node.ask(bob.caller, 'call_leave', address)
  vi.advanceTimersByTime(10_000)
  await ask(cid, { action: 'note', note: 'reads' })
  await ask(cid, { action: 'note', note: '' })
  expect(now()?.secondsLeft).toBeCloseTo(20)
  vi.advanceTimersByTime(19_999)
  expect(now()?.current).toBe(ids[0])
  vi.advanceTimersByTime(1)
  expect(now()?.current).toBe(ids[2])
  vi.advanceTimersByTime(30_000)
  expect(now()).toBe(null)
  // Nobody noted anything.
  expect(told()).toEqual([])
  await expect(ask(cid, { action: 'next' })).rejects.toMatchObject({ code: 'CONFLICT' })
})

test('[CA14] a flood of notes is stopped, which each would be told to all', async () => {
  const { people, ask, now } = await useCall()
  const [ada, bob] = people
  await ask(ada, { action: 'start' })
  const note = (n: number) => ask(bob, { action: 'note', note: `${n}` })
  const outcomes = await Promise.allSettled(Array.from({ length: 15 }, (_, n) => note(n)))
  const refused = outcomes.filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(5)
  expect(refused[0]).toMatchObject({ reason: { code: 'RATE_LIMITED' } })
  await ask(ada, { action: 'stop' })
  expect(now()).toBe(null)
})

test('[CA14] the notes of a call that ends are told, too', async () => {
  const { address, people, ask, told } = await useCall()
  const [ada] = people
  await ask(ada, { action: 'start' })
  await ask(ada, { action: 'note', note: 'leaves' })
  for (const { caller } of people) await node.ask(caller, 'call_leave', address)
  expect(told()).toHaveLength(1)
})

test('[CA14] a round goes on when its worker dies', async () => {
  const { address, people, ask, now } = await useCall()
  const [ada, , cid] = people
  await ask(ada, { action: 'start' })
  const [pid] = node.calls.workerPids()
  process.kill(pid ?? 0, 'SIGKILL')
  const heard = () => stage.heardBy(ada.caller.socketId, 'call_ended')
  await expect.poll(heard).toMatchObject([{ reason: 'worker_died' }])
  const { standup } = (await joinCall(node, address, ada.caller)).state
  expect(standup).toMatchObject({ order: now()?.order, current: now()?.current })
  await joinCall(node, address, cid.caller)
  await ask(cid, { action: 'stop' })
  expect(now()).toBe(null)
})

test('[M1] whoever is muted in the chat notes nothing', async () => {
  const { address, people, ask, now } = await useCall()
  const [ada, bob] = people
  await ask(ada, { action: 'start' })
  const { projectId } = address
  const until = new Date(Date.now() + 60_000).toISOString()
  await stage.db
    .insertInto('mutes')
    .values({ projectId, userId: bob.caller.principal.id, until })
    .execute()
  await expect(ask(bob, { action: 'note', note: 'loud' })).rejects.toMatchObject({
    code: 'INSUFFICIENT_PERMISSIONS',
  })
  expect(now()?.notes).toEqual({})
  await ask(ada, { action: 'stop' })
})
