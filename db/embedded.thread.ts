// The thread of embedded.ts: what a client writes goes to PGlite, and its answers back.
import { parentPort, workerData } from 'node:worker_threads'
import { createPglite, type PgliteOptions } from './pglite.ts'

export type EmbeddedWork = Pick<PgliteOptions, 'directory' | 'isNew'>

/** What PostgreSQL's clients say when they leave begins with it. */
const TERMINATE = 'X'.charCodeAt(0)
const ROLLBACK = Buffer.from('Q\0\0\0\x0drollback\0')

const pglite = await createPglite({
  ...(workerData as EmbeddedWork),
  onBroken: () => process.exit(1),
})

function answer(messages: Uint8Array) {
  if (messages[0] === TERMINATE) {
    // There is one session for all clients: the next must not be in the transaction of this one.
    pglite.execProtocolRawSync(ROLLBACK)
    return
  }
  // A copy: it may be a part of PGlite's own buffer.
  const answers = new Uint8Array(pglite.execProtocolRawSync(messages))
  parentPort?.postMessage(answers, [answers.buffer])
}

async function end() {
  await pglite.close()
  process.exit(0)
}

parentPort?.on('message', (messages: Uint8Array | 'end') =>
  messages === 'end' ? void end() : answer(messages),
)
parentPort?.postMessage('ready')
