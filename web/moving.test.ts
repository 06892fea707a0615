import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createMoving } from './moving.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('lets what was begun finish, and new requests wait for the new connection', async () => {
  const reconnect = vi.fn<() => void>()
  const moving = createMoving({ reconnect })
  let answer = () => {}
  void moving.track(new Promise<void>((resolve) => (answer = resolve)))
  moving.announced(1_000)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(reconnect).not.toHaveBeenCalled()
  let through = false
  const waits = moving.passage(15_000).then(() => (through = true))
  answer()
  await vi.advanceTimersByTimeAsync(0)
  expect(reconnect).toHaveBeenCalledTimes(1)
  expect(moving.left()).toBe(true)
  expect(through).toBe(false)
  moving.arrived()
  await waits
  expect(through).toBe(true)
})

it('waits neither for ever for an answer, nor for a connection', async () => {
  const reconnect = vi.fn<() => void>()
  const moving = createMoving({ reconnect })
  void moving.track(new Promise(() => {}))
  moving.announced(0)
  await vi.advanceTimersByTimeAsync(2_001)
  expect(reconnect).toHaveBeenCalledTimes(1)
  moving.left()
  let through = false
  void moving.passage(500).then(() => (through = true))
  await vi.advanceTimersByTimeAsync(501)
  expect(through).toBe(true)
})

it('opens nothing for whoever signed out meanwhile', async () => {
  const reconnect = vi.fn<() => void>()
  const moving = createMoving({ reconnect })
  void moving.track(new Promise(() => {}))
  moving.announced(0)
  await vi.advanceTimersByTimeAsync(1)
  moving.close()
  await vi.advanceTimersByTimeAsync(2_001)
  expect(reconnect).not.toHaveBeenCalled()
})

it('takes it as the move where the node was faster, and as a loss where none was announced', async () => {
  const reconnect = vi.fn<() => void>()
  const moving = createMoving({ reconnect })
  expect(moving.left()).toBe(false)
  moving.announced(60_000)
  expect(moving.left()).toBe(true)
  moving.arrived()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(reconnect).not.toHaveBeenCalled()
})
