// Producers and consumers on their way: the worker takes its time, and the peer may leave or ask twice meanwhile.
import { AppError } from '../protocol/errors.ts'

export class Making {
  readonly #isClosed: () => boolean
  /** Taken before the worker is asked, so that requests at the same time cannot pass a limit together */
  readonly #reserved = new Set<string>()

  constructor(isClosed: () => boolean) {
    this.#isClosed = isClosed
  }

  async once<T extends { close(): void }>(
    key: string,
    taken: AppError,
    make: () => Promise<T>,
  ): Promise<T> {
    if (this.#reserved.has(key)) throw taken
    this.#reserved.add(key)
    try {
      return this.keep(await make())
    } finally {
      this.#reserved.delete(key)
    }
  }

  /** The peer may have been closed while the worker was asked: then nothing may stay. */
  keep<T extends { close(): void }>(made: T): T {
    if (!this.#isClosed()) return made
    made.close()
    throw new AppError('NOT_FOUND', 'You have left the call', { joined: false })
  }
}
