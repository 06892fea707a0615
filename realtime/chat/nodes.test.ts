// The chat on two nodes, and with a database that hangs.
import { describe, expect, inject, test } from 'vitest'
import type { SignedIn } from '../../server/accounts/schema.ts'
import { at, connect, register } from '../../test/people.ts'
import { useFreshPostgres } from '../../test/postgres.ts'
import { useProxy } from '../../test/proxy.ts'
import { useTestServer } from '../../test/server.ts'
import { openRoom } from '../../test/talk.ts'

const useServer = (settings: NodeJS.ProcessEnv) =>
  useTestServer({ LOG_LEVEL: 'fatal', ...settings })

describe.skipIf(!inject('postgresUrl') || !inject('redisUrl'))('two nodes', () => {
  test('[CH3] a nonce is known on another node, and to another token of the same person', async () => {
    const settings = { DATABASE_URL: await useFreshPostgres(), REDIS_URL: inject('redisUrl') ?? '' }
    const [here, there] = [await useServer(settings), await useServer(settings)]
    const ada = await register(here.url, 'ada')
    const { projectId, channelId, clients } = await openRoom(ada)
    const draft = { projectId, channelId, message: 'once', nonce: 'n' }
    const first = await clients[0].request('send_message', draft)

    const { refreshToken } = ada
    const refreshed = await ada.rest('POST', '/auth/refresh', { refreshToken })
    const { token } = refreshed.data as SignedIn
    const later = await connect(at({ ...ada, token }, there.url))
    expect(await later.request('send_message', draft)).toEqual(first)
    const other = later.request('send_message', { ...draft, message: 'other' })
    await expect(other).rejects.toThrow('CONFLICT')
  })

  test('[CH2] all that happens on both nodes at once is told on both in the order of rev', async () => {
    const settings = { DATABASE_URL: await useFreshPostgres(), REDIS_URL: inject('redisUrl') ?? '' }
    const [here, there] = [await useServer(settings), await useServer(settings)]
    const ada = await register(here.url, 'ada')
    const { projectId, channelId, clients, enter } = await openRoom(ada)
    const [a, b] = [clients[0], await enter(at(ada, there.url))]
    const told = [a, b].map((client) => {
      const revs: number[] = []
      client.socket.on('chat_message', ({ payload }) => void revs.push(payload.rev))
      client.socket.on('message_changed', ({ payload }) => void revs.push(payload.rev))
      return revs
    })
    const { id: messageId } = await a.say('root')
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const [one, other] = n % 2 ? [a, b] : [b, a]
        const { id } = await one.say(`m${n}`, n % 3 ? {} : { threadId: messageId })
        await other.request('edit_message', { projectId, messageId: id, message: `edited ${n}` })
        await one.request('add_reaction', { projectId, messageId, emoji: '🎉' })
      }),
    )
    const { rev } = await a.request('get_changes', { projectId, channelId, after: 0, limit: 500 })
    const all = Array.from({ length: rev }, (_, n) => n + 1)
    await expect.poll(() => told, { timeout: 10_000 }).toEqual([all, all])
  })
})

describe.skipIf(!inject('postgresUrl'))('a database that hangs', () => {
  test('[E2] sends are refused in time, the socket stays, and the nonce makes one message of it', async () => {
    const database = await useProxy(await useFreshPostgres())
    const server = await useServer({ DATABASE_URL: database.url })
    const ada = await register(server.url, 'ada')
    const { projectId, channelId, clients } = await openRoom(ada)
    const a = clients[0]
    const drafts = Array.from({ length: 20 }, (_, n) => ({ message: `m${n}`, nonce: `n${n}` }))
    const sendAll = () =>
      Promise.allSettled(drafts.map(({ message, nonce }) => a.say(message, { nonce })))
    await a.say('before')

    database.hold()
    const begun = performance.now()
    const refused = await sendAll()
    expect(performance.now() - begun).toBeLessThan(4_000)
    for (const one of refused)
      expect(one.status === 'rejected' && String(one.reason)).toMatch(/UNAVAILABLE.*try again$/)
    expect(a.socket.connected).toBe(true)
    // Typing asks no database.
    await a.request('typing_start', { projectId })

    database.release()
    const sent = await expect
      .poll(sendAll, { timeout: 20_000 })
      .toSatisfy((all: Awaited<ReturnType<typeof sendAll>>) =>
        all.every(({ status }) => status === 'fulfilled'),
      )
      .then(sendAll)
    const { messages } = await a.request('get_messages', { projectId, channelId })
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, n) => n + 1))
    expect(messages.map(({ message }) => message).sort()).toEqual(
      ['before', ...drafts.map(({ message }) => message)].sort(),
    )
    expect(sent.map((one) => one.status === 'fulfilled' && one.value.message)).toEqual(
      drafts.map(({ message }) => message),
    )
  }, 60_000)
})
