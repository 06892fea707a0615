import { describe, expect, it } from 'vitest'
import type { ChatMessage } from '../../../protocol/chat.ts'
import { groupMessages } from './groups.ts'

const message = (
  seq: number,
  author = 'ada',
  createdAt = '2026-03-01T10:00:00.000Z',
): ChatMessage => ({
  id: `m${seq}`,
  projectId: 'p',
  channelId: 'c',
  seq,
  message: `text ${seq}`,
  author: { id: author, username: author, displayName: author, avatar: '' },
  nonce: `n${seq}`,
  createdAt,
  rev: seq,
  threadId: null,
  editedAt: null,
  deletedAt: null,
  system: null,
  thread: null,
  reactions: [],
  attachments: [],
  mentions: [],
  mentionsAll: false,
})
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index))
const seqs = (messages: readonly ChatMessage[]) => messages.map(({ seq }) => seq)

describe('groupMessages', () => {
  const shape = (messages: ChatMessage[], unreadAfter: number | null = null) =>
    groupMessages(messages, unreadAfter).map((group) => seqs(group.messages))

  it('groups an author within minutes, and begins anew for another', () => {
    expect(shape([message(1), message(2), message(3, 'ben'), message(4)])).toEqual([
      [1, 2],
      [3],
      [4],
    ])
  })

  it('begins anew after a pause and on a new day', () => {
    const later = message(2, 'ada', '2026-03-01T10:20:00.000Z')
    const nextDay = message(3, 'ada', '2026-03-02T23:20:00.000Z')
    expect(shape([message(1), later, nextDay])).toEqual([[1], [2], [3]])
    expect(groupMessages([message(1), later, nextDay], null).map((group) => group.newDay)).toEqual([
      true,
      false,
      true,
    ])
  })

  it('marks where the unread ones begin, once', () => {
    const groups = groupMessages(range(1, 4), 2)
    expect(groups.map((group) => [group.seq, group.firstUnread])).toEqual([
      [1, false],
      [3, true],
    ])
  })
})
