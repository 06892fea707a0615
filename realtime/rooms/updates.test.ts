// A project's updates for whoever was away, and for everybody while Redis is.
import pg from 'pg'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import type { UpdatePage } from '../../protocol/events.ts'
import { at, connect, createProject, register } from '../../test/people.ts'
import { useFreshPostgres } from '../../test/postgres.ts'
import { useProxy } from '../../test/proxy.ts'
import { useTestServer } from '../../test/server.ts'

describe.skipIf(!inject('postgresUrl'))('after an absence', () => {
  const useHistory = async () => {
    const DATABASE_URL = await useFreshPostgres()
    const server = await useTestServer({ DATABASE_URL })
    const client = new pg.Client(DATABASE_URL)
    await client.connect()
    onTestFinished(() => client.end())
    const ada = await register(server.url, 'ada')
    const { id: projectId } = await createProject(ada)
    const a = await connect(ada)
    const { seq } = await a.request('join_project', { projectId })
    const read = (after: number) => a.request('get_updates', { projectId, after })
    /** As if it had been done in the project. */
    const append = async (count: number, length = 1) => {
      await client.query(
        `insert into activity (project_id, seq, type, data)
         select $1, activity_seq + n, 'project_updated', jsonb_build_object('text', repeat('x', $3))
         from project_counters, generate_series(1, $2::int) n where project_id = $1`,
        [projectId, count, length],
      )
      await client.query(
        'update project_counters set activity_seq = activity_seq + $2 where project_id = $1',
        [projectId, count],
      )
    }
    return { server, client, ada, projectId, a, seq, read, append }
  }
  const nothing = { updates: [], hasMore: false }

  test('[R3] updates come in pages, however many were missed', async () => {
    const { a, projectId, seq, read, append } = await useHistory()
    await append(1_200)
    const pages: UpdatePage[] = [await a.request('join_project', { projectId, since: seq })]
    while (pages.at(-1)?.hasMore) pages.push(await read(pages.at(-1)?.seq ?? 0))
    expect(pages.map(({ updates }) => updates.length)).toEqual([500, 500, 200])
    expect(pages.map(({ reset }) => reset)).toEqual([false, false, false])
    const seqs = pages.flatMap(({ updates }) => updates.map((update) => update.seq))
    expect(seqs).toEqual(Array.from({ length: 1_200 }, (_, n) => seq + 1 + n))
    expect(await read(seqs.at(-1) ?? 0)).toMatchObject({ ...nothing, reset: false })
  })

  test('[R3] a page of long updates is a short one', async () => {
    const { seq, read, append } = await useHistory()
    await append(12, 100_000)
    expect(await read(seq)).toMatchObject({ seq: seq + 5, hasMore: true })
    await append(1, 1_000_000)
    expect(await read(seq + 12)).toMatchObject({ seq: seq + 13, hasMore: false })
  })

  test('[R3] who missed what is older than 30 days, or knows another history, begins anew', async () => {
    const { a, client, projectId, seq, read, append } = await useHistory()
    await append(3)
    const newest = seq + 3
    const age = (days: number) =>
      client.query(
        'update activity set created_at = now() - make_interval(days => $3) where project_id = $1 and seq = $2',
        [projectId, seq + 1, days],
      )
    await age(29)
    expect(await read(seq)).toMatchObject({ reset: false, seq: newest })
    await age(31)
    const anew = { ...nothing, reset: true, seq: newest }
    expect(await read(seq)).toMatchObject(anew)
    expect(await a.request('join_project', { projectId, since: seq })).toMatchObject(anew)
    // What this one missed is young enough.
    expect(await read(seq + 1)).toMatchObject({ reset: false, seq: newest })
    expect(await read(newest + 1)).toMatchObject(anew)
    await client.query('delete from activity where project_id = $1 and seq = $2', [
      projectId,
      seq + 2,
    ])
    expect(await read(seq + 1)).toMatchObject(anew)
  })

  test('[R1] updates are for those who may enter', async () => {
    const { server, projectId } = await useHistory()
    const stranger = await connect(await register(server.url, 'eve'))
    await expect(stranger.request('get_updates', { projectId, after: 0 })).rejects.toThrow(
      'INSUFFICIENT_PERMISSIONS',
    )
  })
})

describe.skipIf(!inject('postgresUrl') || !inject('redisUrl'))('two nodes', () => {
  test('[R6] while Redis is away updates go on arriving, and when it is back none is missing', async () => {
    const DATABASE_URL = await useFreshPostgres()
    const redis = await useProxy(inject('redisUrl') ?? '')
    const settings = { DATABASE_URL, REDIS_URL: redis.url, LOG_LEVEL: 'fatal' }
    const [here, there] = [await useTestServer(settings), await useTestServer(settings)]
    const ada = await register(here.url, 'ada')
    const { id: projectId, slug } = await createProject(ada)
    const listeners = [await connect(ada), await connect(at(ada, there.url))]
    const joined = await Promise.all(
      listeners.map(({ request }) => request('join_project', { projectId })),
    )
    const { seq } = joined[0]!
    const live = listeners.map(({ collect }) => collect('project_update'))
    const heard = () => live.map((events) => events.map(({ payload }) => payload.seq))
    let last = seq
    const post = async (person: typeof ada) => {
      const created = await person.rest('POST', `/projects/${slug}/issues`, { title: 'x' })
      expect(created.status).toBe(201)
      last++
    }
    const expectAll = async (timeout: number) => {
      const all = Array.from({ length: last - seq }, (_, n) => seq + 1 + n)
      await expect.poll(heard, { timeout }).toEqual([all, all])
    }
    await post(ada)
    await expectAll(5_000)
    await redis.cut()
    for (let n = 0; n < 5; n++) await post(n % 2 ? ada : at(ada, there.url))
    await expectAll(15_000)
    await post(ada)
    await redis.restore()
    await post(at(ada, there.url))
    await expectAll(15_000)
  }, 60_000)

  test('[R6] what a person read or was muted for while Redis was away is told when it is back', async () => {
    const DATABASE_URL = await useFreshPostgres()
    const redis = await useProxy(inject('redisUrl') ?? '')
    const settings = { DATABASE_URL, REDIS_URL: redis.url, LOG_LEVEL: 'fatal' }
    const [here, there] = [await useTestServer(settings), await useTestServer(settings)]
    const [ada, bob] = [await register(here.url, 'ada'), await register(here.url, 'bob')]
    const { id: projectId, slug } = await createProject(ada, [bob])
    const [a, b, phone] = [
      await connect(ada),
      await connect(bob),
      await connect(at(bob, there.url)),
    ]
    for (const { request } of [a, b, phone]) await request('join_project', { projectId })
    const say = (message: string, threadId?: string) =>
      a.request('send_message', { projectId, message, threadId })
    const { id: threadId } = await b.request('send_message', { projectId, message: 'root' })
    const reply = await say('reply', threadId)
    const { channelId, seq } = await say('read me')

    const [read, threads, muted] = [
      phone.collect('read_changed'),
      phone.collect('thread_read_changed'),
      phone.collect('muted'),
    ]
    await redis.cut()
    await b.request('mark_read', { projectId, seq })
    await b.request('mark_thread_read', { projectId, threadId, seq: reply.seq })
    const mute = { userId: bob.id, minutes: 5 }
    expect((await ada.rest('POST', `/projects/${slug}/mutes`, mute)).status).toBe(201)
    await redis.restore()
    const last = (events: readonly { payload: unknown }[]) => events.at(-1)?.payload
    await expect
      .poll(() => [last(read), last(threads), last(muted)], { timeout: 15_000 })
      .toMatchObject([
        { projectId, channelId, readSeq: seq, unread: 0, mentions: 0 },
        { projectId, channelId, threadId, readSeq: reply.seq, unread: 0 },
        { projectId, until: expect.any(String) },
      ])
  }, 60_000)
})
