// What a peer sends, in bits per second. Browsers keep to what mediasoup tells them; who does not is sent away.
import type { WebRtcTransport } from 'mediasoup/types'

/** Milliseconds between looks; at two in a row it must be too much, and not only by a burst. */
const LOOK_EVERY = 2_000
const LOOKS = 2
const BURST = 1.5

export class Flow {
  readonly #transports = new Set<WebRtcTransport>()
  readonly #limit: number
  readonly #onExceeded: () => void
  #timer: NodeJS.Timeout | undefined
  #exceeded = 0

  /** @param limit bits per second, of all transports together */
  constructor(limit: number, onExceeded: () => void) {
    this.#limit = limit * BURST
    this.#onExceeded = onExceeded
  }

  watch(transport: WebRtcTransport) {
    this.#transports.add(transport)
    transport.observer.once('close', () => this.#transports.delete(transport))
    this.#timer ??= setInterval(() => void this.#look(), LOOK_EVERY).unref()
  }

  close() {
    clearInterval(this.#timer)
  }

  async #look() {
    // Of a transport that closes meanwhile, nothing comes any more.
    const reads = [...this.#transports].map((transport) => transport.getStats().catch(() => []))
    const rates = (await Promise.all(reads)).flat().map(({ recvBitrate }) => recvBitrate)
    const sum = rates.reduce((total, rate) => total + rate, 0)
    this.#exceeded = sum > this.#limit ? this.#exceeded + 1 : 0
    if (this.#exceeded === LOOKS) this.#onExceeded()
  }
}
