import { expect, test } from 'vitest'
import { openRest } from '../../test/rest.ts'
import { privateUserSchema, userSchema, type PrivateUser, type User } from './schema.ts'

const { signUp } = await openRest()

test('a person changes their profile and sees all of it; others do not see the email', async () => {
  const ann = await signUp('ann')
  const change = {
    displayName: 'Ann Example',
    bio: 'Full-stack developer',
    websiteUrl: 'https://example.org',
    skills: ['JavaScript', 'TypeScript', 'React'],
  }
  const { data } = await ann.patch<PrivateUser>('users/me', change)
  expect(data).toMatchObject({ ...change, email: 'ann@example.org' })
  expect(() => privateUserSchema.strict().parse(data)).not.toThrow()
  const kept = await ann.patch<PrivateUser>('users/me', { location: 'Berlin', bio: null })
  expect(kept.data).toMatchObject({ skills: change.skills, location: 'Berlin', bio: null })

  const seen = (await (await signUp('bob')).get<User>('users/ANN')).data
  expect(seen.displayName).toBe('Ann Example')
  expect(() => userSchema.strict().parse(seen)).not.toThrow()
  expect(JSON.stringify(seen)).not.toContain('ann@')
})

test('without a name, the username is shown', async () => {
  const carl = await signUp('carl')
  expect((await carl.get<User>('users/carl')).data.displayName).toBe('carl')
  await carl.patch('users/me', { displayName: 'Carl C.' })
  for (const displayName of [null, '', '  ']) {
    const { data } = await carl.patch<PrivateUser>('users/me', { displayName })
    expect(data.displayName).toBe('carl')
  }
})

test('people are found by part of a name and by all of the skills, in any case', async () => {
  const johns = [await signUp('john-1'), await signUp('john-2')]
  await johns[0]?.patch('users/me', { skills: ['JavaScript', 'SQL'] })
  await johns[1]?.patch('users/me', { skills: ['JavaScript'], displayName: 'Johnny_B' })
  const find = async (query: string) =>
    (await johns[0]?.get<User[]>(`users/search?${query}`))?.data.map(({ username }) => username)
  expect(await find('q=JOHN&skills=javascript')).toEqual(['john-1', 'john-2'])
  expect(await find('skills=javascript,%20sql')).toEqual(['john-1'])
  expect(await find('q=johnny_')).toEqual(['john-2'])
  // `_` is a letter here, not a wildcard.
  expect(await find('q=john_')).toEqual([])
  expect(await find('q=john&limit=1&page=2')).toEqual(['john-2'])
})

test('nobody is called so', async () => {
  expect((await (await signUp('dave')).get('users/nobody-here')).status).toBe(404)
})
