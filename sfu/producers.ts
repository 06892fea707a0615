// What one peer sends: at most one producer of each source.
import type { Producer, WebRtcTransport } from 'mediasoup/types'
import {
  sourceKinds,
  type CallProducer,
  type CallRequests,
  type MediaSource,
} from '../protocol/calls.ts'
import { AppError, notFound } from '../protocol/errors.ts'
import { Making } from './making.ts'
import { refusing } from './refusal.ts'

type Payload<Name extends keyof CallRequests> = CallRequests[Name][0]

interface ProducersOptions {
  peerId: string
  isClosed(): boolean
  onAdded(producer: Producer, description: CallProducer): void
  onPaused(producer: Producer): void
  onClosed(producer: Producer): void
}

export class Producers {
  readonly #options: ProducersOptions
  readonly #making: Making
  readonly #bySource = new Map<MediaSource, Producer>()

  constructor(options: ProducersOptions) {
    this.#options = options
    this.#making = new Making(options.isClosed)
  }

  describe(): CallProducer[] {
    return [...this.#bySource].map(([source, producer]) => this.#describe(source, producer))
  }

  of(source: MediaSource): Producer | undefined {
    return this.#bySource.get(source)
  }

  find(producerId: string): Producer | undefined {
    return [...this.#bySource.values()].find(({ id }) => id === producerId)
  }

  async produce(
    transport: WebRtcTransport,
    { kind, source, rtpParameters, paused = false }: Payload<'call_produce'>,
  ): Promise<{ producerId: string }> {
    if (sourceKinds[source] !== kind) {
      throw new AppError('VALIDATION_ERROR', `A ${source} is ${sourceKinds[source]}, not ${kind}`)
    }
    if (this.#bySource.has(source)) throw alreadySending(source)
    const producer = await this.#making.once(source, alreadySending(source), () =>
      refusing('Cannot send', () => transport.produce({ kind, rtpParameters, paused })),
    )
    this.#bySource.set(source, producer)
    producer.observer.once('close', () => {
      if (this.#bySource.get(source) !== producer) return
      this.#bySource.delete(source)
      this.#options.onClosed(producer)
    })
    this.#options.onAdded(producer, this.#describe(source, producer))
    return { producerId: producer.id }
  }

  async pause(producerId: string, paused: boolean): Promise<null> {
    const producer = this.#require(producerId)
    await refusing('Cannot pause', () => (paused ? producer.pause() : producer.resume()))
    this.#options.onPaused(producer)
    return null
  }

  close(producerId: string): null {
    this.#require(producerId).close()
    return null
  }

  keepOnly(ids: ReadonlySet<string>) {
    for (const producer of this.#bySource.values()) if (!ids.has(producer.id)) producer.close()
  }

  /** Their transport closes; nobody is told of each. */
  forget() {
    this.#bySource.clear()
  }

  #describe(source: MediaSource, { id, kind, paused }: Producer): CallProducer {
    return { producerId: id, peerId: this.#options.peerId, kind, source, paused }
  }

  #require(producerId: string): Producer {
    const producer = this.find(producerId)
    if (!producer) throw notFound('Producer')
    return producer
  }
}

const alreadySending = (source: MediaSource) =>
  new AppError('CONFLICT', `You are sending a ${source} already`)
