// For a measured server: tells its parent what it holds when it is asked, and ends with it.
import { setTimeout as pause } from 'node:timers/promises'

process.on('message', (request) => {
  if (request === 'memory') void weigh().then((bytes) => process.send?.(bytes))
})

process.once('disconnect', () => process.exit())

/** What the start left behind goes in several turns: buffers are let go only after what held them was collected. */
async function weigh() {
  for (let turn = 0; turn < 4; turn += 1) {
    globalThis.gc?.()
    await pause(250)
  }
  // Array buffers are part of what is external.
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
