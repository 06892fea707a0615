// What is sent in one place of a room and received in another goes through a pipe: one for each producer and place,
// as long as somebody there receives it, and paused while nobody there looks.
import type { Consumer, Producer } from 'mediasoup/types'
import { notFound } from '../protocol/errors.ts'
import type { Place } from './places.ts'

/** The producer is to be had in a place until this is released. */
export interface PipeHold {
  setActive(active: boolean): void
  release(): void
}

interface Pipe {
  consumer: Promise<Consumer>
  holds: Set<{ active: boolean }>
  flows: boolean
}

const direct: PipeHold = { setActive: () => undefined, release: () => undefined }

export class Pipes {
  readonly #pipes = new Map<string, Pipe>()

  /** @throws AppError NOT_FOUND when the producer closes meanwhile, by itself or with its worker */
  async hold(producer: Producer, from: Place, to: Place): Promise<PipeHold> {
    if (from === to) return direct
    const pipe = this.#pipes.get(`${producer.id} ${to.router.id}`) ?? this.#open(producer, from, to)
    const hold = { active: true }
    pipe.holds.add(hold)
    try {
      const consumer = await pipe.consumer
      settle(pipe, consumer)
      return {
        setActive(active) {
          hold.active = active
          settle(pipe, consumer)
        },
        release() {
          pipe.holds.delete(hold)
          settle(pipe, consumer)
        },
      }
    } catch (error) {
      throw producer.closed ? notFound('Producer') : error
    }
  }

  #open(producer: Producer, from: Place, to: Place): Pipe {
    const key = `${producer.id} ${to.router.id}`
    const pipe: Pipe = { consumer: connect(producer, from, to), holds: new Set(), flows: true }
    const forget = () => {
      if (this.#pipes.get(key) === pipe) this.#pipes.delete(key)
    }
    this.#pipes.set(key, pipe)
    pipe.consumer.then((consumer) => {
      if (consumer.closed) forget()
      else consumer.observer.once('close', forget)
    }, forget)
    return pipe
  }
}

async function connect({ id: producerId }: Producer, from: Place, to: Place): Promise<Consumer> {
  const { pipeConsumer, pipeProducer } = await from.router.pipeToRouter({
    producerId,
    router: to.router,
    enableSctp: false,
  })
  if (!pipeConsumer || !pipeProducer) throw new Error('A pipe with one end')
  // Of mediasoup's own nobody would handle the rejection when a worker dies meanwhile.
  pipeConsumer.observer
    .removeAllListeners('pause')
    .removeAllListeners('resume')
    .on('pause', () => void pipeProducer.pause().catch(ended))
    .on('resume', () => void pipeProducer.resume().catch(ended))
  return pipeConsumer
}

/** Pausing fails when one of the workers dies: then the pipe is gone, too. */
const ended = () => undefined

function settle(pipe: Pipe, consumer: Consumer) {
  if (consumer.closed) return
  if (pipe.holds.size === 0) return consumer.close()
  const flows = [...pipe.holds].some(({ active }) => active)
  if (flows === pipe.flows) return
  pipe.flows = flows
  const settled = flows ? consumer.resume() : consumer.pause()
  settled.catch(ended)
}
