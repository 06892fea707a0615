// What the list of channels says to one person, and what the server says in the first one by itself.
import { expect, test } from 'vitest'
import { UNREAD_LIMIT, type Channel } from '../../protocol/chat.ts'
import type { Issue } from '../../server/issues/schema.ts'
import { connect, createProject, type Person } from '../../test/people.ts'
import { openServer } from '../../test/talk.ts'

const {
  people: [ada, bob, cleo],
} = await openServer('ada', 'bob', 'cleo')

const list = async (person: Person, slug: string) =>
  (await person.rest('GET', `/projects/${slug}/channels`)).data as Channel[]

const makeChannel = async (person: Person, slug: string, name: string) =>
  (await person.rest('POST', `/projects/${slug}/channels`, { name })).data as Channel

test('unread are messages of others outside of threads, mentions also those in them', async () => {
  const { id: projectId, slug } = await createProject(ada, [bob, cleo])
  const { id: channelId } = await makeChannel(ada, slug, 'talk')
  const [a, b] = [await connect(ada), await connect(bob)]
  const say = (message: string, threadId?: string) =>
    a.request('send_message', { projectId, channelId, message, threadId })
  const counts = async () => {
    const talk = (await list(bob, slug)).find(({ id }) => id === channelId)
    return [talk?.unread, talk?.mentions]
  }
  const root = await say('one')
  await say(`@${bob.username} in a thread`, root.id)
  await say('not for bob', root.id)
  expect(await counts()).toEqual([1, 1])
  await say(`@channel and @${bob.username}`)
  const gone = await say('@channel again')
  expect(await counts()).toEqual([3, 3])
  await a.request('delete_message', { projectId, messageId: gone.id })
  expect(await counts()).toEqual([2, 2])
  await b.request('mark_read', { projectId, channelId, seq: root.seq })
  expect(await counts()).toEqual([1, 2])
  await b.request('send_message', { projectId, channelId, message: 'mine' })
  expect(await counts()).toEqual([0, 0])
})

test('counts end at the limit', async () => {
  const { id: projectId, slug } = await createProject(ada, [bob])
  const [first] = await list(bob, slug)
  const a = await connect(ada)
  const sent = Array.from({ length: UNREAD_LIMIT + 5 }, (_, n) =>
    a.request('send_message', { projectId, message: `@channel ${n}` }),
  )
  await Promise.all(sent)
  const [general] = await list(bob, slug)
  expect(general?.id).toBe(first?.id)
  expect(general).toMatchObject({ unread: UNREAD_LIMIT, mentions: UNREAD_LIMIT })
})

test('the first channel comes first, then by name, then conversations, the newest first', async () => {
  const { id: projectId, slug } = await createProject(ada, [bob, cleo])
  for (const name of ['zoo', 'alpha']) await makeChannel(ada, slug, name)
  const talkTo = async (...people: Person[]) => {
    const userIds = people.map(({ id }) => id)
    return (await ada.rest('POST', `/projects/${slug}/conversations`, { userIds })).data as Channel
  }
  const [withBob, withBoth] = [await talkTo(bob), await talkTo(bob, cleo)]
  const a = await connect(ada)
  const order = async () => (await list(ada, slug)).map(({ id, name }) => name ?? id)
  expect(await order()).toEqual(['general', 'alpha', 'zoo', withBoth.id, withBob.id])
  await a.request('send_message', { projectId, channelId: withBob.id, message: 'hello' })
  expect(await order()).toEqual(['general', 'alpha', 'zoo', withBob.id, withBoth.id])
  expect(await a.request('get_channels', { projectId })).toEqual(await list(ada, slug))
})

test('what was said before somebody came is not unread to them', async () => {
  const { id: projectId, slug } = await createProject(ada)
  const a = await connect(ada)
  for (const message of ['one', 'two']) await a.request('send_message', { projectId, message })
  await bob.rest('POST', `/projects/${slug}/members`)
  const [general] = await list(bob, slug)
  expect(general).toMatchObject({ readSeq: 2, unread: 0 })
})

test('the first channel tells who came and went, and which issues were closed and opened again', async () => {
  const { id: projectId, slug } = await createProject(ada)
  const path = `/projects/${slug}`
  const a = await connect(ada)
  await a.request('join_project', { projectId })
  const heard = a.collect('chat_message')
  const said = () => heard.map(({ payload }) => [payload.author.id, payload.system])
  await ada.rest('POST', `${path}/members`, { username: bob.username })
  await expect.poll(said).toEqual([[bob.id, { type: 'member_joined' }]])
  const { number } = (await bob.rest('POST', `${path}/issues`, { title: 'Leak' })).data as Issue
  const change = (fields: object) => ada.rest('PATCH', `${path}/issues/${number}`, fields)
  await change({ status: 'in_progress' })
  await Promise.all([change({ status: 'closed' }), change({ status: 'closed' })])
  await expect.poll(said).toHaveLength(2)
  await change({ title: 'Leaks' })
  await change({ status: 'open' })
  await expect.poll(said).toHaveLength(3)
  await bob.rest('DELETE', `${path}/members/${bob.id}`)
  await expect.poll(said).toHaveLength(4)
  expect(said().slice(1)).toEqual([
    [ada.id, { type: 'issue_closed', number, title: 'Leak' }],
    [ada.id, { type: 'issue_reopened', number, title: 'Leaks' }],
    [bob.id, { type: 'member_left' }],
  ])
})
