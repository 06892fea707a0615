// What is unread, against a server in memory that keeps the rules of the wire.
import { expect, it } from 'vitest'
import { openChats, seqs, settle, upTo } from './fixture.ts'

it('counts what is unread, draws the line before it, and marks it when it is seen', async () => {
  const { chats, reads, fill, say, join, state } = openChats()
  fill(80)
  reads.set('general', 10)
  await join()
  const channel = chats.open('general')
  await settle()
  expect(channel.get()).toMatchObject({ unread: 70, unreadAfter: 10 })
  say('ben', 'one more')
  expect(channel.get().unread).toBe(71)
  expect(chats.get().unread).toBe(71)
  channel.watch(true)
  expect(channel.get()).toMatchObject({ unread: 0, readSeq: 81, unreadAfter: 10 })
  expect(state.asked).toContain('mark_read')
  say('ben', 'seen as it comes')
  expect(channel.get()).toMatchObject({ unread: 0, readSeq: 82 })
  channel.watch(false)
  expect(channel.get().unreadAfter).toBe(10)
  channel.leave()
  say('ben', 'another')
  expect(channel.get()).toMatchObject({ unread: 1, unreadAfter: 82 })
})

it('counts for every channel, and apart what is meant for this person', async () => {
  const { chats, say, join } = openChats(['general', 'dev', 'talk'])
  await join()
  say('ben', 'hello')
  say('ben', 'hello @ada', { in: 'dev' })
  say('ben', 'psst', { in: 'talk' })
  expect(chats.get()).toMatchObject({ unread: 3, mentions: 2 })
  const root = say('ada', 'an answer', { in: 'dev' })
  expect(chats.get()).toMatchObject({ unread: 2, mentions: 1 })
  say('ben', 'a reply to @ada', { in: 'dev', thread: root.id })
  expect(chats.get()).toMatchObject({ unread: 2, mentions: 2 })
})

it('counts a message that comes while the room is being joined once', async () => {
  const { chats, say, channels, join } = openChats()
  await join()
  const before = channels()
  const joined = chats.join()
  say('ben', 'in between')
  joined(before)
  expect(chats.get().unread).toBe(1)
  await join()
  expect(chats.get().unread).toBe(1)
})

it('follows what the same person read elsewhere', async () => {
  const { chats, tell, fill, join } = openChats()
  fill(5)
  await join()
  const channel = chats.open('general')
  const mark = { projectId: 'p', channelId: 'general', readSeq: 5, unread: 0, mentions: 0 }
  tell('read_changed', mark)
  expect(channel.get()).toMatchObject({ unread: 0, readSeq: 5, unreadAfter: null })
})

it('tells again what was read while the server could not be told', async () => {
  const { chats, reads, fill, join, leave, back } = openChats()
  fill(3)
  await join()
  const channel = chats.open('general')
  await settle()
  leave()
  channel.watch(true)
  await settle()
  expect(reads.get('general')).toBeUndefined()
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  await back()
  expect(reads.get('general')).toBe(3)
  expect(chats.get().unread).toBe(0)
})

it('does not count what was deleted', async () => {
  const { chats, say, change, join } = openChats(['general', 'dev'])
  await join()
  const gone = say('ben', 'hello @ada', { in: 'dev' })
  say('ben', 'hello all', { in: 'dev' })
  expect(chats.get()).toMatchObject({ unread: 2, mentions: 1 })
  change(gone, { message: '', mentions: [], deletedAt: '2026-01-02T00:00:00.000Z' })
  await expect.poll(() => chats.get(), { timeout: 5_000 }).toMatchObject({ unread: 1, mentions: 0 })
})

it('does not count what the server says by itself', async () => {
  const { chats, truths, tell, join } = openChats()
  await join()
  const [said] = truths.get('general')?.say('ben', '') ?? []
  if (said) tell('chat_message', { ...said, system: { type: 'member_joined' } })
  expect(chats.get()).toMatchObject({ unread: 0, channels: [{ lastSeq: 1 }] })
})

it('does not keep all that a busy channel said before the eyes of somebody, and loads it again', async () => {
  const { chats, fill, join } = openChats()
  await join()
  const channel = chats.open('general')
  await settle()
  channel.watch(true)
  fill(700)
  const first = channel.get().messages[0]?.seq ?? 0
  expect(first).toBeGreaterThan(100)
  expect(seqs(channel.get().messages)).toEqual(upTo(700, first))
  expect(channel.get().hasOlder).toBe(true)
  await channel.loadOlder()
  expect(seqs(channel.get().messages)).toEqual(upTo(700, first - 50))
})
