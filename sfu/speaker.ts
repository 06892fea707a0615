// Who speaks in a room, as a worker hears it in the microphones of all places.
import type { ActiveSpeakerObserver, Producer } from 'mediasoup/types'
import type { PipeHold } from './pipes.ts'

interface SpeakerOptions {
  /** Where the observer is */
  hold(microphone: Producer): Promise<PipeHold>
  onChange(): void
}

/** An open microphone */
interface Open {
  peerId: string
  microphone: Producer
  hold?: PipeHold
}

export class Speaker {
  readonly #options: SpeakerOptions
  #observer: ActiveSpeakerObserver | undefined
  readonly #open = new Map<string, Open>()
  #producerId: string | null = null

  constructor(options: SpeakerOptions) {
    this.#options = options
  }

  get peerId(): string | null {
    return (this.#producerId && this.#open.get(this.#producerId)?.peerId) ?? null
  }

  /** @param observer instead of the one before, which is closed */
  listen(observer: ActiveSpeakerObserver) {
    this.#observer = observer
    observer.on('dominantspeaker', ({ producer }) => this.#set(producer.id))
    for (const open of this.#open.values()) void this.#hear(open, observer)
  }

  /** @param microphone which cannot be the speaker's while it is paused */
  follow(peerId: string, microphone: Producer) {
    const { id: producerId } = microphone
    const open = () => {
      const opened: Open = { peerId, microphone }
      this.#open.set(producerId, opened)
      if (this.#observer) void this.#hear(opened, this.#observer)
    }
    const forget = () => {
      if (this.#producerId === producerId) this.#set(null)
      this.#open.get(producerId)?.hold?.release()
      this.#open.delete(producerId)
    }
    if (!microphone.paused) open()
    microphone.observer.on('resume', open)
    microphone.observer.on('pause', () => {
      // Fails when the producer, the room or the worker is gone: then there is nothing to follow.
      this.#observer?.removeProducer({ producerId }).catch(() => undefined)
      forget()
    })
    microphone.observer.once('close', forget)
  }

  async #hear(open: Open, observer: ActiveSpeakerObserver) {
    const { id: producerId } = open.microphone
    try {
      const hold = await this.#options.hold(open.microphone)
      if (this.#open.get(producerId) !== open || this.#observer !== observer) return hold.release()
      open.hold = hold
      await observer.addProducer({ producerId })
    } catch {
      // As above
    }
  }

  #set(producerId: string | null) {
    if (this.#producerId === producerId) return
    // News of a microphone that was muted or closed meanwhile
    if (producerId !== null && !this.#open.has(producerId)) return
    this.#producerId = producerId
    this.#options.onChange()
  }
}
