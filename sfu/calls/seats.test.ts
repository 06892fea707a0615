// Joins that go wrong on the way between two nodes: nobody stays in a call without a seat.
import { expect, test } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import type { Caller } from '../../protocol/requests.ts'
import { createSeats } from './seats.ts'

const user = { id: 'ada', username: 'ada', displayName: 'Ada', avatar: '' }
const principal: Caller['principal'] = { id: 'ada', role: 'member', user, sessionId: 'one' }
const caller: Caller = { socketId: 'socket', principal }
const address = { projectId: 'project' }
const lost = () => Promise.reject(new AppError('UNAVAILABLE', 'No answer'))

function useSeats() {
  const told: string[] = []
  const seats = createSeats((owner, _, __, isCut = false) =>
    told.push(`${owner} ${isCut ? 'cut' : 'left'}`),
  )
  const take = (owner: string, join: () => Promise<{ peerId: string }>, resumes = false) =>
    seats.take(caller, address, { resumes, findOwner: () => Promise.resolve(owner), join })
  const joined = () => Promise.resolve({ peerId: 'peer' })
  const owner = () => seats.ownerOf(caller.socketId, address)
  return { seats, told, take, joined, owner }
}

test('[CA2] who joined without hearing of it is taken out again', async () => {
  const { told, take, owner } = useSeats()
  await expect(take('a', lost)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(told).toEqual(['a left'])
  expect(owner()).toBeUndefined()
})

test('[CA20] who resumed without hearing of it may try again', async () => {
  const { told, take } = useSeats()
  await expect(take('a', lost, true)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(told).toEqual(['a cut'])
})

test('a seat outlives a failed attempt to join anew, and goes with its socket', async () => {
  const { seats, told, take, joined, owner } = useSeats()
  await take('a', joined)
  await expect(take('a', lost)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(told).toEqual([])
  expect(owner()).toBe('a')
  seats.cut(caller.socketId)
  expect(told).toEqual(['a cut'])
  expect(seats.owners().size).toBe(0)
})

test('who leaves while joining is in nothing', async () => {
  const { seats, told, take, joined, owner } = useSeats()
  const joining = take('a', joined)
  seats.leave(caller.socketId, address)
  await expect(joining).rejects.toMatchObject({ details: { joined: false } })
  expect(told).toEqual(['a left'])
  expect(owner()).toBeUndefined()
})
