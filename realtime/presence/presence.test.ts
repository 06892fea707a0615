// Presence over two nodes in this process, on one real Redis and one real PostgreSQL, through the front doors.
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import type { Place } from '../../protocol/presence.ts'
import type { ProjectPresence } from '../../server/presence/schema.ts'
import { at, connect, createProject, register, type Person } from '../../test/people.ts'
import { createPostgresDatabase } from '../../test/postgres.ts'
import { useProxy } from '../../test/proxy.ts'
import { startTestServer } from '../../test/server.ts'

/** On a machine that is busy with other tests */
const soon = { timeout: 20_000 }
const issue = (number: number): Place => ({ kind: 'issue', number })

describe.skipIf(!inject('redisUrl') || !inject('postgresUrl'))('two nodes', () => {
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>
  const start = (
    presenceTimes: { awayAfterMs?: number; graceMs?: number } = {},
    redis = inject('redisUrl') ?? '',
  ) =>
    startTestServer(
      { DATABASE_URL: database.url, REDIS_URL: redis, DRAIN_SECONDS: '0' },
      {},
      { presenceTimes },
    )
  let nodes: Awaited<ReturnType<typeof start>>[]
  let ada: Person
  beforeAll(async () => {
    database = await createPostgresDatabase()
    nodes = [await start({ graceMs: 3_000 }), await start({ graceMs: 3_000 })]
    ada = await register(nodes[0]!.url, 'ada')
  })
  afterAll(async () => {
    for (const node of nodes) await node.close()
    await database.drop()
  })

  /** Ada watches on the first node; `come` brings somebody to a node. */
  async function useRoom(people: Person[]) {
    const project = await createProject(ada, people)
    const { id: projectId, slug } = project
    const a = await connect(ada)
    await a.request('join_project', { projectId })
    const seen = a.collect('presence_changed')
    const come = async (person: Person, node: { url: string }) => {
      const client = await connect(at(person, node.url))
      const joined = await client.request('join_project', { projectId })
      const show = (place: Place | null) => client.request('set_place', { projectId, place })
      return { ...client, joined, show }
    }
    const of = ({ id }: Person) =>
      seen.flatMap(({ payload }) => (payload.user.id === id ? [payload] : []))
    const read = async (node: { url: string }) =>
      (await at(ada, node.url).rest('GET', `/projects/${slug}/presence`)).data as ProjectPresence
    return { projectId, slug, a, come, of, read }
  }
  const meet = (name: string) => register(nodes[0]!.url, name)

  test('[R5] [P1] several tabs and devices, on several nodes, are one person', async () => {
    const bob = await meet('bob')
    const { come, of, projectId } = await useRoom([bob])
    const phone = await come(bob, nodes[0]!)
    const laptop = await come(bob, nodes[1]!)
    await expect
      .poll(async () => {
        const { present } = await laptop.request('join_project', { projectId })
        return present.map(({ id }) => id).sort()
      }, soon)
      .toEqual([ada.id, bob.id].sort())
    await phone.show(issue(1))
    await laptop.show(issue(2))
    await expect.poll(() => of(bob).at(-1)?.places, soon).toEqual([issue(1), issue(2)])
    phone.socket.disconnect()
    await expect.poll(() => of(bob).at(-1)?.places, soon).toEqual([issue(2)])
    await laptop.request('leave_project', { projectId })
    await expect.poll(() => of(bob).at(-1)?.status, soon).toBe('offline')
    const before = of(bob).slice(0, -1)
    expect(before.every(({ status }) => status === 'online')).toBe(true)
  })

  test('[P1] who comes back at once, on whichever node, was never away', async () => {
    const bob = await meet('bob')
    const { come, of } = await useRoom([bob])
    for (const node of [nodes[0]!, nodes[1]!, nodes[0]!]) {
      const client = await come(bob, node)
      client.socket.disconnect()
    }
    const client = await come(bob, nodes[1]!)
    await client.show(issue(3))
    await expect.poll(() => of(bob).at(-1)?.places, soon).toEqual([issue(3)])
    expect(of(bob).map(({ status }) => status)).not.toContain('offline')
  })

  test('[P2] a chosen status holds on all devices, until it is changed', async () => {
    const bob = await meet('bob')
    const { come, of, read, a, projectId } = await useRoom([bob])
    const client = await come(bob, nodes[1]!)
    await client.request('set_status', { status: 'busy' })
    await expect.poll(() => of(bob).at(-1)?.status, soon).toBe('busy')
    client.socket.disconnect()
    await expect.poll(() => of(bob).at(-1)?.status, soon).toBe('offline')
    await come(bob, nodes[0]!)
    await expect.poll(() => of(bob).at(-1)?.status, soon).toBe('busy')
    const statusOf = ({ people }: Pick<ProjectPresence, 'people'>) =>
      people.find(({ id }) => id === bob.id)?.status
    await expect.poll(async () => statusOf(await read(nodes[1]!)), soon).toBe('busy')

    const elsewhere = at(bob, nodes[1]!.url)
    const nonsense = await elsewhere.rest('PATCH', '/users/me/status', { status: 'offline' })
    expect(nonsense.status).toBe(400)
    await elsewhere.rest('PATCH', '/users/me/status', { status: 'away' })
    expect((await bob.rest('GET', '/users/me/status')).data).toEqual({ status: 'away' })
    await expect.poll(() => of(bob).at(-1)?.status, soon).toBe('away')
    await elsewhere.rest('PATCH', '/users/me/status', { status: 'online' })
    await expect.poll(() => of(bob).at(-1)?.status, soon).toBe('online')
    const { members } = await a.request('join_project', { projectId })
    expect(statusOf({ people: members })).toBe('online')
  })

  test('[P2] whoever asks nothing, on any device, is away; saying so is no sign of life', async () => {
    const awayAfterMs = 1_500
    const impatient = [await start({ awayAfterMs }), await start({ awayAfterMs })] as const
    onTestFinished(async () => {
      for (const node of impatient) await node.close()
    })
    const bob = await meet('bob')
    const { id: projectId } = await createProject(ada, [bob])
    const a = await connect(at(ada, impatient[0].url))
    await a.request('join_project', { projectId })
    const seen = a.collect('presence_changed')
    const statuses = () =>
      seen.flatMap(({ payload }) => (payload.user.id === bob.id ? [payload.status] : []))
    const phone = await connect(at(bob, impatient[0].url))
    await phone.request('join_project', { projectId })
    const laptop = await connect(at(bob, impatient[1].url))
    await laptop.request('join_project', { projectId })
    await expect.poll(() => statuses().at(-1), soon).toBe('away')
    await laptop.request('set_status', { status: 'busy' })
    await expect.poll(() => statuses().at(-1), soon).toBe('busy')
    await laptop.request('set_status', { status: 'online' })
    await expect
      .poll(() => statuses().slice(statuses().indexOf('busy')), soon)
      .toEqual(['busy', 'away'])
    await laptop.request('set_place', { projectId, place: null })
    await expect
      .poll(() => statuses().slice(statuses().indexOf('busy')), soon)
      .toEqual(['busy', 'away', 'online', 'away'])
  })

  test('[P5] news of presence that Redis lost is asked for again, and nobody flaps', async () => {
    const proxy = await useProxy(inject('redisUrl') ?? '')
    const island = await start({ graceMs: 500 }, proxy.url)
    onTestFinished(() => island.close())
    const [bob, carl] = [await meet('bob'), await meet('carl')]
    const { come, of } = await useRoom([bob, carl])
    const [b, c] = [await come(bob, island), await come(carl, island)]
    await expect.poll(() => [of(bob).length, of(carl).length], soon).toEqual([1, 1])
    await proxy.cut()
    b.socket.disconnect()
    await c.show(issue(7))
    await proxy.restore()
    await expect.poll(() => of(bob).at(-1)?.status, soon).toBe('offline')
    await expect.poll(() => of(carl).at(-1)?.places, soon).toEqual([issue(7)])
    expect(of(carl).map(({ status }) => status)).toEqual(['online', 'online'])
  })

  test('[P7] when somebody was last in the room is kept', async () => {
    const bob = await meet('bob')
    const { come, of, read } = await useRoom([bob])
    const lastSeen = async () =>
      (await read(nodes[0]!)).people.find(({ id }) => id === bob.id)?.lastSeenAt
    expect(await lastSeen()).toBe(null)
    const started = new Date().toISOString()
    const client = await come(bob, nodes[1]!)
    client.socket.disconnect()
    await expect.poll(() => of(bob).at(-1)?.status, soon).toBe('offline')
    expect(of(bob).at(-1)!.lastSeenAt! > started).toBe(true)
    await expect.poll(async () => (await lastSeen()) ?? '', soon).not.toBe('')
    expect(new Date((await lastSeen())!).toISOString() > started).toBe(true)
    await come(bob, nodes[0]!)
    await expect.poll(lastSeen, soon).toBe(null)
  })

  test('[P7] a node alone writes it when it stops', async () => {
    const alone = await startTestServer({ DATABASE_URL: database.url })
    const bob = at(await meet('bob'), alone.url)
    const { projectId, read } = await useRoom([bob])
    const b = await connect(bob)
    await b.request('join_project', { projectId })
    b.socket.io.reconnection(false)
    await alone.close()
    const { people } = await read(nodes[0]!)
    expect(people.find(({ id }) => id === bob.id)?.lastSeenAt).toEqual(expect.any(String))
  })

  test('[P8] a new name is seen by others on all nodes, without anybody reconnecting', async () => {
    const bob = await meet('bob')
    const { come, of, a, projectId } = await useRoom([bob])
    await come(bob, nodes[1]!)
    await bob.rest('PATCH', '/users/me', { displayName: 'Robert' })
    await expect.poll(() => of(bob).at(-1)?.user.displayName, soon).toBe('Robert')
    const { present } = await a.request('join_project', { projectId })
    expect(present.find(({ id }) => id === bob.id)?.displayName).toBe('Robert')
  })

  test('[P9] presence is told to those who may enter the room', async () => {
    const [bob, eve] = [await meet('bob'), await meet('eve')]
    const { slug, projectId } = await useRoom([bob])
    const asked = await eve.rest('GET', `/projects/${slug}/presence`)
    expect(asked.error.code).toBe('INSUFFICIENT_PERMISSIONS')
    const answered = await bob.rest('GET', `/projects/${slug}/presence`)
    expect((answered.data as ProjectPresence).people.map(({ id }) => id)).toEqual([ada.id, bob.id])
    const e = await connect(eve)
    await expect(e.request('set_place', { projectId, place: null })).rejects.toThrow('CONFLICT')
  })
})
