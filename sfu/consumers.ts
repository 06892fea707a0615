// What one peer receives.
import type { Consumer, ConsumerLayers, Producer, WebRtcTransport } from 'mediasoup/types'
import { mediaSources, type CallRequests, type ConsumerParameters } from '../protocol/calls.ts'
import { AppError, notFound } from '../protocol/errors.ts'
import { MAX_PEERS } from './limits.ts'
import { Making } from './making.ts'
import type { PipeHold } from './pipes.ts'
import { refusing } from './refusal.ts'

type Payload<Name extends keyof CallRequests> = CallRequests[Name][0]

/** One of each source of everybody else in a full call: a producer is consumed once. */
export const MAX_CONSUMERS = (MAX_PEERS - 1) * mediaSources.length

interface ConsumersOptions {
  isClosed(): boolean
  canConsume(request: Payload<'call_consume'>): boolean
  /** Where it is to be received */
  hold(producer: Producer): Promise<PipeHold>
  /** What a consumer gets of the bandwidth before others, from 1 */
  priorityOf(producer: Producer): number
  onLayers(consumerId: string, layers: ConsumerLayers | undefined): void
}

export class Consumers {
  readonly #options: ConsumersOptions
  readonly #making: Making
  readonly #byId = new Map<string, { consumer: Consumer; hold: PipeHold }>()

  constructor(options: ConsumersOptions) {
    this.#options = options
    this.#making = new Making(options.isClosed)
  }

  /** @param producer of somebody else in the call */
  async consume(
    transport: WebRtcTransport,
    producer: Producer,
    request: Payload<'call_consume'>,
  ): Promise<ConsumerParameters> {
    const { producerId, rtpCapabilities } = request
    const twice = new AppError('CONFLICT', 'You are receiving this already')
    if (this.#of(producerId)) throw twice
    const { consumer, hold } = await this.#making.once(producerId, twice, () =>
      refusing('Cannot receive', async () => {
        if (!this.#options.canConsume(request)) {
          throw new AppError('VALIDATION_ERROR', 'These capabilities cannot receive this producer')
        }
        const hold = await this.#options.hold(producer)
        try {
          const consumer = await transport.consume({ producerId, rtpCapabilities, paused: true })
          consumer.observer.once('close', hold.release)
          return { consumer, hold, close: () => consumer.close() }
        } catch (error) {
          hold.release()
          throw error
        }
      }),
    )
    if (producer.closed) {
      // It may have closed before anybody listened.
      consumer.close()
      throw notFound('Producer')
    }
    this.#byId.set(consumer.id, { consumer, hold })
    consumer.observer.once('close', () => this.#byId.delete(consumer.id))
    consumer.on('layerschange', (layers) => this.#options.onLayers(consumer.id, layers))
    this.prioritise(producer)
    return {
      consumerId: consumer.id,
      producerId,
      kind: consumer.kind,
      // The same parameters; the two packages list different header extensions.
      rtpParameters: consumer.rtpParameters as ConsumerParameters['rtpParameters'],
      // A pipe may be paused without it.
      producerPaused: producer.paused,
    }
  }

  async pause(consumerId: string, paused: boolean): Promise<null> {
    const { consumer, hold } = this.#require(consumerId)
    hold.setActive(!paused)
    await refusing('Cannot pause', () => (paused ? consumer.pause() : consumer.resume()))
    return null
  }

  async setLayers({
    consumerId,
    spatialLayer,
    temporalLayer,
  }: Payload<'call_set_layers'>): Promise<null> {
    const { consumer } = this.#require(consumerId)
    await refusing('Cannot choose layers', () =>
      consumer.setPreferredLayers({
        spatialLayer,
        ...(temporalLayer !== undefined && { temporalLayer }),
      }),
    )
    return null
  }

  keepOnly(ids: ReadonlySet<string>) {
    for (const [id, { consumer }] of this.#byId) if (!ids.has(id)) consumer.close()
  }

  prioritise(producer: Producer) {
    const consumer = this.#of(producer.id)
    // Sound always goes first: the worker counts it before it deals out the rest.
    if (!consumer || consumer.kind === 'audio') return
    // It may be closed by then, or the worker die; either way nothing is left to be put in order.
    consumer.setPriority(this.#options.priorityOf(producer)).catch(() => undefined)
  }

  #of(producerId: string): Consumer | undefined {
    return [...this.#byId.values()]
      .map(({ consumer }) => consumer)
      .find((consumer) => consumer.producerId === producerId)
  }

  #require(consumerId: string) {
    const received = this.#byId.get(consumerId)
    if (!received) throw notFound('Consumer')
    return received
  }
}
