// A node that stops, and its people.
import { describe, expect, inject, test } from 'vitest'
import { at, connect, createProject, register } from '../test/people.ts'
import { useFreshPostgres } from '../test/postgres.ts'
import { useProxy } from '../test/proxy.ts'
import { useTestServer } from '../test/server.ts'

describe.skipIf(!inject('postgresUrl') || !inject('redisUrl'))('with another node', () => {
  test('[S5] a node that stops sends its people to the others, and serves them until they are gone', async () => {
    const settings = {
      DATABASE_URL: await useFreshPostgres(),
      REDIS_URL: inject('redisUrl') ?? '',
      DRAIN_SECONDS: '60',
    }
    const [stopping, other] = [await useTestServer(settings), await useTestServer(settings)]
    const ada = await register(stopping.url, 'ada')
    const { id: projectId } = await createProject(ada)
    const a = await connect(ada)
    const b = await connect(at(ada, other.url))
    const told = { here: a.collect('draining'), there: b.collect('draining') }
    // Nodes hear of each other within seconds.
    await expect.poll(() => stopping.peers().length, { timeout: 10_000 }).toBe(1)
    let isClosed = false
    const closed = stopping.close().then(() => (isClosed = true))
    await expect.poll(() => told.here.map(({ payload }) => payload)).toEqual([{ withinMs: 60_000 }])
    const health = await fetch(`${stopping.url}/health`)
    expect(health.status).toBe(503)
    expect(await health.json()).toMatchObject({ data: { status: 'stopping' } })
    await expect(connect(ada)).rejects.toThrow('websocket error')
    const polling = await fetch(`${stopping.url}/socket.io/?EIO=4&transport=polling`)
    expect(polling.status).toBe(503)
    expect((await a.request('join_project', { projectId })).projectId).toBe(projectId)
    expect(isClosed).toBe(false)
    a.socket.disconnect()
    await closed
    expect(told.there).toEqual([])
    expect((await b.request('join_project', { projectId })).projectId).toBe(projectId)
  })
})

describe.skipIf(!inject('postgresUrl'))('alone', () => {
  test('[S5] what was asked before a node stops is answered', async () => {
    const database = await useProxy(await useFreshPostgres())
    const server = await useTestServer({ DATABASE_URL: database.url, DRAIN_SECONDS: '60' })
    const ada = await register(server.url, 'ada')
    const { id: projectId } = await createProject(ada)
    const a = await connect(ada)
    a.socket.io.reconnection(false)
    const draining = a.collect('draining')
    const gone = new Promise((resolve) => a.socket.once('disconnect', resolve))
    database.hold()
    const joining = a.request('join_project', { projectId })
    // What came after it is answered: it is there before the node stops.
    expect(await a.ask('no_such_request', {})).toMatchObject({ error: { code: 'NOT_FOUND' } })
    const closed = server.close()
    await expect(a.request('leave_project', { projectId })).rejects.toThrow('UNAVAILABLE')
    database.release()
    expect((await joining).projectId).toBe(projectId)
    await gone
    await closed
    // There is nobody to go to.
    expect(draining).toEqual([])
  })
})
