// The chat of a room against a channel in memory that keeps the rules of the wire: dense seqs, one message per nonce.
import { expect, it } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import type { ChatMessage, Events, Requests } from '../../protocol/events.ts'
import type { Ask, Listen } from '../socket.ts'
import { createChat } from './chat.ts'

const user = (id: string) => ({ id, username: id, displayName: id, avatar: '' })

function openChannel(length = 0) {
  const messages: ChatMessage[] = []
  const listeners = new Map<string, (payload: never, envelope: never) => void>()
  const state = { online: true, asked: [] as string[] }
  const say = (author: string, message: string, nonce = `${author}-${messages.length}`) => {
    const known = messages.find((entry) => entry.nonce === nonce)
    if (known) return known
    const seq = messages.length + 1
    const createdAt = new Date(2026, 0, 1, 12, 0, seq).toISOString()
    const entry = { id: `m${seq}`, projectId: 'p', channelId: 'c', seq, message, nonce, createdAt }
    messages.push({ ...entry, author: user(author) })
    return { ...entry, author: user(author) }
  }
  const answers: { [Name in keyof Requests]?: (payload: Requests[Name][0]) => Requests[Name][1] } =
    {
      get_messages({ before = Infinity, after, limit = 50 }) {
        const wanted = messages.filter(({ seq }) => seq < before && seq > (after ?? 0))
        const page = after === undefined ? wanted.slice(-limit) : wanted.slice(0, limit)
        return { messages: page, hasMore: wanted.length > page.length }
      },
      send_message: ({ message, nonce }) => say('ada', message, nonce),
      mark_read: ({ seq }) => ({ readSeq: seq, unread: 0 }),
    }
  const request: Ask = async (name, payload) => {
    state.asked.push(name)
    if (!state.online) throw new AppError('UNAVAILABLE', 'Not connected')
    return answers[name]?.(payload as never) as never
  }
  const on: Listen = (name, listener) => {
    listeners.set(name, listener as never)
    return () => listeners.delete(name)
  }
  const tell = <Name extends keyof Events>(name: Name, payload: Events[Name]) =>
    listeners.get(name)?.(payload as never, undefined as never)
  for (let count = 0; count < length; count += 1) say('ben', `old ${count}`)
  const chat = createChat({ projectId: 'p', userId: 'ada', request, on })
  const mark = (readSeq = messages.length) => ({
    id: 'c',
    name: 'general',
    lastSeq: messages.length,
    readSeq,
    unread: messages.length - readSeq,
  })
  return { messages, state, say, tell, chat, mark }
}

const seqs = (messages: readonly ChatMessage[]) => messages.map(({ seq }) => seq)
const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)
/** Answers arrive in later turns. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

it('fills what was missed while away, in order and once', async () => {
  const { chat, say, tell, mark } = openChannel(3)
  await chat.resume(mark())
  for (let count = 0; count < 230; count += 1) say('ben', 'missed')
  tell('chat_message', say('ben', 'the first one after the return'))
  await settle()
  await chat.resume(mark())
  expect(seqs(chat.get().messages)).toEqual(upTo(234))
})

it('begins from the newest messages where too many were missed', async () => {
  const { chat, say, mark } = openChannel(3)
  await chat.resume(mark())
  for (let count = 0; count < 600; count += 1) say('ben', 'missed')
  await chat.resume(mark(3))
  expect(seqs(chat.get().messages)).toEqual(upTo(603, 554))
  expect(chat.get().hasOlder).toBe(true)
  await chat.loadOlder()
  expect(seqs(chat.get().messages)).toEqual(upTo(603, 504))
})

it('loses no message that comes while the history is on its way', async () => {
  const { chat, say, tell, mark } = openChannel(2)
  const loading = chat.resume(mark())
  tell('chat_message', say('ben', 'early'))
  await loading
  expect(seqs(chat.get().messages)).toEqual([1, 2, 3])
})

it('shows what is written at once, and as one message when it arrives twice', async () => {
  const { chat, messages, tell, mark } = openChannel()
  await chat.resume(mark())
  chat.send('hello')
  expect(chat.get().pending.map(({ message }) => message)).toEqual(['hello'])
  await settle()
  const [sent] = messages
  if (sent) tell('chat_message', sent)
  expect(chat.get().pending).toEqual([])
  expect(chat.get().messages.map(({ message }) => message)).toEqual(['hello'])
})

it('keeps what could not be sent, and sends it in order after the return', async () => {
  const { chat, messages, state, mark } = openChannel()
  await chat.resume(mark())
  state.online = false
  chat.send('one')
  chat.send('two')
  await settle()
  expect(chat.get().pending.map(({ error }) => error !== null)).toEqual([true, true])
  state.online = true
  await chat.resume(mark())
  expect(messages.map(({ message }) => message)).toEqual(['one', 'two'])
  expect(chat.get().pending).toEqual([])
})

it('counts what is unread, draws the line before it, and marks it when it is seen', async () => {
  const { chat, say, tell, state, mark } = openChannel(80)
  await chat.resume(mark(10))
  expect(chat.get()).toMatchObject({ unread: 70, unreadAfter: 10 })
  tell('chat_message', say('ben', 'one more'))
  expect(chat.get().unread).toBe(71)
  chat.watch(true)
  expect(chat.get()).toMatchObject({ unread: 0, readSeq: 81, unreadAfter: 10 })
  expect(state.asked).toContain('mark_read')
  chat.watch(false)
  tell('chat_message', say('ben', 'another'))
  expect(chat.get()).toMatchObject({ unread: 1, unreadAfter: 81 })
})

it('follows what the same person read elsewhere', async () => {
  const { chat, tell, mark } = openChannel(5)
  await chat.resume(mark(0))
  tell('read_changed', { projectId: 'p', channelId: 'c', readSeq: 5, unread: 0 })
  expect(chat.get()).toMatchObject({ unread: 0, readSeq: 5, unreadAfter: null })
})

it('names who is writing until they send', async () => {
  const { chat, say, tell, mark } = openChannel()
  await chat.resume(mark())
  const typing = { projectId: 'p', userId: 'ben', username: 'ben', typing: true }
  tell('user_typing', typing)
  tell('user_typing', { ...typing, userId: 'ada', username: 'ada' })
  expect(chat.get().typing).toEqual(['ben'])
  tell('chat_message', say('ben', 'done'))
  expect(chat.get().typing).toEqual([])
})
