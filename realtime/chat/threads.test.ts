// Threads, and what is unread: in channels, in threads, and for whoever is mentioned.
import { expect, test } from 'vitest'
import { UNREAD_LIMIT, type ChannelInfo } from '../../protocol/chat.ts'
import { connect } from '../../test/people.ts'
import { openChannel, openRoom, openServer } from '../../test/talk.ts'

const {
  people: [ada, bob, eve],
} = await openServer('ada', 'bob', 'eve')

async function useRoom() {
  const { clients, ...room } = await openRoom(ada, bob, eve)
  const [a, b, e] = clients
  return { ...room, a, b, e }
}

test('[CH8] replies stand in their thread, and the root counts them', async () => {
  const { projectId, channelId, a, b } = await useRoom()
  const heard = a.collect('message_changed')
  const root = await a.say('root')
  const first = await b.say('first', { threadId: root.id })
  // A reply to a reply belongs to the same thread.
  const second = await a.say('second', { threadId: first.id })
  expect([first.threadId, second.threadId]).toEqual([root.id, root.id])
  await b.say('aside')
  const get = (threadId?: string) =>
    a.request('get_messages', { projectId, channelId, ...(threadId && { threadId }) })
  const texts = async (threadId?: string) =>
    (await get(threadId)).messages.map(({ message }) => message)
  expect(await texts()).toEqual(['root', 'aside'])
  expect(await texts(root.id)).toEqual(['root', 'first', 'second'])
  const [counted] = (await get()).messages
  expect(counted?.thread).toEqual({ replyCount: 2, lastReplyAt: second.createdAt })

  await a.request('delete_message', { projectId, messageId: second.id })
  await expect
    .poll(() => heard.map(({ payload }) => [payload.message, payload.thread?.replyCount]))
    .toEqual([
      ['root', 1],
      ['root', 2],
      ['', undefined],
      ['root', 1],
    ])
  expect(heard.at(-1)?.payload.thread).toEqual({ replyCount: 1, lastReplyAt: first.createdAt })
  const lost = a.say('nowhere', { threadId: '00000000-0000-4000-8000-000000000000' })
  await expect(lost).rejects.toThrow('NOT_FOUND')
})

test('[CH8] deleting the first message leaves the replies', async () => {
  const { projectId, channelId, a, b } = await useRoom()
  const root = await a.say('root')
  await b.say('reply', { threadId: root.id })
  const deleted = await a.request('delete_message', { projectId, messageId: root.id })
  expect(deleted).toMatchObject({ message: '', thread: { replyCount: 1 } })
  await b.say('another', { threadId: root.id })
  const { messages } = await a.request('get_messages', { projectId, channelId, threadId: root.id })
  expect(messages.map(({ message }) => message)).toEqual(['', 'reply', 'another'])
})

test('[CH8] who began a thread, wrote in it or was mentioned in it takes part', async () => {
  const { projectId, channelId, a, b, e, enter } = await useRoom()
  const root = await a.say('root')
  const threads = async (person: typeof a) =>
    (await person.request('get_threads', { projectId })).map(({ root, ...state }) => ({
      id: root.id,
      ...state,
    }))
  expect(await threads(a)).toEqual([])
  const first = await b.say('first', { threadId: root.id })
  expect(await threads(a)).toEqual([{ id: root.id, readSeq: 1, unread: 1 }])
  expect(await threads(b)).toEqual([{ id: root.id, readSeq: first.seq, unread: 0 }])
  expect(await threads(e)).toEqual([])
  await b.say(`second for @${eve.username}`, { threadId: root.id })
  expect(await threads(e)).toEqual([{ id: root.id, readSeq: 2, unread: 1 }])

  const phone = await enter(ada)
  const onPhone = phone.collect('thread_read_changed')
  const mark = (person: typeof a, seq: number) =>
    person.request('mark_thread_read', { projectId, threadId: root.id, seq })
  const state = { channelId, threadId: root.id, readSeq: 2, unread: 1 }
  expect(await mark(a, 2)).toEqual(state)
  expect(await mark(a, 1)).toEqual(state)
  expect(await mark(a, 999)).toEqual({ ...state, readSeq: 3, unread: 0 })
  await expect
    .poll(() => onPhone.map(({ payload }) => [payload.readSeq, payload.unread]))
    .toEqual([
      [2, 1],
      [3, 0],
    ])
})

test('[CH10] unread counts end at a limit, and leave out threads, deleted, system and own ones', async () => {
  const { projectId, channelId, a, b } = await useRoom()
  const count = async (person: typeof a) => {
    const channels = await person.request('get_channels', { projectId })
    const { unread, mentions } = channels.find(({ id }) => id === channelId) ?? {}
    return [unread, mentions]
  }
  const root = await a.say('root')
  await a.say('reply', { threadId: root.id })
  await b.request('mark_read', { projectId, channelId, seq: 0 })
  expect(await count(b)).toEqual([1, 0])
  const gone = await a.say('gone')
  expect(await count(b)).toEqual([2, 0])
  await a.request('delete_message', { projectId, messageId: gone.id })
  expect(await count(b)).toEqual([1, 0])
  await ada.rest('PATCH', `/projects/${projectId}/channels/${channelId}`, { topic: 'Counting' })
  const system = async () =>
    (await b.request('get_messages', { projectId, channelId })).messages.at(-1)?.system
  await expect.poll(system).toEqual({ type: 'topic_changed', topic: 'Counting' })
  expect(await count(b)).toEqual([1, 0])
  await Promise.all(Array.from({ length: UNREAD_LIMIT + 5 }, (_, n) => a.say(`m${n}`)))
  expect(await count(b)).toEqual([UNREAD_LIMIT, 0])
  expect(await count(a)).toEqual([0, 0])
})

test('[CH10] mentions count for whoever is meant, and for all with @channel; code means nobody', async () => {
  const { projectId, channelId, a, b, e } = await useRoom()
  const mentions = async (person: typeof a) =>
    (await person.request('get_channels', { projectId })).find(({ id }) => id === channelId)
      ?.mentions
  const root = await a.say(`hello @${bob.username.toUpperCase()}, and @nobody`)
  expect(root).toMatchObject({ mentions: [bob.id], mentionsAll: false })
  const reply = await a.say(`again @${bob.username}`, { threadId: root.id })
  const all = await a.say(`@channel @${bob.username} @${ada.username}`)
  expect(all).toMatchObject({ mentions: [bob.id], mentionsAll: true })
  const code = `\`@${bob.username}\`\n\`\`\`\n@channel @${bob.username}\n\`\`\`\nme@${bob.username}`
  expect(await a.say(code)).toMatchObject({ mentions: [], mentionsAll: false })
  expect([await mentions(a), await mentions(b), await mentions(e)]).toEqual([0, 3, 1])
  await b.request('mark_read', { projectId, channelId, seq: reply.seq })
  expect(await mentions(b)).toBe(1)
  await a.request('delete_message', { projectId, messageId: all.id })
  expect(await mentions(b)).toBe(0)
})

test('[CH10] who is meant is notified, if they may read it', async () => {
  const { slug, projectId, channelId, a, b, e } = await useRoom()
  const secret = await openChannel(ada, slug, 'secret', { kind: 'private', memberIds: [bob.id] })
  const [byBob, byEve, byAda] = [b, e, a].map((person) => person.collect('notification'))
  const text = `@${bob.username} @${eve.username} @${ada.username} ${'long '.repeat(50)}`
  const told = await a.request('send_message', { projectId, channelId: secret, message: text })
  expect(told.mentions).toEqual([bob.id])
  const open = await a.say(text)
  await expect.poll(() => byEve?.length).toBe(1)
  expect(byEve?.[0]?.payload).toMatchObject({
    title: `${ada.username} in #talk`,
    type: 'info',
    actionUrl: `/p/${slug}/chat/${channelId}?m=${open.seq}`,
  })
  expect(byEve?.[0]?.payload.message).toMatch(/^@bob.{100,140}…$/)
  await expect.poll(() => byBob?.map(({ payload }) => payload.id)).toEqual([told.id, open.id])
  expect(byAda).toEqual([])
})

test('[CH10] @channel is notified once to everybody else in the room who may read it', async () => {
  const { slug, projectId, a, b, e } = await useRoom()
  const secret = await openChannel(ada, slug, 'secret', { kind: 'private', memberIds: [bob.id] })
  const heard = [a, b, e].map((person) => person.collect('notification'))
  const text = `@channel and @${bob.username}`
  const told = await a.request('send_message', { projectId, channelId: secret, message: text })
  const open = await a.say(text)
  await a.say(`@${eve.username} @${bob.username}, that was all`)
  await expect.poll(() => heard.map(({ length }) => length)).toEqual([0, 3, 2])
  const [, byBob, byEve] = heard.map((events) => events.map(({ payload }) => payload.id))
  expect(byBob?.slice(0, 2)).toEqual([told.id, open.id])
  expect(byEve?.[0]).toBe(open.id)
})

test('[CH10] a direct message is notified to the other', async () => {
  const { slug, projectId, a } = await useRoom()
  const direct = await ada.rest('POST', `/projects/${slug}/conversations`, { userIds: [bob.id] })
  const { id: channelId } = direct.data as { id: string }
  // Somewhere else in the product.
  const elsewhere = await connect(bob)
  const notified = elsewhere.collect('notification')
  const { seq } = await a.request('send_message', { projectId, channelId, message: 'psst' })
  await expect
    .poll(() => notified.map(({ payload }) => payload))
    .toMatchObject([
      { title: ada.username, message: 'psst', actionUrl: `/p/${slug}/chat/${channelId}?m=${seq}` },
    ])
})

test('[M2] whoever is banned is not notified of what is said in their conversations', async () => {
  const { projectId, slug, b, e } = await useRoom()
  const userIds = [bob.id, eve.id]
  const opened = await ada.rest('POST', `/projects/${slug}/conversations`, { userIds })
  const { id: channelId } = opened.data as ChannelInfo
  await ada.rest('POST', `/projects/${slug}/bans`, { userId: eve.id })
  const [ofAda, byEve] = [(await connect(ada)).collect('notification'), e.collect('notification')]
  await b.request('send_message', { projectId, channelId, message: 'just us' })
  await expect.poll(() => ofAda.length).toBe(1)
  // What follows on her connection has overtaken nothing.
  const elsewhere = await openRoom(ada, eve)
  await elsewhere.clients[0].say(`@${eve.username}`)
  await expect.poll(() => byEve.map(({ payload }) => payload.message)).toEqual([`@${eve.username}`])
})
