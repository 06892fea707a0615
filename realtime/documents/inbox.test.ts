import { expect, onTestFinished, test, vi } from 'vitest'
import { createInbox } from './inbox.ts'

function open() {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const state = { rest: 0, paused: false, taken: [] as number[], ended: false }
  const inbox = createInbox({
    rest: () => state.rest,
    take: ([number]) => {
      state.taken.push(number!)
      // Every third frame uses up the turn.
      state.rest = number! % 3 === 0 ? 10 : 0
    },
    pause: () => (state.paused = true),
    resume: () => (state.paused = false),
  })
  const put = (...numbers: number[]) => numbers.forEach((n) => inbox.put(new Uint8Array([n])))
  const pass = (ms: number) => {
    state.rest = 0
    vi.advanceTimersByTime(ms)
  }
  return { state, inbox, put, pass }
}

test('frames that have no turn wait in order, and nothing more is read meanwhile', () => {
  const { state, put, pass } = open()
  put(1, 2, 3, 4, 5)
  expect(state).toMatchObject({ taken: [1, 2, 3], paused: true })
  put(6)
  pass(9)
  expect(state.taken).toEqual([1, 2, 3])
  pass(1)
  expect(state).toMatchObject({ taken: [1, 2, 3, 4, 5, 6], paused: false })
})

test('what is put back comes before what came later', () => {
  const { state, inbox, put, pass } = open()
  put(3, 7)
  inbox.putBack([new Uint8Array([4]), new Uint8Array([5])])
  pass(10)
  expect(state.taken).toEqual([3, 4, 5, 7])
})

test('what came before the end is taken, however long it rests', () => {
  const { state, inbox, put, pass } = open()
  put(3, 4)
  inbox.end(() => (state.ended = true))
  expect(state).toMatchObject({ taken: [3], ended: false })
  pass(10)
  expect(state).toMatchObject({ taken: [3, 4], ended: true })
})

test('what is cleared is gone, is read again, and may end', () => {
  const { state, inbox, put, pass } = open()
  put(3, 4)
  inbox.end(() => (state.ended = true))
  inbox.clear()
  pass(10)
  expect(state).toMatchObject({ taken: [3], paused: false, ended: true })
})

test('of two connections that wait for the same time, none takes all turns', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  let restedAt = 0
  const taken: string[] = []
  const connect = (name: string) =>
    createInbox({
      rest: () => Math.max(0, restedAt - Date.now()),
      take() {
        taken.push(name)
        restedAt = Date.now() + 10
      },
      pause: () => undefined,
      resume: () => undefined,
    })
  const [script, tab] = [connect('script'), connect('tab')]
  for (let n = 0; n < 9; n++) script.put(new Uint8Array())
  tab.put(new Uint8Array())
  vi.advanceTimersByTime(50)
  expect(taken.slice(0, 3)).toContain('tab')
})
