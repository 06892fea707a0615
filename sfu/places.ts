// Where the peers of a room are: on one worker, and on more when it grows. A place is a router of the room, one on each
// of these workers.
import type { ActiveSpeakerObserver, Router } from 'mediasoup/types'
import type { MediaWorker } from './workers.ts'

export interface Place {
  readonly worker: MediaWorker
  readonly router: Router
  /** Hears the room, where this is its first place */
  readonly observer: ActiveSpeakerObserver
  /** Those who are coming, too */
  peers: number
}

export async function openPlace(worker: MediaWorker): Promise<Place> {
  const router = await worker.createRouter()
  try {
    return { worker, router, observer: await router.createActiveSpeakerObserver(), peers: 0 }
  } catch (error) {
    router.close()
    throw error
  }
}

interface PlacesOptions {
  first: Place
  /** @returns the one with the fewest peers, which may have a place of this room */
  findWorker(): Promise<MediaWorker>
  /** Its worker died. */
  onLost(place: Place): void
  /** There is another first one. */
  onFirst(place: Place): void
}

export class Places {
  readonly #options: PlacesOptions
  #first: Place
  /** Beyond the first */
  readonly #more = new Set<Place>()
  #growing: Promise<Place | undefined> | undefined
  #closed = false

  constructor(options: PlacesOptions) {
    this.#options = options
    this.#first = options.first
    this.#watch(options.first)
  }

  get first(): Place {
    return this.#first
  }

  /** For one peer more, until leave(); those who come together share what is opened for them. */
  async take(): Promise<Place> {
    let place = this.#emptiest()
    while (place.peers >= place.worker.maxPeersOfRoom) {
      this.#growing ??= this.#grow().finally(() => (this.#growing = undefined))
      const known = await this.#growing
      place = known ?? this.#emptiest()
      if (known) break
    }
    place.peers += 1
    place.worker.load += 1
    return place
  }

  leave(place: Place) {
    place.peers -= 1
    place.worker.load -= 1
    if (place.peers === 0 && this.#forget(place)) place.router.close()
  }

  close() {
    this.#closed = true
    for (const { router } of [this.#first, ...this.#more]) router.close()
  }

  #emptiest(): Place {
    return [...this.#more].reduce((a, b) => (b.peers < a.peers ? b : a), this.#first)
  }

  /** @returns the place to be taken where no worker is better than one that has a place */
  async #grow(): Promise<Place | undefined> {
    const worker = await this.#options.findWorker()
    const known = [this.#first, ...this.#more].find((place) => place.worker === worker)
    if (known) return known
    const place = await openPlace(worker)
    if (this.#closed) {
      place.router.close()
      return place
    }
    this.#more.add(place)
    this.#watch(place)
    return undefined
  }

  #watch(place: Place) {
    place.router.once('workerclose', () => {
      this.#forget(place)
      this.#options.onLost(place)
    })
  }

  /** @returns whether there are others; the only one stays. */
  #forget(place: Place): boolean {
    if (this.#more.delete(place)) return true
    const [next] = this.#more
    if (place !== this.#first || !next) return false
    this.#more.delete(next)
    this.#first = next
    this.#options.onFirst(next)
    return true
  }
}
