import { expect, it } from 'vitest'
import { complete, findAsked, findPeople } from './completion.ts'

const at = (text: string) => findAsked(text, text.length)

it('knows when somebody or an issue is being named', () => {
  expect(at('hello @ad')).toEqual({ kind: '@', query: 'ad', start: 6 })
  expect(at('#')).toEqual({ kind: '#', query: '', start: 0 })
  expect(at('line\n(@')).toMatchObject({ kind: '@', query: '' })
  expect(at('me@example')).toBeNull()
  expect(at('@ada hello')).toBeNull()
  expect(at('code `@ad')).toBeNull()
  expect(at('```\n@ad')).toBeNull()
  expect(at('`code` @ad')).toMatchObject({ query: 'ad' })
})

it('puts the choice where it was asked', () => {
  const text = 'ask @be now'
  const asked = findAsked(text, 7)
  expect(asked && complete(text, 7, asked, '@ben')).toEqual({ text: 'ask @ben now', cursor: 9 })
  const end = at('@be')
  expect(end && complete('@be', 3, end, '@ben')).toEqual({ text: '@ben ', cursor: 5 })
})

it('finds people by username and name', () => {
  const person = (username: string, displayName: string) => ({
    id: username,
    username,
    displayName,
    avatar: '',
  })
  const people = [person('zoe', 'Ada Zoe'), person('ada', 'Countess'), person('ben', 'Ben')]
  expect(findPeople(people, 'ad').map(({ id }) => id)).toEqual(['ada', 'zoe'])
  expect(findPeople(people, '')).toHaveLength(3)
  expect(findPeople(people, 'x')).toEqual([])
})
