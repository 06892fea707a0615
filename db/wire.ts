// What `pg` takes for its socket: PostgreSQL's wire protocol to and from a thread.
import { Duplex } from 'node:stream'
import type { Worker } from 'node:worker_threads'

/** What a client says to the thread, whole messages in one piece; each client has a wire of its own. */
export interface Asked {
  wire: number
  messages: Uint8Array
}

export interface Answered {
  wire: number
  answers: Uint8Array
}

/** In memory of their own, which can be handed over to another thread. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

let wires = 0

export class ThreadWire extends Duplex {
  readonly #thread: Worker
  readonly #wire = wires++
  readonly #onMessage = ({ wire, answers }: Answered) => {
    // Those of a client that left are nobody's.
    if (wire === this.#wire) this.push(Buffer.from(answers.buffer))
  }

  constructor(thread: Worker) {
    super()
    this.#thread = thread
    thread.on('message', this.#onMessage)
  }

  connect() {
    setImmediate(() => this.emit('connect'))
    return this
  }
  // `pg` wants these of a socket.
  setNoDelay() {}
  ref() {}
  unref() {}

  override _read() {}

  override _write(chunk: Buffer, _encoding: string, done: () => void) {
    this._writev([{ chunk }], done)
  }

  /** Whatever `pg` writes at once goes in one piece: it writes whole messages, and PGlite takes nothing else. */
  override _writev(chunks: { chunk: Buffer }[], done: () => void) {
    const messages = concat(chunks.map(({ chunk }) => chunk))
    this.#thread.postMessage({ wire: this.#wire, messages } satisfies Asked, [messages.buffer])
    done()
  }

  override _final(done: () => void) {
    this.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void) {
    this.#thread.off('message', this.#onMessage)
    done(error)
  }
}
