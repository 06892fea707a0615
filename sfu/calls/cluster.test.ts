// Two nodes on one real Redis: a call lives on one of them, people are on both.
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import type { CallAddress } from '../../protocol/calls.ts'
import type { Caller } from '../../protocol/requests.ts'
import { connectRedis, createRedisBus } from '../../realtime/bus.ts'
import chromium from './chromium.json' with { type: 'json' }
import { openStage } from './stage.ts'

/** On a machine that is busy with other tests */
const soon = { timeout: 15_000 }

describe.skipIf(!inject('redisUrl'))('two nodes', () => {
  let stage: Awaited<ReturnType<typeof openStage>>
  /** Calls that were announced */
  const started: string[] = []
  beforeAll(async () => {
    stage = await openStage()
  }, 600_000)
  afterAll(() => stage?.close())

  async function useNode(portMin: number) {
    const client = await connectRedis(inject('redisUrl') ?? '', () => undefined)
    const bus = await createRedisBus(client)
    const config = { portMin, portMax: portMin + 20, workers: 1 }
    const onStarted = ({ projectId }: CallAddress) => void started.push(projectId)
    const node = stage.addNode(bus, config, { beatMs: 300, keepMs: 300, onStarted })
    const disconnect = async () => {
      await bus.close()
      client.disconnect()
    }
    onTestFinished(async () => {
      await node.calls.close()
      await disconnect()
    })
    return { ...node, bus, disconnect }
  }
  async function useCluster() {
    const projectId = await stage.addProject()
    const [a, b] = [await useNode(21_500), await useNode(21_530)]
    return {
      projectId,
      a,
      b,
      ada: await stage.addPerson(projectId),
      bob: await stage.addPerson(projectId),
    }
  }

  test('a call is in one place, whichever node its people are on', async () => {
    const { projectId, a, b, ada, bob } = await useCluster()
    const joined = await a.ask(ada, 'call_join', { projectId })
    const { peers, peerId } = await b.ask(bob, 'call_join', { projectId })
    expect(peers.map((peer) => peer.peerId)).toEqual([joined.peerId])
    expect([a, b].map(({ calls }) => calls.workerPids().length)).toEqual([1, 0])
    await expect
      .poll(
        async () => (await b.calls.summary({ projectId }))?.participants.map(({ id }) => id),
        soon,
      )
      .toEqual([ada.principal.id, bob.principal.id])

    const { transportId } = await b.ask(bob, 'call_create_transport', {
      projectId,
      direction: 'send',
    })
    const produce = { projectId, transportId, kind: 'video', source: 'camera' }
    const { producerId } = await b.ask(bob, 'call_produce', {
      ...produce,
      rtpParameters: chromium.camera,
    })
    expect(stage.heardBy(ada.socketId, 'call_producer_added')[0]?.producer.producerId).toBe(
      producerId,
    )
    // Refusals cross over as they are.
    await expect(
      b.ask(bob, 'call_produce', { ...produce, rtpParameters: chromium.camera }),
    ).rejects.toMatchObject({ code: 'CONFLICT', message: 'You are sending a camera already' })

    b.calls.socketGone(bob.socketId)
    await expect
      .poll(() => stage.heardBy(ada.socketId, 'call_peer_left'), soon)
      .toEqual([{ projectId, peerId }])
    await a.ask(ada, 'call_leave', { projectId })
    await expect.poll(() => b.calls.summary({ projectId }), soon).toBe(null)

    // The lease is free again: now the other node may have it.
    await b.ask(bob, 'call_join', { projectId })
    expect(b.calls.workerPids()).toHaveLength(1)
  })

  test('both start the call at the same moment: there is one', async () => {
    const { projectId, a, b, ada, bob } = await useCluster()
    await Promise.all([
      a.ask(ada, 'call_join', { projectId }),
      b.ask(bob, 'call_join', { projectId }),
    ])
    expect(a.calls.workerPids().length + b.calls.workerPids().length).toBe(1)
    await expect
      .poll(async () => (await a.calls.summary({ projectId }))?.participants.length, soon)
      .toBe(2)
  })

  test('the owner vanishes: who is on the other node joins there as soon as the lease ends', async () => {
    const { projectId, a, b, ada, bob } = await useCluster()
    await a.ask(ada, 'call_join', { projectId })
    await b.ask(bob, 'call_join', { projectId })
    await a.disconnect()
    await expect(
      b.ask(bob, 'call_create_transport', { projectId, direction: 'send' }),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { joined: false } })
    await expect
      .poll(() => stage.heardBy(projectId, 'call_changed').at(-1), soon)
      .toEqual({ projectId, call: null })
    await expect
      .poll(
        () =>
          b.ask(bob, 'call_join', { projectId }).then(
            ({ peers }) => peers,
            () => null,
          ),
        soon,
      )
      .toEqual([])
  })

  test('a node vanishes with its sockets: its people leave the call', async () => {
    const { projectId, a, b, ada, bob } = await useCluster()
    await a.ask(ada, 'call_join', { projectId })
    const { peerId } = await b.ask(bob, 'call_join', { projectId })
    await b.disconnect()
    await expect
      .poll(() => stage.heardBy(ada.socketId, 'call_peer_left'), soon)
      .toEqual([{ projectId, peerId }])
  })

  test('a node that shuts down sends its people elsewhere', async () => {
    const { projectId, a, b, ada, bob } = await useCluster()
    await a.ask(ada, 'call_join', { projectId })
    const { peerId } = await b.ask(bob, 'call_join', { projectId })
    await a.calls.close()
    await expect
      .poll(() => stage.heardBy(bob.socketId, 'call_ended'), soon)
      .toEqual([{ projectId, peerId, reason: 'shutdown' }])
    expect((await b.ask(bob, 'call_join', { projectId })).peers).toEqual([])
    // For people it is the same call.
    expect(started.filter((id) => id === projectId)).toHaveLength(1)
  })

  /** A locked call on the first node, with somebody removed from it */
  async function useLocked() {
    const cluster = await useCluster()
    const { projectId, a, b, ada, bob } = cluster
    const mod = await stage.addPerson(projectId, 'maintainer')
    await a.ask(mod, 'call_join', { projectId })
    await a.ask(ada, 'call_join', { projectId })
    const { peerId } = await b.ask(bob, 'call_join', { projectId })
    await a.ask(mod, 'call_remove', { projectId, peerId })
    await a.ask(mod, 'call_lock', { projectId, locked: true })
    // What is told later on the same way is heard later.
    await expect
      .poll(async () => (await b.calls.summary({ projectId }))?.participants.length, soon)
      .toBe(2)
    const expectLocked = async () => {
      const late = await stage.addPerson(projectId)
      for (const [who, refused] of [
        [late, 'locked'],
        [bob, 'removed'],
      ] as const) {
        await expect(b.ask(who, 'call_join', { projectId })).rejects.toMatchObject({
          code: 'CONFLICT',
          details: { refused },
        })
      }
    }
    return { ...cluster, mod, expectLocked }
  }

  test('[CA10] whom a call lets in outlives the node that owned it', async () => {
    const { projectId, a, b, ada, expectLocked } = await useLocked()
    await expectLocked()
    await a.disconnect()
    await expect.poll(() => stage.heardBy(projectId, 'call_changed').at(-1)?.call, soon).toBe(null)
    await expectLocked()
    const { state } = await b.ask(ada, 'call_join', { projectId })
    expect(state.locked).toBe(true)
    await expectLocked()
  })

  test('[CA10] whom a call lets in moves with it', async () => {
    const { projectId, a, b, ada, mod, expectLocked } = await useLocked()
    await a.calls.drain()
    expect(stage.heardBy(ada.socketId, 'call_moved')).toEqual([{ projectId }])
    // From the same sockets, which leave where they were.
    expect((await a.ask(ada, 'call_join', { projectId })).state.locked).toBe(true)
    await a.ask(mod, 'call_join', { projectId })
    expect(b.calls.workerPids()).toHaveLength(1)
    await expectLocked()
    await a.ask(mod, 'call_lock', { projectId, locked: false })
    expect(stage.heardBy(ada.socketId, 'call_locked').at(-1)?.locked).toBe(false)
  })

  test('[CA23] when all hang up while a call moves, everybody is told that it is over', async () => {
    const { projectId, a, b, ada, mod, expectLocked } = await useLocked()
    const hangUp = ({ principal }: Caller) =>
      a.calls.closeFor({ userId: principal.id, sessionId: principal.sessionId })
    await a.calls.drain()
    const told = () => stage.heardBy(projectId, 'call_changed')
    const before = told()
    hangUp(ada)
    expect(told()).toEqual(before)
    hangUp(mod)
    expect(told()).toEqual([...before, { projectId, call: null }])
    await a.ask(ada, 'call_join', { projectId })
    expect(b.calls.workerPids()).toHaveLength(1)
    await expectLocked()
  })

  test('[CA62] [CA63] whom a moderator let in comes back on any node, also a new one; not whom one removed', async () => {
    const { projectId, a, b } = await useCluster()
    const mod = await stage.addPerson(projectId, 'maintainer')
    await a.ask(mod, 'call_join', { projectId })
    await expect.poll(() => b.calls.summary({ projectId }), soon).not.toBe(null)
    const gus = await stage.addGuest({ projectId })
    const elsewhere = () => ({ ...gus, socketId: crypto.randomUUID() })
    await expect(b.ask(gus, 'call_join', { projectId })).rejects.toMatchObject({
      details: { refused: 'guest' },
    })
    const { knockId } = await b.ask(gus, 'call_knock', { projectId })
    await a.ask(mod, 'call_admit', { projectId, knockId, admit: true })
    await b.ask(gus, 'call_join', { projectId })
    b.calls.socketGone(gus.socketId)
    await a.ask(elsewhere(), 'call_join', { projectId })

    const c = await useNode(21_560)
    await expect.poll(() => c.calls.summary({ projectId }), soon).not.toBe(null)
    await b.calls.close()
    await b.disconnect()
    await expect.poll(() => a.bus.peers(), soon).toEqual([c.bus.nodeId])
    await a.calls.drain()
    expect(stage.heardBy(mod.socketId, 'call_moved')).toEqual([{ projectId }])
    // Guests wait until a member is there.
    const moved = elsewhere()
    await expect(a.ask(moved, 'call_join', { projectId })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    const { peers } = await a.ask(mod, 'call_join', { projectId })
    expect(peers).toEqual([])
    await expect
      .poll(async () => (await a.calls.summary({ projectId }))?.participants.length, soon)
      .toBe(1)
    const { peerId } = await a.ask(moved, 'call_join', { projectId })
    expect(c.calls.workerPids()).toHaveLength(1)

    await a.ask(mod, 'call_remove', { projectId, peerId })
    for (const node of [a, c])
      await expect(node.ask(elsewhere(), 'call_join', { projectId })).rejects.toMatchObject({
        details: { refused: 'removed' },
      })
  })

  test('[CA13] a call that moves rings on, until it is answered or declined where it is now', async () => {
    const { projectId, a, b, ada, bob } = await useCluster()
    const cid = await stage.addPerson(projectId)
    const people = [ada, bob, cid].map(({ principal }) => principal.id)
    const address = { projectId, channelId: await stage.addChannel(projectId, 'group', people) }
    await a.ask(ada, 'call_join', address)
    await expect.poll(() => stage.heardBy(cid.principal.id, 'call_ring'), soon).toHaveLength(1)
    await expect.poll(() => b.calls.summary(address), soon).not.toBe(null)
    await a.calls.drain()
    await a.ask(ada, 'call_join', address)
    await b.ask(bob, 'call_decline', address)
    await a.ask(cid, 'call_join', address)
    expect(b.calls.workerPids()).toHaveLength(1)
    const reasons = ({ principal }: Caller) =>
      stage.heardBy(principal.id, 'call_ring_ended').map(({ reason }) => reason)
    expect([reasons(bob), reasons(cid)]).toEqual([['declined'], ['answered']])
    expect(stage.heardBy(ada.socketId, 'call_ring_ended')).toMatchObject([
      { userId: bob.principal.id },
      { userId: cid.principal.id },
    ])
  })

  test('[CA13] [CA16] those who are not in it decline and knock from any node', async () => {
    const { projectId, a, b, ada, bob } = await useCluster()
    const people = [ada.principal.id, bob.principal.id]
    const address = { projectId, channelId: await stage.addChannel(projectId, 'direct', people) }
    await a.ask(ada, 'call_join', address)
    await expect.poll(() => stage.heardBy(bob.principal.id, 'call_ring'), soon).toHaveLength(1)
    await expect.poll(() => b.calls.summary(address), soon).not.toBe(null)
    await b.ask(bob, 'call_decline', address)
    expect(stage.heardBy(ada.socketId, 'call_ring_ended')).toMatchObject([{ reason: 'declined' }])
    expect(await b.ask(bob, 'call_knock', address)).toEqual({ knockId: null })
  })
})
