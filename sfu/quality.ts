// How well what a peer sends gets through, as the worker scores each stream: 10 is perfect.
import type { Producer } from 'mediasoup/types'

/** No news more often than this, milliseconds. */
const TELL_EVERY = 1_000

const signOf = (score: number) => (score >= 7 ? 'good' : score >= 4 ? 'fair' : 'poor')

export class Quality {
  readonly #producers = new Set<Producer>()
  readonly #onSign: (score: number) => void
  #told: ReturnType<typeof signOf> | undefined
  #timer: NodeJS.Timeout | undefined

  /** @param onSign told when it became good, fair or poor */
  constructor(onSign: (score: number) => void) {
    this.#onSign = onSign
  }

  watch(producer: Producer) {
    this.#producers.add(producer)
    const look = () => this.#look()
    producer.on('score', look)
    producer.observer.on('pause', look)
    producer.observer.on('resume', look)
    producer.observer.once('close', () => {
      if (this.#producers.delete(producer)) look()
    })
  }

  /** Of the worst that is sent now; of a simulcast, the best layer counts. */
  get score(): number | null {
    const scores = [...this.#producers]
      .filter(({ paused, score }) => !paused && score.length > 0)
      .map(({ score }) => Math.max(...score.map((layer) => layer.score)))
    return scores.length > 0 ? Math.min(...scores) : null
  }

  close() {
    clearTimeout(this.#timer)
    this.#producers.clear()
  }

  #look() {
    // Nothing that is sent is poor.
    const score = this.score ?? 10
    if (this.#timer || signOf(score) === this.#told) return
    this.#told = signOf(score)
    this.#onSign(score)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#look()
    }, TELL_EVERY)
  }
}
