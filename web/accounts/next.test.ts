import { expect, it } from 'vitest'
import { nextPath } from './next.ts'

it('goes only to paths of this application after signing in', () => {
  expect(nextPath('?next=%2Finvite%2Fabc')).toBe('/invite/abc')
  for (const bad of ['//evil.example', '/\\evil.example', 'https://evil.example', '', '/\t/evil']) {
    expect(nextPath(`?next=${encodeURIComponent(bad)}`), bad).toBe('/projects')
  }
})
