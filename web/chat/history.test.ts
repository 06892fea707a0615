import { describe, expect, it } from 'vitest'
import type { ChatMessage } from '../../protocol/events.ts'
import { countUnread, groupMessages, mergeMessages } from './history.ts'

const message = (seq: number, author = 'ada', createdAt = '2026-03-01T10:00:00.000Z') =>
  ({
    id: `m${seq}`,
    projectId: 'p',
    channelId: 'c',
    seq,
    message: `text ${seq}`,
    author: { id: author, username: author, displayName: author, avatar: '' },
    nonce: `n${seq}`,
    createdAt,
  }) satisfies ChatMessage
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index))
const seqs = (messages: readonly ChatMessage[]) => messages.map(({ seq }) => seq)

describe('mergeMessages', () => {
  it('orders by seq and keeps each message once', () => {
    const { messages, gap } = mergeMessages(range(4, 6), [message(7), message(5), message(7)])
    expect(seqs(messages)).toEqual([4, 5, 6, 7])
    expect(gap).toBe(false)
  })

  it('puts an older page in front', () => {
    expect(seqs(mergeMessages(range(4, 6), range(1, 3)).messages)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('leaves out what comes after a hole, and says so', () => {
    const { messages, gap } = mergeMessages(range(1, 3), [message(6)])
    expect(seqs(messages)).toEqual([1, 2, 3])
    expect(gap).toBe(true)
  })

  it('takes everything once the hole is filled', () => {
    const { messages, gap } = mergeMessages(range(1, 3), range(4, 6))
    expect(seqs(messages)).toEqual([1, 2, 3, 4, 5, 6])
    expect(gap).toBe(false)
  })

  it('does not join an older page that ends before a hole', () => {
    expect(seqs(mergeMessages(range(10, 12), range(1, 3)).messages)).toEqual([10, 11, 12])
  })

  it('starts from nothing with the newest run', () => {
    expect(seqs(mergeMessages([], range(3, 5)).messages)).toEqual([3, 4, 5])
  })

  it('answers the same list when nothing is new, so that nothing is drawn anew', () => {
    const known = range(1, 3)
    expect(mergeMessages(known, range(2, 3)).messages).toBe(known)
  })

  it('converges from any order of pieces with refills (seeded)', () => {
    let seed = 42
    const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31
    for (let round = 0; round < 50; round += 1) {
      let known: readonly ChatMessage[] = range(1, 2)
      let asked = 0
      for (let seq = 3; seq <= 40; seq += 1) {
        if (random() < 0.3) continue
        const merged = mergeMessages(known, [message(seq)])
        known = merged.messages
        if (!merged.gap) continue
        asked += 1
        known = mergeMessages(known, range((known.at(-1)?.seq ?? 0) + 1, seq)).messages
        expect(seqs(known)).toEqual(seqs(range(1, seq)))
      }
      expect(asked).toBeGreaterThan(0)
    }
  })
})

describe('countUnread', () => {
  it('counts messages of others after the read mark', () => {
    const messages = [message(1), message(2, 'ben'), message(3), message(4, 'ben')]
    expect(countUnread(messages, 2, 'ada')).toBe(1)
    expect(countUnread(messages, 0, 'ada')).toBe(2)
    expect(countUnread(messages, 4, 'ada')).toBe(0)
  })
})

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
