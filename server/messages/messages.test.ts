import { expect, test, vi } from 'vitest'
import { openRest } from '../../test/rest.ts'
import type { Attachment, ChatMessage, MessageVersion, ThreadState } from '../../protocol/chat.ts'
import { messageSchema, threadSchema, versionSchema } from './schema.ts'

const { app, ask, makeProject, signUp, store } = await openRest()

const isMessage = (message: unknown) => messageSchema.strict().parse(message) !== undefined

test('a program without a socket speaks and reads', async () => {
  const { path, owner, join } = await makeProject('chat')
  const sent: ChatMessage[] = []
  for (const message of ['one', 'two', 'three']) {
    const { status, data } = await owner.post<ChatMessage>(`${path}/messages`, { message })
    expect(status).toBe(201)
    expect(isMessage(data)).toBe(true)
    sent.push(data)
  }
  const guest = await join('guest')
  const channel = `${path}/channels/${sent[0]?.channelId}`
  const read = (query: string) => guest.get<ChatMessage[]>(`${channel}/messages${query}`)
  expect((await guest.get(`${path}/messages`)).data).toEqual(sent)
  expect((await read('')).data).toEqual(sent)
  const last = await read('?limit=2')
  expect(last.data).toEqual(sent.slice(1))
  expect(last.meta.hasMore).toBe(true)
  const first = await read('?before=2')
  expect(first.data).toEqual(sent.slice(0, 1))
  expect(first.meta).toMatchObject({ hasMore: false, hasNewer: true })
  expect((await read('?after=2')).data).toEqual(sent.slice(2))
  expect((await read('?around=2&limit=2')).data).toEqual(sent.slice(1))
  const changes = await guest.get<ChatMessage[]>(`${channel}/changes?after=1`)
  expect(changes.data).toEqual(sent.slice(1))
  expect(changes.meta).toMatchObject({ rev: 3, hasMore: false, reset: false })

  const more = await owner.post<ChatMessage>(`${channel}/messages`, { message: 'four' })
  expect(more.data.seq).toBe(4)
  expect((await guest.post(`${path}/messages`, { message: 'me too' })).status).toBe(403)
  const visitor = await signUp('visitor')
  expect((await visitor.get(`${path}/messages`)).status).toBe(403)
  expect((await visitor.get(`${channel}/messages`)).status).toBe(403)
  for (const id of ['nonsense', sent[0]?.id]) {
    expect((await owner.get(`${path}/channels/${id}/messages`)).status).toBe(404)
  }
})

test('the same nonce twice is one message', async () => {
  const { path, owner } = await makeProject('nonce')
  const body = { message: 'once', nonce: 'n1' }
  const replies = [
    await owner.post(`${path}/messages`, body),
    await owner.post(`${path}/messages`, body),
  ]
  expect(replies[0]?.data).toEqual(replies[1]?.data)
})

test('a bot edits, reacts and deletes as a person does', async () => {
  const { path, owner, join } = await makeProject('bot')
  const bot = await join('member')
  const { data: message } = await bot.post<ChatMessage>(`${path}/messages`, { message: 'fisrt' })
  const at = `${path}/messages/${message.id}`
  expect((await owner.get(at)).data).toEqual(message)

  const edited = await bot.patch<ChatMessage>(at, { message: 'first' })
  expect(isMessage(edited.data)).toBe(true)
  expect(edited.data).toMatchObject({ message: 'first', editedAt: expect.any(String) })
  expect((await owner.patch(at, { message: 'mine' })).status).toBe(403)
  const versions = await owner.get<MessageVersion[]>(`${at}/versions`)
  expect(() => versionSchema.strict().array().parse(versions.data)).not.toThrow()
  expect(versions.data[0]?.message).toBe('fisrt')

  const reacted = await owner.post<ChatMessage>(`${at}/reactions`, { emoji: '👍🏽' })
  expect(reacted.data.reactions).toEqual([{ emoji: '👍🏽', count: 1, userIds: [owner.user.id] }])
  expect(isMessage(reacted.data)).toBe(true)
  expect((await owner.post(`${at}/reactions`, { emoji: 'good' })).status).toBe(400)
  const back = await owner.delete(`${at}/reactions/${encodeURIComponent('👍🏽')}`)
  expect(back.data).toMatchObject({ reactions: [] })

  const deleted = await owner.delete(at)
  expect(deleted.data).toMatchObject({ message: '', deletedAt: expect.any(String) })
  for (const id of ['nonsense', '00000000-0000-7000-8000-000000000000']) {
    expect((await owner.get(`${path}/messages/${id}`)).status).toBe(404)
    expect((await owner.patch(`${path}/messages/${id}`, { message: 'x' })).status).toBe(404)
    expect((await owner.delete(`${path}/messages/${id}`)).status).toBe(404)
  }
})

test('a bot takes part in threads', async () => {
  const { path, owner, join } = await makeProject('threads')
  const bot = await join('member')
  const { data: root } = await owner.post<ChatMessage>(`${path}/messages`, { message: 'ask' })
  const answer = { message: 'answer', threadId: root.id }
  const { data: reply } = await bot.post<ChatMessage>(`${path}/messages`, answer)
  expect(reply.threadId).toBe(root.id)
  for (const id of [root.id, reply.id]) {
    const replies = await bot.get<ChatMessage[]>(`${path}/messages/${id}/replies`)
    expect(replies.data.map(({ message }) => message)).toEqual(['ask', 'answer'])
  }
  expect((await bot.get<ChatMessage[]>(`${path}/messages`)).data).toHaveLength(1)
  const { data: threads } = await owner.get<ThreadState[]>(`${path}/threads`)
  expect(() => threadSchema.strict().array().parse(threads)).not.toThrow()
  expect(threads).toMatchObject([{ root: { id: root.id }, unread: 1 }])
  const read = await owner.post(`${path}/messages/${root.id}/read`, { seq: reply.seq })
  expect(read.data).toMatchObject({ threadId: root.id, readSeq: reply.seq, unread: 0 })
})

test('[CH12] a message takes uploads of its sender along, and they go with it', async () => {
  const { path, owner, join } = await makeProject('files')
  const [member, guest] = [await join('member'), await join('guest')]
  const upload = async () => {
    const response = await app.request(`/api/v1/${path}/attachments?name=a.txt`, {
      method: 'POST',
      headers: { authorization: `Bearer ${owner.token}` },
      body: 'text',
    })
    return ((await response.json()) as { data: Attachment }).data
  }
  const attachment = await upload()
  const body = { message: '', attachmentIds: [attachment.id] }
  expect((await member.post(`${path}/messages`, body)).status).toBe(404)
  const { data: message } = await owner.post<ChatMessage>(`${path}/messages`, body)
  expect(message.attachments).toEqual([attachment])
  expect(isMessage(message)).toBe(true)
  const read = () => ask('GET', `${path}/attachments/${attachment.id}`, { token: guest.token })
  expect(await read()).toMatchObject({ status: 200, data: 'text' })
  expect((await owner.post(`${path}/messages`, body)).status).toBe(404)
  await owner.delete(`${path}/messages/${message.id}`)
  expect((await read()).status).toBe(404)
  await vi.waitFor(async () => expect(await store.open(attachment.id)).toBeUndefined())
})

test('[CH11] search answers messages that the searcher may read, page by page', async () => {
  const { path, owner, join } = await makeProject('search')
  const guest = await join('guest')
  for (const message of ['heron one', 'heron two', 'crane']) {
    await owner.post(`${path}/messages`, { message })
  }
  const find = async (query: string) => {
    const { data, meta } = await guest.get<ChatMessage[]>(`${path}/messages/search?${query}`)
    return { texts: data.map(({ message }) => message), cursor: Reflect.get(meta, 'cursor') }
  }
  const first = await find('q=heron&limit=1')
  expect(first.texts).toEqual(['heron two'])
  const second = await find(`q=heron&limit=1&cursor=${String(first.cursor)}`)
  expect(second).toEqual({ texts: ['heron one'], cursor: null })
  expect((await find(`from=${owner.user.username}&hasAttachment=true`)).texts).toEqual([])
  expect((await find('q=heron&after=2020-01-01')).texts).toHaveLength(2)
  for (const after of [
    'yesterday',
    '0000-01-01',
    '2020-01-01T00:00:00%2B24:00',
    '0001-01-01T00:00:00%2B01:00',
    '9999-12-31T23:59:59-01:00',
  ]) {
    const wrong = await guest.get(`${path}/messages/search?after=${after}`)
    expect([after, wrong.error?.code]).toEqual([after, 'VALIDATION_ERROR'])
  }
  for (const after of ['0001-01-01', '2020-01-01T00:00:00%2B23:59'])
    expect((await find(`q=heron&after=${after}`)).texts).toHaveLength(2)
  const visitor = await signUp('bird')
  expect((await visitor.get(`${path}/messages/search?q=heron`)).status).toBe(403)
})

test('the document shows messages and files as they are', async () => {
  const document = JSON.stringify(await ask('GET', '/api/v1/openapi.json'))
  for (const path of ['messages/search', 'messages/{messageId}/reactions', 'threads']) {
    expect(document).toContain(`/projects/{slug}/${path}"`)
  }
  expect(document).toContain('#/components/schemas/Message"')
  expect(document).toContain('"format":"binary"')
})
