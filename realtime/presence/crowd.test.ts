import { expect, onTestFinished, test, vi } from 'vitest'
import type { Place } from '../../protocol/presence.ts'
import { createCrowd, type Change } from './crowd.ts'
import type { Person } from './people.ts'

const person = (id: string, places: Place[] = []): Person => ({
  user: { id, username: id, displayName: id, avatar: '' },
  chosen: 'online',
  idle: false,
  rooms: { room: places },
})

test('[R5] changes of a person within a moment are told as one, and a short absence not at all', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const told: Change[][] = []
  const crowd = createCrowd((_, changes) => void told.push(changes))
  for (const number of [1, 2, 3])
    crowd.set('here', 'ada', person('ada', [{ kind: 'issue', number }]))
  crowd.set('there', 'bob', person('bob'))
  crowd.set('there', 'bob', undefined)
  vi.runAllTimers()
  expect(told).toMatchObject([
    [{ before: undefined, now: { id: 'ada', places: [{ kind: 'issue', number: 3 }] } }],
  ])
  crowd.set('here', 'ada', undefined)
  crowd.set('there', 'ada', person('ada', [{ kind: 'issue', number: 3 }]))
  vi.runAllTimers()
  expect(told).toHaveLength(1)
})
