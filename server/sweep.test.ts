// Access that ends without news: connections are judged again, and who still may stays.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { documentName } from '../protocol/names.ts'
import { openCollab } from '../realtime/documents/fixture.ts'
import { at, connect, createProject, register, type Person } from '../test/people.ts'
import { createPostgresDatabase } from '../test/postgres.ts'
import { startProxy } from '../test/proxy.ts'
import { startTestServer } from '../test/server.ts'
import type { ProjectFile } from './files/schema.ts'

const never = 3_600_000

async function openFile(person: Person, slug: string, owner = person) {
  const path = `${person.username}.txt`
  const created = await owner.rest('POST', `/projects/${slug}/files`, { path, content: 'text' })
  const url = person.url.replace('http', 'ws')
  const document = openCollab({ url }, documentName((created.data as ProjectFile).id), person.token)
  await document.synced()
  return document
}

/** Resolves with the reason. */
const disconnected = ({ socket }: Awaited<ReturnType<typeof connect>>) =>
  new Promise<string>((resolve) => void socket.once('disconnect', resolve))

test('[T2] a sign-in that expires ends its socket and its documents', async () => {
  const settings = { REFRESH_TOKEN_EXPIRES_IN: '2s' }
  const server = await startTestServer(settings, {}, { sweepInterval: 200 })
  onTestFinished(() => server.close())
  const ada = await register(server.url, 'ada')
  const socket = await connect(ada)
  const document = await openFile(ada, (await createProject(ada)).slug)
  expect(await disconnected(socket)).toBe('io server disconnect')
  await expect.poll(() => document.closes[0]?.code).toBe(4503)
  await expect(connect(ada)).rejects.toMatchObject({ data: { code: 'INVALID_TOKEN' } })
})

describe.skipIf(!inject('postgresUrl'))('with a database that others change, too', () => {
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>
  let direct: pg.Client
  beforeAll(async () => {
    database = await createPostgresDatabase()
    direct = new pg.Client(database.url)
    await direct.connect()
  })
  afterAll(async () => {
    await direct.end()
    await database.drop()
  })

  async function useServer(sweepInterval: number, settings: NodeJS.ProcessEnv = {}) {
    const all = { DATABASE_URL: database.url, ...settings }
    const server = await startTestServer(all, {}, { sweepInterval })
    onTestFinished(() => server.close())
    return server
  }

  async function useRoom(ownerUrl: string, guestUrl: string) {
    const ada = await register(ownerUrl, 'ada')
    const bob = at(await register(ownerUrl, 'bob'), guestUrl)
    const { id: projectId, slug } = await createProject(ada, [bob])
    const other = await createProject(ada, [bob])
    const [a, b] = [await connect(ada), await connect(bob)]
    await a.request('join_project', { projectId })
    await b.request('join_project', { projectId })
    await b.request('join_project', { projectId: other.id })
    const [docOfA, docOfB] = [await openFile(ada, slug), await openFile(bob, slug)]
    const [toldA, toldB] = [a.collect('access_changed'), b.collect('access_changed')]
    return { ada, bob, projectId, slug, other, a, b, docOfA, docOfB, toldA, toldB }
  }

  test.each([
    ['removed', 'delete from project_members where project_id = $1 and user_id = $2'],
    [
      'made a guest',
      `update project_members set role = 'guest' where project_id = $1 and user_id = $2`,
    ],
  ])('[R4] who was %s without news is out, and others stay', async (_, statement) => {
    const { url } = await useServer(100)
    const room = await useRoom(url, url)
    const { a, b, docOfA, docOfB, toldA, toldB, projectId } = room
    await direct.query(statement, [projectId, room.bob.id])
    await expect.poll(() => toldB.map(({ payload }) => payload)).toEqual([{ projectId }])
    await expect.poll(() => docOfB.closes[0]?.reason).toBe('Access changed; connect again')
    // Several sweeps later
    await sleep(500)
    expect(toldB).toHaveLength(1)
    await b.request('send_message', { projectId: room.other.id, message: 'still here' })
    await a.request('send_message', { projectId, message: 'here as well' })
    expect([toldA, docOfA.closes]).toEqual([[], []])
  })

  test('[T2] a sign-in that ends while its socket connects is not missed', async () => {
    const proxy = await startProxy(database.url)
    onTestFinished(() => proxy.cut())
    const server = await useServer(never, { DATABASE_URL: proxy.url })
    const ada = await register(server.url, 'ada')
    const signedIn = await direct.query('select clock_timestamp() as now')
    proxy.hold()
    const connecting = connect(ada)
    const answered = async () => {
      const { rows } = await direct.query(
        `select 1 from pg_stat_activity where datname = current_database() and state = 'idle'
           and query like '%from "users"%exists%"sessions"%' and query_start > $1`,
        [(signedIn.rows as { now: Date }[])[0]?.now],
      )
      return rows.length
    }
    // The server has not read yet that Ada is signed in, which will be true no longer when it does.
    await expect.poll(answered).toBe(1)
    await direct.query('delete from sessions where user_id = $1', [ada.id])
    proxy.release()
    const socket = await connecting
    expect(await disconnected(socket)).toBe('io server disconnect')
  })

  test.skipIf(!inject('redisUrl'))(
    '[R4] a node that was cut from the bus closes what it missed',
    async () => {
      const proxy = await startProxy(inject('redisUrl') ?? '')
      onTestFinished(() => proxy.cut())
      const one = await useServer(never, { REDIS_URL: inject('redisUrl') ?? '' })
      const two = await useServer(never, { REDIS_URL: proxy.url, LOG_LEVEL: 'silent' })
      const { ada, bob, slug, projectId, docOfB, toldB, toldA, b } = await useRoom(one.url, two.url)
      // By then nothing is new any more, and only the gap can bring it to light.
      await sleep(2_500)
      await proxy.cut()
      await ada.rest('DELETE', `/projects/${slug}/members/${bob.id}`)
      await proxy.restore()
      await expect.poll(() => toldB.map(({ payload }) => payload)).toEqual([{ projectId }])
      await expect.poll(() => docOfB.closes[0]?.reason).toBe('Access changed; connect again')
      expect([toldA, b.socket.connected]).toEqual([[], true])
    },
  )
})
