// Who speaks in a room, as the worker hears it in the microphones.
import type { ActiveSpeakerObserver, Producer } from 'mediasoup/types'

export class Speaker {
  readonly #observer: ActiveSpeakerObserver
  readonly #onChange: () => void
  /** Of each microphone, its peer */
  readonly #peerIds = new Map<string, string>()
  #producerId: string | null = null

  constructor(observer: ActiveSpeakerObserver, onChange: () => void) {
    this.#observer = observer
    this.#onChange = onChange
    observer.on('dominantspeaker', ({ producer }) => this.#set(producer.id))
  }

  get peerId(): string | null {
    return (this.#producerId && this.#peerIds.get(this.#producerId)) ?? null
  }

  /** @param microphone which cannot be the speaker's while it is paused */
  follow(peerId: string, microphone: Producer) {
    const { id: producerId } = microphone
    // Each fails when the producer, the room or the worker is gone: then there is nothing to follow.
    const listen = () => {
      this.#peerIds.set(producerId, peerId)
      this.#observer.addProducer({ producerId }).catch(() => undefined)
    }
    const forget = () => {
      if (this.#producerId === producerId) this.#set(null)
      this.#peerIds.delete(producerId)
    }
    if (!microphone.paused) listen()
    microphone.observer.on('resume', listen)
    microphone.observer.on('pause', () => {
      forget()
      this.#observer.removeProducer({ producerId }).catch(() => undefined)
    })
    microphone.observer.once('close', forget)
  }

  #set(producerId: string | null) {
    if (this.#producerId === producerId) return
    // News of a microphone that was muted or closed meanwhile
    if (producerId !== null && !this.#peerIds.has(producerId)) return
    this.#producerId = producerId
    this.#onChange()
  }
}
