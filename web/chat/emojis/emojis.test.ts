import { expect, it } from 'vitest'
import { commonEmojis, emojiGroups, searchEmojis } from './emojis.ts'

it('finds emojis by the beginnings of their words, the nearest first', () => {
  const found = (asked: string) => searchEmojis(asked).map(({ emoji }) => emoji)
  expect(found('thumbs up')).toEqual(['👍'])
  expect(found(':rocke')[0]).toBe('🚀')
  expect(found('party')).toContain('🎉')
  expect(found('heart')[0]).toMatch(/😍|🫶/)
  expect(found('no such thing')).toEqual([])
})

it('offers each emoji once, with words', () => {
  const all = emojiGroups.flatMap(({ emojis }) => emojis)
  expect(all.length).toBeGreaterThan(190)
  expect(new Set(all.map(({ emoji }) => emoji)).size).toBe(all.length)
  // The server takes no others.
  for (const { emoji, words } of all) {
    expect(emoji).toMatch(/^\p{RGI_Emoji}$/v)
    expect(words).not.toBe('')
  }
  for (const emoji of commonEmojis) expect(all.map((entry) => entry.emoji)).toContain(emoji)
})
