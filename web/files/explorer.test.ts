import { expect, it } from 'vitest'
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
