// What changes in a channel: told in order, and found again by whoever was away.
import { expect, test } from 'vitest'
import type { ChatMessage, MessageVersion } from '../../protocol/chat.ts'
import { MAX_UNREAD_BYTES } from '../../protocol/limits.ts'
import { openRoom, openServer } from '../../test/talk.ts'

const {
  people: [ada, bob],
} = await openServer('ada', 'bob')

async function useRoom() {
  const { clients, ...room } = await openRoom(ada, bob)
  const [a, b] = clients
  return { ...room, a, b, say: a.say }
}

/** What a client keeps: each message as it was told last. */
function replay(messages: readonly ChatMessage[]) {
  const kept = new Map<string, ChatMessage>()
  for (const message of messages) kept.set(message.id, message)
  return [...kept.values()].sort((one, other) => one.seq - other.seq)
}

test('[CH6] who was away gets what it missed: once, in order, as it is now', async () => {
  const { projectId, channelId, a, b, say } = await useRoom()
  const told: ChatMessage[] = []
  b.socket.on('chat_message', ({ payload }) => void told.push(payload))
  b.socket.on('message_changed', ({ payload }) => void told.push(payload))

  const early = await say('early')
  const { rev: seen } = await b.request('get_changes', { projectId, channelId, after: 0 })
  const [root, gone] = [await say('root'), await say('to be deleted')]
  await b.say('reply', { threadId: root.id })
  await a.request('edit_message', { projectId, messageId: early.id, message: 'early, edited' })
  await a.request('delete_message', { projectId, messageId: gone.id })
  await b.request('add_reaction', { projectId, messageId: root.id, emoji: '🎉' })
  await b.request('mark_read', { projectId, channelId, seq: 4 })

  // As if it had been away since `seen`, in pages of two.
  const missed: ChatMessage[] = []
  let after = seen
  for (let hasMore = true; hasMore;) {
    const page = await a.request('get_changes', { projectId, channelId, after, limit: 2 })
    expect(page.reset).toBe(false)
    missed.push(...page.messages)
    ;({ rev: after, hasMore } = page)
  }
  expect(missed.map(({ rev }) => rev)).toEqual(missed.map(({ rev }) => rev).sort((x, y) => x - y))
  expect(new Set(missed.map(({ id }) => id)).size).toBe(missed.length)
  expect(replay(missed)).toMatchObject([
    { seq: 1, message: 'early, edited' },
    {
      seq: 2,
      thread: { replyCount: 1 },
      reactions: [{ emoji: '🎉', count: 1, userIds: [bob.id] }],
    },
    { seq: 3, message: '', deletedAt: expect.any(String) as string },
    { seq: 4, threadId: root.id },
  ])
  const channels = await b.request('get_channels', { projectId })
  expect(channels[1]).toMatchObject({ id: channelId, rev: after, lastSeq: 4, readSeq: 4 })

  // Who stayed was told all of it, one rev after the other.
  await expect.poll(() => told.length).toBe(after)
  expect(told.map(({ rev }) => rev)).toEqual(told.map((_, n) => n + 1))
  expect(replay(told)).toEqual(replay([early, ...missed]))
  const nothing = await a.request('get_changes', { projectId, channelId, after })
  expect(nothing).toEqual({ messages: [], rev: after, hasMore: false, reset: false })
})

test('[CH6] a position that the channel never had says reset', async () => {
  const { projectId, channelId, a, say } = await useRoom()
  await say('one')
  const page = await a.request('get_changes', { projectId, channelId, after: 2 })
  expect(page).toEqual({ messages: [], rev: 1, hasMore: false, reset: true })
})

test('[CH6] [S4] no page is so long that a slow reader of it is cut off', async () => {
  const { projectId, channelId, a, say } = await useRoom()
  // Three bytes each.
  const text = '語'.repeat(16_000)
  const count = 2 + MAX_UNREAD_BYTES / (3 * text.length)
  for (let n = 0; n < count; n++) await say(`${n}${text.slice(9)}`)
  const length = (page: unknown) => Buffer.byteLength(JSON.stringify(page))

  const seqs: number[] = []
  let [after, hasMore] = [0, true]
  while (hasMore) {
    const page = await a.request('get_changes', { projectId, channelId, after, limit: 200 })
    expect(length(page)).toBeLessThan(MAX_UNREAD_BYTES / 4)
    seqs.push(...page.messages.map(({ seq }) => seq))
    ;({ rev: after, hasMore } = page)
  }
  let before: number | undefined
  for (hasMore = true; hasMore;) {
    const page = await a.request('get_messages', { projectId, channelId, before, limit: 100 })
    expect(length(page)).toBeLessThan(MAX_UNREAD_BYTES / 4)
    seqs.push(...page.messages.map(({ seq }) => seq).reverse())
    before = page.messages[0]?.seq
    ;({ hasMore } = page)
  }
  const all = Array.from({ length: Math.ceil(count) }, (_, n) => n + 1)
  expect(seqs).toEqual([...all, ...all.toReversed()])
})

test('[CH7] an edit is the author’s alone, and keeps what was said before', async () => {
  const { projectId, slug, a, b, say } = await useRoom()
  const heard = b.collect('message_changed')
  const { id: messageId, createdAt } = await say('first')
  const edit = (person: typeof a, message: string) =>
    person.request('edit_message', { projectId, messageId, message })
  const edited = await edit(a, `second @${bob.username}`)
  expect(edited).toMatchObject({ seq: 1, rev: 2, mentions: [bob.id], createdAt })
  expect(edited.editedAt).not.toBeNull()
  expect(await edit(a, `second @${bob.username}`)).toEqual(edited)
  expect(await edit(a, 'third')).toMatchObject({ rev: 3, mentions: [] })
  await expect(edit(b, 'mine')).rejects.toThrow('INSUFFICIENT_PERMISSIONS')
  await expect(edit(a, ' ')).rejects.toThrow('VALIDATION_ERROR')
  const versions = await bob.rest('GET', `/projects/${slug}/messages/${messageId}/versions`)
  expect(versions.data).toMatchObject([
    { message: 'first', createdAt },
    { message: `second @${bob.username}`, createdAt: edited.editedAt },
    { message: 'third' },
  ])
  await expect.poll(() => heard.map(({ payload }) => payload.rev)).toEqual([2, 3])
  expect(heard[0]).toMatchObject({ payload: edited, userId: ada.id })
})

test('[CH7] of many texts that a message had, the newest hundred are kept', async () => {
  const { projectId, slug, a, say } = await useRoom()
  const { id: messageId } = await say('0')
  for (let n = 1; n <= 102; n++)
    await a.request('edit_message', { projectId, messageId, message: `${n}` })
  const versions = await bob.rest('GET', `/projects/${slug}/messages/${messageId}/versions`)
  const texts = (versions.data as MessageVersion[]).map(({ message }) => Number(message))
  expect(texts).toEqual(Array.from({ length: 101 }, (_, n) => n + 2))
})

test('[CH7] a deleted message leaves a tombstone, and nothing of what it said', async () => {
  const { projectId, slug, channelId, a, b, say } = await useRoom()
  const { id: messageId } = await say('secret', { nonce: 'n' })
  await a.request('edit_message', { projectId, messageId, message: `secret @${bob.username}` })
  await b.request('add_reaction', { projectId, messageId, emoji: '👀' })
  const remove = (person: typeof a) => person.request('delete_message', { projectId, messageId })
  await expect(remove(b)).rejects.toThrow('INSUFFICIENT_PERMISSIONS')
  const tombstone = await remove(a)
  expect(tombstone).toMatchObject({ seq: 1, message: '', reactions: [], mentions: [] })
  expect(tombstone.deletedAt).not.toBeNull()
  expect(await remove(a)).toEqual(tombstone)
  expect((await a.request('get_messages', { projectId, channelId })).messages).toEqual([tombstone])
  const versions = await bob.rest('GET', `/projects/${slug}/messages/${messageId}/versions`)
  expect(versions.data).toEqual([])
  for (const [name, payload] of [
    ['edit_message', { message: 'again' }],
    ['add_reaction', { emoji: '👀' }],
  ] as const) {
    const reply = await a.ask(name, { projectId, messageId, ...payload })
    expect(reply).toMatchObject({ ok: false, error: { code: 'CONFLICT' } })
  }
  // The nonce still stands for it.
  expect(await say('secret', { nonce: 'n' })).toEqual(tombstone)
})

test('[CH7] a maintainer deletes what others wrote', async () => {
  const { projectId, a, b } = await useRoom()
  const { id: messageId } = await b.say('spam')
  const deleted = await a.request('delete_message', { projectId, messageId })
  expect(deleted).toMatchObject({ message: '', author: { id: bob.id } })
})

test('[CH7] a reaction is one emoji, once per person', async () => {
  const { projectId, a, b, say } = await useRoom()
  const { id: messageId } = await say('react to this')
  const add = (person: typeof a, emoji: string) =>
    person.request('add_reaction', { projectId, messageId, emoji })
  const flag = '🏳️‍🌈'
  await add(b, flag)
  await add(a, '👍🏽')
  const twice = await add(a, flag)
  expect(twice.reactions).toEqual([
    { emoji: flag, count: 2, userIds: [bob.id, ada.id] },
    { emoji: '👍🏽', count: 1, userIds: [ada.id] },
  ])
  expect(await add(a, flag)).toEqual(twice)
  for (const emoji of ['', 'a', '<b>', '👍👍', '1', '#', ':+1:', '‍', flag.repeat(20)])
    await expect(add(a, emoji)).rejects.toThrow('VALIDATION_ERROR')
  const remove = (person: typeof a, emoji: string) =>
    person.request('remove_reaction', { projectId, messageId, emoji })
  const once = await remove(b, flag)
  expect(once.reactions.map(({ emoji, count }) => [emoji, count])).toEqual([
    ['👍🏽', 1],
    [flag, 1],
  ])
  expect(await remove(b, flag)).toEqual(once)
  for (let n = 0; n < 18; n++) await add(a, String.fromCodePoint(0x1f600 + n))
  await expect(add(a, '🚀')).rejects.toThrow('UNPROCESSABLE')
  expect((await add(b, flag)).reactions).toHaveLength(20)
})
