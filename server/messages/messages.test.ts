import { expect, test } from 'vitest'
import { openRest } from '../../test/rest.ts'
import type { ChatMessage } from '../../protocol/events.ts'
import { messageSchema } from './schema.ts'

const { makeProject, signUp } = await openRest()

test('a program without a socket speaks and reads', async () => {
  const { path, owner, join } = await makeProject('chat')
  const sent: ChatMessage[] = []
  for (const message of ['one', 'two', 'three']) {
    const { status, data } = await owner.post<ChatMessage>(`${path}/messages`, { message })
    expect(status).toBe(201)
    sent.push(data)
  }
  expect(() => messageSchema.strict().array().parse(sent)).not.toThrow()
  const guest = await join('guest')
  const read = (query: string) => guest.get<ChatMessage[]>(`${path}/messages${query}`)
  expect((await read('')).data).toEqual(sent)
  const last = await read('?limit=2')
  expect(last.data).toEqual(sent.slice(1))
  expect(last.meta.hasMore).toBe(true)
  const first = await read('?before=2')
  expect(first.data).toEqual(sent.slice(0, 1))
  expect(first.meta.hasMore).toBe(false)
  expect((await read('?after=2')).data).toEqual(sent.slice(2))
  expect((await guest.post(`${path}/messages`, { message: 'me too' })).status).toBe(403)
  expect((await (await signUp('visitor')).get(`${path}/messages`)).status).toBe(403)
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
