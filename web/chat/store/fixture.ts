// For tests: the chat of a room, on a server in memory.
import { onTestFinished } from 'vitest'
import type { ChatMessage } from '../../../protocol/chat.ts'
import { createChats } from './chats.ts'
import { createMemory } from './memory.ts'

/** As much of the browser's as is used. */
function createStorage() {
  const storage: Record<string, unknown> = {}
  const hidden = (name: string, value: unknown) =>
    Object.defineProperty(storage, name, { value, enumerable: false })
  hidden('getItem', (key: string) => storage[key] ?? null)
  hidden('setItem', (key: string, value: string) => (storage[key] = value))
  hidden('removeItem', (key: string) => delete storage[key])
  return storage as unknown as Storage
}

export function openChats(names = ['general'], storage = createStorage()) {
  const memory = createMemory(names)
  const open = () => {
    const { request, on } = memory
    const made = createChats({ projectId: 'p', userId: 'ada', request, on, storage })
    onTestFinished(() => made.close())
    return made
  }
  const chats = open()
  const join = async () => {
    chats.join()(memory.channels())
    await settle()
  }
  const leave = () => {
    memory.state.online = false
    chats.away()
  }
  const back = async () => {
    memory.state.online = true
    await join()
  }
  const fill = (count: number, author = 'ben') => {
    for (let n = 0; n < count; n += 1) memory.say(author, `text ${n}`)
  }
  return { ...memory, chats, open, join, leave, back, fill, storage }
}

export const seqs = (messages: readonly ChatMessage[]) => messages.map(({ seq }) => seq)
export const texts = (messages: readonly { message: string }[]) =>
  messages.map(({ message }) => message)
export const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)
/** Answers arrive in later turns. */
export async function settle() {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
