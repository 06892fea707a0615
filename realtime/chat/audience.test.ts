// Who hears which channel, on one node and on two.
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import type { Channel, ChatMessage } from '../../protocol/chat.ts'
import { at, connect, createProject, register, type Person } from '../../test/people.ts'
import { useFreshPostgres } from '../../test/postgres.ts'
import { useProxy } from '../../test/proxy.ts'
import { startTestServer } from '../../test/server.ts'

let server: Awaited<ReturnType<typeof startTestServer>>
let ada: Person
let bob: Person
let cleo: Person
beforeAll(async () => {
  server = await startTestServer()
  ada = await register(server.url, 'ada')
  bob = await register(server.url, 'bob')
  cleo = await register(server.url, 'cleo')
})
afterAll(() => server.close())

type Client = Awaited<ReturnType<typeof connect>>

const enter = async (person: Person, projectId: string) => {
  const client = await connect(person)
  const { channels } = await client.request('join_project', { projectId })
  return {
    ...client,
    channels,
    heard: client.collect('chat_message'),
    changed: client.collect('channel_changed'),
    removed: client.collect('channel_removed'),
  }
}

const makeChannel = async (
  person: Person,
  slug: string,
  name: string,
  kind: 'public' | 'private' = 'private',
) => (await person.rest('POST', `/projects/${slug}/channels`, { name, kind })).data as Channel

/** What people said; the server says by itself who joined, whenever it comes to it. */
const texts = (events: { payload: ChatMessage }[]) =>
  events.flatMap(({ payload }) => (payload.system ? [] : payload.message))
const names = (events: { payload: { name: string | null } }[]) =>
  events.map(({ payload }) => payload.name)

test('a new public channel is everybody’s who is in the room, at once', async () => {
  const { id: projectId, slug } = await createProject(ada, [bob])
  const b = await enter(bob, projectId)
  const channel = await makeChannel(ada, slug, 'open', 'public')
  await expect.poll(() => names(b.changed)).toEqual(['open'])
  const a = await enter(ada, projectId)
  await a.request('send_message', { projectId, channelId: channel.id, message: 'hello' })
  await expect.poll(() => texts(b.heard)).toEqual(['hello'])
  await ada.rest('PATCH', `/projects/${slug}/channels/${channel.id}`, { name: 'closed' })
  await expect.poll(() => names(b.changed)).toEqual(['open', 'closed'])
  await expect
    .poll(() => b.heard.map(({ payload }) => payload.system))
    .toContainEqual({ type: 'channel_renamed', from: 'open', to: 'closed' })
})

test('[CH9] a private channel is heard by those who are in it, from when they come to when they go', async () => {
  const { id: projectId, slug } = await createProject(ada, [bob, cleo])
  const { id: channelId } = await makeChannel(ada, slug, 'secret')
  const [a, b, c] = [
    await enter(ada, projectId),
    await enter(bob, projectId),
    await enter(cleo, projectId),
  ]
  expect(a.channels.map(({ name }) => name)).toEqual(['general', 'secret'])
  expect(b.channels.map(({ name }) => name)).toEqual(['general'])
  const say = (message: string) => a.request('send_message', { projectId, channelId, message })
  const members = `/projects/${slug}/channels/${channelId}/members`
  await say('alone')
  await ada.rest('POST', members, { userId: bob.id })
  await expect.poll(() => b.changed.at(-1)?.payload.members?.length).toBe(2)
  await expect.poll(() => a.changed.at(-1)?.payload.members?.length).toBe(2)
  await say('with bob')
  await expect.poll(() => texts(b.heard)).toEqual(['with bob'])
  await ada.rest('DELETE', `${members}/${bob.id}`)
  await expect
    .poll(() => b.removed.map(({ payload }) => payload))
    .toEqual([{ projectId, channelId }])
  await say('alone again')
  await expect(b.request('get_messages', { projectId, channelId })).rejects.toThrow('NOT_FOUND')
  // What follows on the same connections has overtaken nothing.
  await a.request('send_message', { projectId, message: 'for all' })
  await expect.poll(() => texts(b.heard).at(-1)).toBe('for all')
  await expect.poll(() => texts(c.heard)).toEqual(['for all'])
  expect(texts(b.heard)).toEqual(['with bob', 'for all'])
  expect([c.changed, c.removed]).toEqual([[], []])
})

test('[CH9] a conversation opens on all devices of its people, and on no others', async () => {
  const { id: projectId, slug } = await createProject(ada, [bob, cleo])
  const [tab, phone, c] = [
    await enter(bob, projectId),
    await enter(bob, projectId),
    await enter(cleo, projectId),
  ]
  const opened = await ada.rest('POST', `/projects/${slug}/conversations`, { userIds: [bob.id] })
  const { id: channelId } = opened.data as Channel
  for (const { changed } of [tab, phone])
    await expect.poll(() => changed.map(({ payload }) => payload.id)).toEqual([channelId])
  await tab.request('send_message', { projectId, channelId, message: 'psst' })
  await expect.poll(() => texts(phone.heard)).toEqual(['psst'])
  expect([texts(c.heard), c.changed]).toEqual([[], []])
})

test('leaving the room ends all its channels, and coming back finds them', async () => {
  const { id: projectId, slug } = await createProject(ada, [bob])
  const { id: channelId } = await makeChannel(ada, slug, 'secret')
  await ada.rest('POST', `/projects/${slug}/channels/${channelId}/members`, { userId: bob.id })
  const [a, b] = [await enter(ada, projectId), await enter(bob, projectId)]
  const say = (message: string) => a.request('send_message', { projectId, channelId, message })
  await say('one')
  await expect.poll(() => texts(b.heard)).toEqual(['one'])
  await b.request('leave_project', { projectId })
  await say('two')
  const { channels } = await b.request('join_project', { projectId })
  expect(channels.find(({ id }) => id === channelId)?.lastSeq).toBe(2)
  await say('three')
  await expect.poll(() => texts(b.heard)).toEqual(['one', 'three'])
})

describe.skipIf(!inject('postgresUrl') || !inject('redisUrl'))('two nodes', () => {
  test('[CH9] membership holds on every node, also while Redis is away', async () => {
    const DATABASE_URL = await useFreshPostgres()
    const redis = await useProxy(inject('redisUrl') ?? '')
    const settings = { DATABASE_URL, REDIS_URL: redis.url, LOG_LEVEL: 'fatal' }
    const [here, there] = [await startTestServer(settings), await startTestServer(settings)]
    onTestFinished(async () => {
      await Promise.all([here.close(), there.close()])
    })
    const owner = await register(here.url, 'owner')
    const other = at(await register(here.url, 'other'), there.url)
    const { id: projectId, slug } = await createProject(owner, [other])
    const { id: channelId } = await makeChannel(owner, slug, 'secret')
    const members = `/projects/${slug}/channels/${channelId}/members`
    const [a, b] = [await enter(owner, projectId), await enter(other, projectId)]
    const say = (client: Client, message: string) =>
      client.request('send_message', { projectId, channelId, message })

    await owner.rest('POST', members, { userId: other.id })
    await expect.poll(() => names(b.changed)).toEqual(['secret'])
    await say(a, 'one')
    await expect.poll(() => texts(b.heard), { timeout: 5_000 }).toEqual(['one'])

    await redis.cut()
    await owner.rest('DELETE', `${members}/${other.id}`)
    await expect.poll(() => b.removed.length, { timeout: 15_000 }).toBe(1)
    await say(a, 'two')
    await owner.rest('POST', members, { userId: other.id })
    await redis.restore()
    // What the news did not say, the database does.
    await expect.poll(() => b.changed.at(-1)?.payload.lastSeq, { timeout: 15_000 }).toBe(2)
    await say(a, 'three')
    await expect.poll(() => texts(b.heard), { timeout: 15_000 }).toEqual(['one', 'three'])
  }, 60_000)
  test('[CH9] whoever is removed hears nothing more, also while a node waits for its database', async () => {
    const DATABASE_URL = await useFreshPostgres()
    const database = await useProxy(DATABASE_URL)
    const settings = { REDIS_URL: inject('redisUrl') ?? '', LOG_LEVEL: 'fatal' }
    const here = await startTestServer({ ...settings, DATABASE_URL })
    const there = await startTestServer({ ...settings, DATABASE_URL: database.url })
    onTestFinished(async () => {
      await Promise.all([here.close(), there.close()])
    })
    const owner = await register(here.url, 'owner')
    const other = at(await register(here.url, 'other'), there.url)
    const { id: projectId, slug } = await createProject(owner, [other])
    const { id: channelId } = await makeChannel(owner, slug, 'secret')
    const members = `/projects/${slug}/channels/${channelId}/members`
    await owner.rest('POST', members, { userId: other.id })
    const [a, b] = [await enter(owner, projectId), await enter(other, projectId)]
    const say = (message: string) => a.request('send_message', { projectId, channelId, message })
    await say('one')
    await expect.poll(() => texts(b.heard), { timeout: 5_000 }).toEqual(['one'])

    database.hold()
    await owner.rest('DELETE', `${members}/${other.id}`)
    await say('two')
    await a.request('send_message', { projectId, message: 'for all' })
    await expect.poll(() => texts(b.heard), { timeout: 5_000 }).toEqual(['one', 'for all'])
    expect(b.removed.map(({ payload }) => payload.channelId)).toEqual([channelId])
    database.release()
    await owner.rest('POST', members, { userId: other.id })
    await expect.poll(() => b.changed.at(-1)?.payload.lastSeq, { timeout: 15_000 }).toBe(2)
    await say('three')
    await expect.poll(() => texts(b.heard), { timeout: 15_000 }).toContain('three')
    expect(b.removed).toHaveLength(1)
  }, 60_000)
})
