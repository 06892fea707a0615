// What breaks at once is not joined again at once.
import { expect, onTestFinished, test, vi } from 'vitest'
import { createPatience } from './patience.ts'

test('a success that ends soon does not begin anew, one that lasts does', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const patience = createPatience()
  const waits = async () => {
    const over = vi.fn<() => void>()
    void patience.wait().then(over)
    await vi.advanceTimersByTimeAsync(0)
    const hadToWait = over.mock.calls.length === 0
    await vi.advanceTimersByTimeAsync(5_000)
    return hadToWait
  }
  expect(await waits()).toBe(false)
  patience.succeeded()
  expect(await waits()).toBe(true)
  patience.succeeded()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await waits()).toBe(false)
  expect(await waits()).toBe(true)
  patience.forget()
  expect(await waits()).toBe(false)
})
