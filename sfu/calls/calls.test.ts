// Signalling against real media workers, with the parameters of a real Chromium. Media itself: web/call/session.test.ts
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CallRequests } from '../../protocol/calls.ts'
import type { Caller } from '../../protocol/requests.ts'
import type { WorkerStatus } from '../../protocol/worker.ts'
import { createLocalBus } from '../../realtime/bus.ts'
import { MAX_PEERS, MAX_PEERS_OF_ONE } from '../limits.ts'
import chromium from './chromium.json' with { type: 'json' }
import { joinCall, openStage, type StageNode } from './stage.ts'

const { dtlsParameters } = chromium

let stage: Awaited<ReturnType<typeof openStage>>
let node: StageNode
const started: string[][] = []
beforeAll(async () => {
  stage = await openStage()
  const config = { portMin: 21_200, portMax: 21_250, workers: 1 }
  node = stage.addNode(createLocalBus(), config, {
    onStarted: ({ projectId }, ...more) => void started.push([projectId, ...more]),
  })
}, 600_000)
afterAll(() => stage.close())

const ask = <Name extends keyof CallRequests>(
  caller: Caller,
  name: Name,
  payload: Record<string, unknown>,
) => node.ask(caller, name, payload)

const useMember = async (projectId: string, caller?: Caller) =>
  joinCall(node, { projectId }, caller ?? (await stage.addPerson(projectId)))

test('a call says once that it began, and whose doing it was', async () => {
  const projectId = await stage.addProject()
  const ada = await useMember(projectId)
  const summary = await node.calls.summary({ projectId })
  await useMember(projectId)
  const began = [projectId, ada.caller.principal.id, summary?.startedAt]
  expect(started.filter(([id]) => id === projectId)).toEqual([began])
})

test('two people join, one sends, the other receives', async () => {
  const projectId = await stage.addProject()
  const ada = await useMember(projectId)
  expect(ada.peers).toEqual([])
  const bob = await useMember(projectId)
  expect(bob.peers).toEqual([
    { peerId: ada.peerId, user: ada.caller.principal.user, hand: null, score: null, producers: [] },
  ])
  expect(stage.heardBy(ada.caller.socketId, 'call_peer_joined')).toEqual([
    {
      projectId,
      peer: {
        peerId: bob.peerId,
        user: bob.caller.principal.user,
        hand: null,
        score: null,
        producers: [],
      },
    },
  ])

  const { producerId } = await ada.produce('camera', { paused: true })
  const producer = { producerId, peerId: ada.peerId, kind: 'video', source: 'camera', paused: true }
  expect(stage.heardBy(bob.caller.socketId, 'call_producer_added')).toEqual([
    { projectId, producer },
  ])
  expect(stage.heardBy(ada.caller.socketId, 'call_producer_added')).toEqual([])

  const consumed = await bob.consume(producerId)
  expect(consumed).toMatchObject({ producerId, kind: 'video', producerPaused: true })
  expect(consumed.rtpParameters.codecs[0]?.mimeType).toBe('video/VP8')
  const { consumerId } = consumed
  expect(await ask(bob.caller, 'call_resume_consumer', { projectId, consumerId })).toBe(null)
  const layers = { projectId, consumerId, spatialLayer: 0 }
  expect(await ask(bob.caller, 'call_set_layers', layers)).toBe(null)

  const pause = (paused: boolean) =>
    ask(ada.caller, 'call_pause_producer', { projectId, producerId, paused })
  await pause(false)
  expect(stage.heardBy(bob.caller.socketId, 'call_producer_paused')).toEqual([
    { projectId, producerId, paused: false },
  ])

  const late = await useMember(projectId)
  expect(late.peers.find(({ peerId }) => peerId === ada.peerId)?.producers).toEqual([
    { ...producer, paused: false },
  ])

  await ask(ada.caller, 'call_close_producer', { projectId, producerId })
  expect(stage.heardBy(bob.caller.socketId, 'call_producer_closed')).toEqual([
    { projectId, producerId },
  ])
  await expect(
    ask(bob.caller, 'call_resume_consumer', { projectId, consumerId }),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('clients are not told of abs-capture-time, which would freeze simulcast layers', async () => {
  const { rtpCapabilities: offered } = await useMember(await stage.addProject())
  const uris = offered.headerExtensions?.map(({ uri }) => uri) ?? []
  expect(uris.some((uri) => uri.endsWith('/abs-send-time'))).toBe(true)
  expect(uris.filter((uri) => uri.endsWith('/abs-capture-time'))).toEqual([])
})

test('[CA5] a person in two tabs counts once', async () => {
  const projectId = await stage.addProject()
  const ada = await useMember(projectId)
  const tab = await useMember(projectId, { ...ada.caller, socketId: 'second-tab' })
  expect(tab.peers.map(({ peerId }) => peerId)).toEqual([ada.peerId])
  const participants = [ada.caller.principal.user]
  expect((await node.calls.summary({ projectId }))?.participants).toEqual(participants)
  expect(stage.heardBy(projectId, 'call_changed').at(-1)?.call?.participants).toEqual(participants)
})

test('[CA1] only who may join the call joins it', async () => {
  const projectId = await stage.addProject()
  for (const role of [null, 'guest'] as const) {
    const caller = await stage.addPerson(projectId, role)
    await expect(ask(caller, 'call_join', { projectId })).rejects.toMatchObject({
      code: 'INSUFFICIENT_PERMISSIONS',
    })
  }
  expect(await node.calls.summary({ projectId })).toBe(null)
})

test('[CA15] limits of a person and a call are told in words', async () => {
  const projectId = await stage.addProject()
  const ada = await useMember(projectId)
  const more = ['send', 'receive', 'send', 'receive'].map((direction) =>
    ask(ada.caller, 'call_create_transport', { projectId, direction }),
  )
  const opened = await Promise.allSettled(more)
  expect(opened.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
  ])
  const cameras = await Promise.allSettled([ada.produce('camera'), ada.produce('camera')])
  expect(cameras.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await expect(ada.produce('camera')).rejects.toMatchObject({
    code: 'CONFLICT',
    message: 'You are sending a camera already',
  })

  const { caller } = ada
  const join = (tab: Caller) => ask(tab, 'call_join', { projectId })
  for (let n = 1; n < MAX_PEERS_OF_ONE; n += 1) await join({ ...caller, socketId: `tab-${n}` })
  await expect(join({ ...caller, socketId: 'one-too-many' })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('leave it elsewhere'),
  })
  // A tab that is in it joins anew.
  await join(caller)
  for (let n = MAX_PEERS_OF_ONE; n < MAX_PEERS; n += 1) await join(await stage.addPerson(projectId))
  await expect(join(await stage.addPerson(projectId))).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('full'),
  })
})

test('a transport is connected once, and its ICE restarts', async () => {
  const projectId = await stage.addProject()
  const ada = await useMember(projectId)
  const transportId = ada.sendId
  const connect = () =>
    ask(ada.caller, 'call_connect_transport', { projectId, transportId, dtlsParameters })
  await connect()
  await expect(connect()).rejects.toMatchObject({ code: 'CONFLICT' })
  const restart = () => ask(ada.caller, 'call_restart_ice', { projectId, transportId })
  const [first, second] = [await restart(), await restart()]
  expect(first.iceParameters.password).not.toBe(second.iceParameters.password)
})

test('[CA6] while the media worker is compiled people are told how far it is, then they can join', async () => {
  const listeners = new Set<(status: WorkerStatus) => void>()
  let status: WorkerStatus = {
    state: 'preparing',
    step: 'compile',
    progress: 0.4,
    message: 'Compiling the media worker',
  }
  const binary = {
    status: () => status,
    onChange(listener: (status: WorkerStatus) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    ready: stage.binary.ready,
  }
  const slow = stage.addNode(
    createLocalBus(),
    { portMin: 21_200, portMax: 21_250, workers: 1 },
    { binary },
  )
  const projectId = await stage.addProject()
  const caller = await stage.addPerson(projectId)
  await expect(slow.ask(caller, 'call_join', { projectId })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'Calls are being prepared: compiling the media worker, 40 %',
    details: status,
  })
  status = stage.binary.status()
  for (const listener of listeners) listener(status)
  expect(stage.heardBy('own sockets', 'call_worker').at(-1)?.state).toBe('ready')
  expect((await slow.ask(caller, 'call_join', { projectId })).peers).toEqual([])
})
