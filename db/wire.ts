// What `pg` takes for its socket: PostgreSQL's wire protocol to and from a thread.
import { Duplex } from 'node:stream'
import type { Worker } from 'node:worker_threads'

export class ThreadWire extends Duplex {
  readonly #thread: Worker
  readonly #onMessage = (answers: Uint8Array) => this.push(Buffer.from(answers.buffer))

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

  /** PGlite takes whole messages only, which is what `pg` writes; whatever it writes at once goes in one piece. */
  override _writev(chunks: { chunk: Buffer }[], done: () => void) {
    const messages = new Uint8Array(chunks.reduce((sum, { chunk }) => sum + chunk.length, 0))
    let at = 0
    for (const { chunk } of chunks) {
      messages.set(chunk, at)
      at += chunk.length
    }
    this.#thread.postMessage(messages, [messages.buffer])
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
