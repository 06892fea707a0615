import { QueryObserver } from '@tanstack/react-query'
import { expect, onTestFinished, test } from 'vitest'
import { applyNews, queryClient } from './query.ts'

const add = (name: string) => applyNews<string[]>(['names'], (names) => [...names, name])

test.each([undefined, ['a']])('news outlive an older answer, where %o was known', async (known) => {
  const answers = [Promise.withResolvers<string[]>(), Promise.withResolvers<string[]>()]
  let asked = 0
  queryClient.setQueryData(['names'], known)
  const queryFn = () => answers[asked++]?.promise ?? []
  const observer = new QueryObserver(queryClient, { queryKey: ['names'], queryFn, staleTime: 0 })
  onTestFinished(observer.subscribe(() => {}))
  onTestFinished(() => queryClient.clear())
  add('b')
  add('b2')
  answers[0]?.resolve(['a'])
  await expect.poll(() => asked).toBe(2)
  answers[1]?.resolve(['a', 'b', 'b2'])
  await expect.poll(() => queryClient.isFetching()).toBe(0)
  expect(queryClient.getQueryData(['names'])).toEqual(['a', 'b', 'b2'])
  add('c')
  expect(queryClient.getQueryData(['names'])).toEqual(['a', 'b', 'b2', 'c'])
  expect(asked).toBe(2)
})
