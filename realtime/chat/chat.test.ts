// Chat through the front door: real sockets and REST on one server.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ChatMessage } from '../../protocol/chat.ts'
import { connect, createProject, register, type Person } from '../../test/people.ts'
import { startTestServer } from '../../test/server.ts'

let server: Awaited<ReturnType<typeof startTestServer>>
let ada: Person
let bob: Person
beforeAll(async () => {
  server = await startTestServer()
  ada = await register(server.url, 'ada')
  bob = await register(server.url, 'bob')
})
afterAll(() => server.close())

const useRoom = async () => {
  const project = await createProject(ada, [bob])
  const [a, b] = [await connect(ada), await connect(bob)]
  const { id: projectId } = project
  await a.request('join_project', { projectId })
  await b.request('join_project', { projectId })
  return { project, projectId, a, b }
}

test('[CH1] an acknowledged message is in the history, and everybody in the room got it', async () => {
  const { project, projectId, a, b } = await useRoom()
  const heard = b.collect('chat_message')
  const sent = await a.request('send_message', { projectId, message: 'hello', nonce: 'n1' })
  expect(sent).toMatchObject({ projectId, seq: 1, message: 'hello', nonce: 'n1' })
  expect(sent.author).toEqual({
    id: ada.id,
    username: ada.username,
    displayName: ada.username,
    avatar: '',
  })
  const history = await bob.rest('GET', `/projects/${project.slug}/messages`)
  expect(history.data).toEqual([sent])
  await expect.poll(() => heard).toHaveLength(1)
  expect(heard[0]).toMatchObject({ type: 'chat_message', payload: sent, userId: ada.id })
  expect(new Date(heard[0]?.timestamp ?? '').getTime()).toBeGreaterThan(0)
})

test('[CH2] messages sent at once by several people have dense seqs, the same for everyone', async () => {
  const { projectId, a, b } = await useRoom()
  const [heardByA, heardByB] = [a.collect('chat_message'), b.collect('chat_message')]
  const sent = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      (n % 2 ? a : b).request('send_message', { projectId, message: `m${n}` }),
    ),
  )
  expect(sent.map(({ seq }) => seq).sort((x, y) => x - y)).toEqual(
    Array.from({ length: 40 }, (_, n) => n + 1),
  )
  await expect.poll(() => [heardByA.length, heardByB.length]).toEqual([40, 40])
  const bySeq = (events: typeof heardByA) =>
    events.map(({ payload }) => `${payload.seq} ${payload.message}`).sort()
  expect(bySeq(heardByA)).toEqual(bySeq(heardByB))
})

test('[CH2] a gap is filled, and history is paged, from both ends', async () => {
  const { project, projectId, a } = await useRoom()
  for (let n = 1; n <= 7; n++) await a.request('send_message', { projectId, message: `m${n}` })
  const seqs = (messages: ChatMessage[]) => messages.map(({ seq }) => seq)
  const after = await a.request('get_messages', { projectId, after: 3, limit: 2 })
  expect([seqs(after.messages), after.hasMore]).toEqual([[4, 5], true])
  const before = await a.request('get_messages', { projectId, before: 3, limit: 5 })
  expect([seqs(before.messages), before.hasMore]).toEqual([[1, 2], false])
  const newest = await a.request('get_messages', { projectId, limit: 3 })
  expect([seqs(newest.messages), newest.hasMore]).toEqual([[5, 6, 7], true])
  const rest = await ada.rest('GET', `/projects/${project.slug}/messages?after=5&limit=1`)
  expect([seqs(rest.data), rest.meta['hasMore']]).toEqual([[6], true])
})

test('[CH3] the same nonce twice is one message; with another text it is a conflict', async () => {
  const { projectId, a, b } = await useRoom()
  const heard = b.collect('chat_message')
  const send = (message: string, nonce: string) =>
    a.request('send_message', { projectId, message, nonce })
  const [first, second] = await Promise.all([send('once', 'n'), send('once', 'n')])
  expect(second).toEqual(first)
  await expect(send('other', 'n')).rejects.toThrow('CONFLICT')
  // Bob's nonces are his own.
  const bobs = await b.request('send_message', { projectId, message: 'mine', nonce: 'n' })
  expect(bobs.seq).toBe(2)
  await expect.poll(() => heard.map(({ payload }) => payload.message)).toEqual(['once', 'mine'])
})

test('[CH4] read marks only grow, count what others wrote, and reach the other devices', async () => {
  const { projectId, a, b } = await useRoom()
  const phone = await connect(bob)
  const onPhone = phone.collect('read_changed')
  for (const message of ['one', 'two', 'three'])
    await a.request('send_message', { projectId, message })
  const channels = async (person: typeof b) =>
    (await person.request('join_project', { projectId })).channels
  expect(await channels(b)).toMatchObject([{ name: 'general', lastSeq: 3, readSeq: 0, unread: 3 }])
  expect(await channels(a)).toMatchObject([{ readSeq: 3, unread: 0 }])
  expect(await b.request('mark_read', { projectId, seq: 2 })).toEqual({ readSeq: 2, unread: 1 })
  expect(await b.request('mark_read', { projectId, seq: 1 })).toEqual({ readSeq: 2, unread: 1 })
  // A mark does not run ahead of the channel.
  expect(await b.request('mark_read', { projectId, seq: 999 })).toEqual({ readSeq: 3, unread: 0 })
  await expect
    .poll(() => onPhone.map(({ payload }) => [payload.readSeq, payload.unread]))
    .toEqual([
      [2, 1],
      [2, 1],
      [3, 0],
    ])
})

test('[CH5] typing is told to the others in the room, not to oneself', async () => {
  const { projectId, a, b } = await useRoom()
  const [seenByA, seenByB] = [a.collect('user_typing'), b.collect('user_typing')]
  await a.request('typing_start', { projectId })
  await a.request('typing_stop', { projectId })
  await expect.poll(() => seenByB.map(({ payload }) => payload.typing)).toEqual([true, false])
  expect(seenByB[0]?.payload).toMatchObject({ projectId, userId: ada.id, username: ada.username })
  expect(seenByA).toEqual([])
})

test('a bot speaks over REST', async () => {
  const { project, projectId, a } = await useRoom()
  const heard = a.collect('chat_message')
  const posted = await bob.rest('POST', `/projects/${project.slug}/messages`, { message: 'beep' })
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
  expect((await g.request('get_messages', { projectId })).messages).toEqual([])
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
