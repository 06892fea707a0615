// `node sfu/worker/prepare.ts`: gets the media worker's binary now, for images and test machines. Progress on
// stdout with the path as the last line; exit code 1 and the reason on stderr when there is none.
import { createWorkerBinary } from './binary.ts'

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stop.abort())

const worker = createWorkerBinary({ env: process.env, signal: stop.signal })
let last = ''
worker.onChange((status) => {
  if (status.state !== 'preparing') return
  const { message, progress } = status
  // In steps of five per cent: in an image's build log every line stays.
  const line = progress === null ? message : `${message}: ${Math.floor(progress * 20) * 5} %`
  if (line !== last) console.log(line)
  last = line
})
worker.ready.then(
  (path) => console.log(path),
  (error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  },
)
