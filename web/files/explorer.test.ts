import { expect, it } from 'vitest'
import { session } from '../accounts/session.ts'
import { changeExplorer, explorerOf, openAll, openFolders, shownFolders } from './explorer.ts'
import { isOpen } from './tree.ts'

it('closes folders while there is a filter, until it changes', () => {
  const shows = (id: string) => isOpen(shownFolders(explorerOf('p').get()), id)
  openFolders('p', ['closed'], false)
  changeExplorer('p', { filter: 'a' })
  expect(shows('closed')).toBe(true)
  openFolders('p', ['src'], false)
  expect(shows('src')).toBe(false)
  changeExplorer('p', { filter: 'ab' })
  expect(shows('src')).toBe(true)
  openAll('p', false)
  expect(shows('src')).toBe(false)
  openFolders('p', ['new'])
  changeExplorer('p', { filter: '' })
  expect(['src', 'new', 'closed'].filter(shows)).toEqual(['src', 'new'])
})

it('is each person’s own in a browser that several use', () => {
  const signIn = (id: string) => {
    const page = { bio: null, avatarUrl: null, location: null, timezone: null, skills: [] }
    const links = { githubUsername: null, linkedinUrl: null, websiteUrl: null, interests: [] }
    const account = { email: '', emailVerified: true, role: 'member' as const, createdAt: '' }
    const names = { id, username: id, displayName: id, avatar: '' }
    session.set({ state: 'signed-in', user: { ...names, ...page, ...links, ...account } })
  }
  signIn('ada')
  changeExplorer('p', { filter: 'moon', view: 'search' })
  signIn('bob')
  expect(explorerOf('p').get()).toMatchObject({ filter: '', view: 'tree' })
  signIn('ada')
  expect(explorerOf('p').get()).toMatchObject({ filter: 'moon', view: 'search' })
})
