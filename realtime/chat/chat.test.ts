// Chat through the front door: real sockets and REST on one server.
import { expect, test } from 'vitest'
import type { ChatMessage } from '../../protocol/chat.ts'
import { connect, createProject, register } from '../../test/people.ts'
import { openChannel, openRoom, openServer } from '../../test/talk.ts'

const { server, people } = await openServer('ada', 'bob')
const [ada, bob] = people

async function useRoom() {
  const { clients, ...room } = await openRoom(ada, bob)
  const [a, b] = clients
  const path = `/projects/${room.slug}/channels/${room.channelId}`
  return { ...room, path, a, b }
}

test('[CH1] an acknowledged message is in the history, and everybody in the room got it', async () => {
  const { projectId, channelId, path, a, b } = await useRoom()
  const heard = b.collect('chat_message')
  const sent = await a.say('hello', { nonce: 'n1' })
  expect(sent).toMatchObject({ projectId, channelId, seq: 1, message: 'hello', nonce: 'n1' })
  expect(sent.author).toEqual({
    id: ada.id,
    username: ada.username,
    displayName: ada.username,
    avatar: '',
  })
  const history = await bob.rest('GET', `${path}/messages`)
  expect(history.data).toEqual([sent])
  await expect.poll(() => heard).toHaveLength(1)
  expect(heard[0]).toMatchObject({ type: 'chat_message', payload: sent, userId: ada.id })
  expect(new Date(heard[0]?.timestamp ?? '').getTime()).toBeGreaterThan(0)
})

test('[CH2] messages sent at once by several people have dense seqs, the same for everyone', async () => {
  const { a, b } = await useRoom()
  const [heardByA, heardByB] = [a.collect('chat_message'), b.collect('chat_message')]
  const sent = await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 ? a : b).say(`m${n}`)))
  expect(sent.map(({ seq }) => seq).sort((x, y) => x - y)).toEqual(
    Array.from({ length: 40 }, (_, n) => n + 1),
  )
  await expect.poll(() => [heardByA.length, heardByB.length]).toEqual([40, 40])
  const inOrder = (events: typeof heardByA) =>
    events.map(({ payload }) => `${payload.seq} ${payload.message}`)
  expect(inOrder(heardByA)).toEqual(
    sent.toSorted((x, y) => x.seq - y.seq).map(({ seq, message }) => `${seq} ${message}`),
  )
  expect(inOrder(heardByB)).toEqual(inOrder(heardByA))
})

test('[CH2] a gap is filled, and history is paged, from both ends', async () => {
  const { projectId, channelId, path, a } = await useRoom()
  for (let n = 1; n <= 7; n++) await a.say(`m${n}`)
  const seqs = (messages: ChatMessage[]) => messages.map(({ seq }) => seq)
  const get = (range: { after?: number; before?: number; around?: number; limit: number }) =>
    a.request('get_messages', { projectId, channelId, ...range })
  const after = await get({ after: 3, limit: 2 })
  expect([seqs(after.messages), after.hasMore, after.hasNewer]).toEqual([[4, 5], true, true])
  const before = await get({ before: 3, limit: 5 })
  expect([seqs(before.messages), before.hasMore, before.hasNewer]).toEqual([[1, 2], false, true])
  const newest = await get({ limit: 3 })
  expect([seqs(newest.messages), newest.hasMore, newest.hasNewer]).toEqual([[5, 6, 7], true, false])
  const around = await get({ around: 4, limit: 3 })
  expect([seqs(around.messages), around.hasMore, around.hasNewer]).toEqual([[3, 4, 5], true, true])
  const end = await get({ around: 7, limit: 4 })
  expect([seqs(end.messages), end.hasMore, end.hasNewer]).toEqual([[6, 7], true, false])
  const rest = await ada.rest('GET', `${path}/messages?after=5&limit=1`)
  expect([seqs(rest.data), rest.meta['hasMore']]).toEqual([[6], true])
})

test('[CH3] the same nonce twice is one message; with another text it is a conflict', async () => {
  const { a, b } = await useRoom()
  const heard = b.collect('chat_message')
  const send = (message: string, nonce: string) => a.say(message, { nonce })
  const [first, second] = await Promise.all([send('once', 'n'), send('once', 'n')])
  expect(second).toEqual(first)
  await expect(send('other', 'n')).rejects.toThrow('CONFLICT')
  // Bob's nonces are his own.
  const bobs = await b.say('mine', { nonce: 'n' })
  expect(bobs.seq).toBe(2)
  await expect.poll(() => heard.map(({ payload }) => payload.message)).toEqual(['once', 'mine'])
})

test('[CH4] read marks only grow, and reach the other devices', async () => {
  const { projectId, channelId, a, b, enter } = await useRoom()
  const phone = await enter(bob)
  const onPhone = phone.collect('read_changed')
  for (const message of ['one', 'two', 'three']) await a.say(message)
  const read = async (person: typeof b) =>
    (await person.request('get_channels', { projectId })).find(({ id }) => id === channelId)
  expect(await read(b)).toMatchObject({ lastSeq: 3, readSeq: 0, unread: 3 })
  expect(await read(a)).toMatchObject({ readSeq: 3, unread: 0 })
  const mark = (seq: number) => b.request('mark_read', { projectId, channelId, seq })
  const state = { channelId, readSeq: 2, unread: 1, mentions: 0 }
  expect(await mark(2)).toEqual(state)
  expect(await mark(1)).toEqual(state)
  // A mark does not run ahead of the channel.
  expect(await mark(999)).toEqual({ ...state, readSeq: 3, unread: 0 })
  await expect
    .poll(() => onPhone.map(({ payload }) => payload))
    .toEqual([
      { ...state, projectId },
      { ...state, projectId, readSeq: 3, unread: 0 },
    ])
  // Who writes has read what stands above.
  await a.say('four')
  await b.say('five')
  expect(await read(b)).toMatchObject({ lastSeq: 5, readSeq: 5, unread: 0 })
})

test('[CH5] typing is told to the others in the room, not to oneself, and not too often', async () => {
  const { projectId, channelId, a, b } = await useRoom()
  const [seenByA, seenByB] = [a.collect('user_typing'), b.collect('user_typing')]
  // All within the second that one stands for.
  const start = () => a.request('typing_start', { projectId, channelId })
  await Promise.all([start(), start(), start()])
  await a.request('typing_stop', { projectId, channelId })
  await a.request('typing_stop', { projectId, channelId })
  await expect.poll(() => seenByB.map(({ payload }) => payload.typing)).toEqual([true, false])
  const told = { projectId, channelId, threadId: null, userId: ada.id, username: ada.username }
  expect(seenByB[0]?.payload).toEqual({ ...told, typing: true })
  // In the default channel, and after everything above.
  await a.request('typing_start', { projectId })
  await expect.poll(() => seenByB.length).toBe(3)
  expect(seenByA).toEqual([])
})

test('[CH5] only those who read a private channel learn who types there', async () => {
  const { projectId, slug, a, b } = await useRoom()
  const secret = await openChannel(ada, slug, 'secret', { kind: 'private' })
  const phone = await connect(ada)
  await phone.request('join_project', { projectId })
  const [onPhone, seenByB] = [phone.collect('user_typing'), b.collect('user_typing')]
  await expect(b.request('typing_start', { projectId, channelId: secret })).rejects.toThrow(
    'NOT_FOUND',
  )
  await a.request('typing_start', { projectId, channelId: secret })
  await expect.poll(() => onPhone.length).toBe(1)
  await a.request('typing_start', { projectId })
  await expect.poll(() => seenByB.length).toBe(1)
  expect(seenByB[0]?.payload.channelId).not.toBe(secret)
})

test('a bot speaks over REST', async () => {
  const { projectId, path, a } = await useRoom()
  const heard = a.collect('chat_message')
  const posted = await bob.rest('POST', `${path}/messages`, { message: 'beep' })
  expect(posted.status).toBe(201)
  await expect.poll(() => heard.map(({ payload }) => payload)).toEqual([posted.data])
  expect((posted.data as ChatMessage).projectId).toBe(projectId)
})

test('guests read and do not write; strangers do neither', async () => {
  const guest = await register(server.url, 'guest')
  const stranger = await register(server.url, 'stranger')
  const project = await createProject(ada, [guest], 'guest')
  const { id: projectId } = project
  const [g, s] = [await connect(guest), await connect(stranger)]
  await g.request('join_project', { projectId })
  await g.request('get_messages', { projectId })
  for (const person of [g, s]) {
    await expect(person.request('send_message', { projectId, message: 'x' })).rejects.toThrow(
      'INSUFFICIENT_PERMISSIONS',
    )
    await expect(person.request('typing_start', { projectId })).rejects.toThrow(
      'INSUFFICIENT_PERMISSIONS',
    )
  }
  await expect(s.request('get_messages', { projectId })).rejects.toThrow('INSUFFICIENT_PERMISSIONS')
})
