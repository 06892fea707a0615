// The thread of embedded.ts: what a client writes goes to PGlite, and its answers back.
import { parentPort, workerData } from 'node:worker_threads'
import { createPglite, type PgliteOptions } from './pglite.ts'
import { concat, type Answered, type Asked } from './wire.ts'

export type EmbeddedWork = Pick<PgliteOptions, 'directory' | 'isNew'>

/** The first byte of what a client of PostgreSQL says when it leaves, and when it comes. */
const [TERMINATE, STARTUP] = ['X'.charCodeAt(0), 0]
const ROLLBACK = Buffer.from('Q\0\0\0\x0drollback\0')

const pglite = await createPglite({
  ...(workerData as EmbeddedWork),
  onBroken: () => process.exit(1),
})

/** With a taker of its own: otherwise PGlite parses what it answers, and keeps it. */
function ask(messages: Uint8Array) {
  const parts: Uint8Array[] = []
  // Done when it returns: there is nothing to wait for but the sync, which Node's files do not need.
  void pglite.execProtocolRawStream(messages, {
    syncToFs: false,
    onRawData: (part) => void parts.push(part.slice()),
  })
  return concat(parts)
}

function answer({ wire, messages }: Asked) {
  // There is one session for all clients: the next must not be in the transaction of this one.
  if (messages[0] === TERMINATE || messages[0] === STARTUP) ask(ROLLBACK)
  if (messages[0] === TERMINATE) return
  const answers = ask(messages)
  parentPort?.postMessage({ wire, answers } satisfies Answered, [answers.buffer])
}

async function end() {
  await pglite.close()
  process.exit(0)
}

parentPort?.on('message', (request: Asked | 'end') =>
  request === 'end' ? void end() : answer(request),
)
parentPort?.postMessage('ready')
