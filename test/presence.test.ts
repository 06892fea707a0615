// Presence when nodes die, stop, and stand still: real processes, one real Redis, one real PostgreSQL.
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { at, connect, createProject, register, type Person } from './people.ts'
import { createPostgresDatabase } from './postgres.ts'
import { spawnServer, useServerProcess, type ServerProcess } from './server.ts'

describe.skipIf(!inject('postgresUrl') || !inject('redisUrl'))('nodes that go', () => {
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>
  let settings: NodeJS.ProcessEnv
  /** Stays; the others come and go. */
  let home: ServerProcess
  let ada: Person
  beforeAll(async () => {
    database = await createPostgresDatabase()
    settings = {
      PORT: '0',
      DATABASE_URL: database.url,
      REDIS_URL: inject('redisUrl') ?? '',
      DRAIN_SECONDS: '0',
    }
    home = await spawnServer(settings)
    ada = await register(home.url, 'ada')
  })
  afterAll(async () => {
    await home.kill('SIGTERM')
    await database.drop()
  })

  /** Bob and Carl are on a node of their own, and Ada watches from the other. */
  async function useRoom() {
    const node = await useServerProcess(settings)
    const [bob, carl] = [await register(home.url, 'bob'), await register(home.url, 'carl')]
    const { id: projectId, slug } = await createProject(ada, [bob, carl])
    const a = await connect(ada)
    await a.request('join_project', { projectId })
    const seen = a.collect('presence_changed')
    const come = async (person: Person, url: string) => {
      const client = await connect(at(person, url))
      client.socket.io.reconnection(false)
      return { ...client, joined: await client.request('join_project', { projectId }) }
    }
    const [b, c] = [await come(bob, node.url), await come(carl, node.url)]
    const statuses = ({ id }: Person) =>
      seen.flatMap(({ payload }) => (payload.user.id === id ? [payload.status] : []))
    await expect.poll(() => [statuses(bob), statuses(carl)]).toEqual([['online'], ['online']])
    return { node, bob, carl, b, c, slug, come, statuses }
  }

  test('[P3] [P7] kill -9: its people are offline within 10 seconds, but not who came back elsewhere', async () => {
    const { node, bob, carl, c, come, statuses, slug } = await useRoom()
    const gone = new Promise((resolve) => c.socket.once('disconnect', resolve))
    await node.kill('SIGKILL')
    await gone
    await come(carl, home.url)
    await expect.poll(() => statuses(bob), { timeout: 10_000 }).toEqual(['online', 'offline'])
    expect(statuses(carl)).toEqual(['online'])
    // The node that died could not write it.
    const lastSeen = async () => {
      const { data } = await ada.rest('GET', `/projects/${slug}/presence`)
      const { people } = data as { people: { id: string; lastSeenAt: string | null }[] }
      return people.find(({ id }) => id === bob.id)?.lastSeenAt ?? ''
    }
    await expect.poll(lastSeen).not.toBe('')
  })

  test('[P4] SIGTERM: it says goodbye, and nobody waits for its silence', async () => {
    const { node, bob, carl, statuses } = await useRoom()
    await node.kill('SIGTERM')
    // Less than it takes to believe in silence.
    await expect
      .poll(() => [statuses(bob), statuses(carl)], { timeout: 4_000 })
      .toEqual([
        ['online', 'offline'],
        ['online', 'offline'],
      ])
  })

  test('[P5] a node stands still, and goes on: no ghosts, and nobody is unseen', async () => {
    const { node, bob, carl, b, come, statuses } = await useRoom()
    node.child.kill('SIGSTOP')
    onTestFinished(() => void node.child.kill('SIGCONT'))
    b.socket.disconnect()
    await expect
      .poll(() => [statuses(bob), statuses(carl)], { timeout: 20_000 })
      .toEqual([
        ['online', 'offline'],
        ['online', 'offline'],
      ])
    node.child.kill('SIGCONT')
    await expect
      .poll(() => statuses(carl), { timeout: 20_000 })
      .toEqual(['online', 'offline', 'online'])
    expect(statuses(bob)).toEqual(['online', 'offline'])
    // The node itself sees who is in the room.
    const { joined } = await come(carl, node.url)
    expect(joined.present.map(({ id }) => id).sort()).toEqual([ada.id, carl.id].sort())
  })
})
