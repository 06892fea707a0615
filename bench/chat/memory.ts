// For a measured server: tells its parent what it holds when it is asked.
process.on('message', (request) => {
  if (request !== 'memory') return
  globalThis.gc?.()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  process.send?.(heapUsed + external + arrayBuffers)
})
