// What is received in one membership, one step after the other: sound always, pictures as large as somebody sees them,
// and none that nobody sees.
import type { Device } from 'mediasoup-client'
import type { Consumer, Transport } from 'mediasoup-client/types'
import type { RemotePeers, RemoteProducer } from './remote.ts'
import { codeOf, isNotJoined, type Signalling } from './signalling.ts'
import { layerFor } from './views.ts'

interface ReceiverOptions {
  signalling: Signalling
  device: Device
  openTransport(): Promise<Transport>
  remote: RemotePeers
  /** Of a picture, in device pixels; null when nobody sees it */
  lines(producer: RemoteProducer): number | null
  onLost(): void
}

/** What is received of one producer. */
export interface Reception {
  consumer: Consumer
  /** Simulcast layers that there are */
  layers: number
  /** The one that was asked for; null: the largest, as nothing was asked yet */
  wanted: number | null
  /** The one that comes now; null: none, or nothing was told */
  layer: number | null
  paused: boolean
}

export interface Receiver {
  /** There is something to receive, or it is seen otherwise than before. */
  receive(producerId: string): void
  stop(producerId: string): void
  /** Told by the server. */
  setLayer(consumerId: string, layer: number | null): void
  receptions(): Reception[]
  close(): void
}

/** While a window is resized, or a list scrolled; milliseconds. */
const CALM = 300

/** The producer is gone already, or of no use to this browser. */
const isSkipped = (error: unknown) =>
  !isNotJoined(error) &&
  ['NOT_FOUND', 'VALIDATION_ERROR', 'CONFLICT'].includes(String(codeOf(error)))

export function createReceiver(options: ReceiverOptions): Receiver {
  const { signalling, device, openTransport, remote, lines, onLost } = options
  const { address, request } = signalling
  const receptions = new Map<string, Reception>()
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  let transport: Promise<Transport> | null = null
  let queue: Promise<unknown> = Promise.resolve()
  let closed = false

  /** @returns undefined when the producer was closed meanwhile, which may be at every step */
  async function consume(producerId: string): Promise<Reception | undefined> {
    transport ??= openTransport()
    const { id: transportId } = await transport
    const { recvRtpCapabilities: rtpCapabilities } = device
    const payload = { ...address, transportId, producerId, rtpCapabilities }
    const { consumerId, kind, rtpParameters } = await request('call_consume', payload)
    const found = remote.find(producerId)
    if (!found) return undefined
    // Browsers play the tracks of one stream in step: sound belongs to the picture it comes with.
    const streamId = `${found.peer.peerId}-${found.source.startsWith('screen') ? 'screen' : 'camera'}`
    const consumer = await (
      await transport
    ).consume({ id: consumerId, producerId, kind, rtpParameters, streamId })
    if (!remote.find(producerId)) {
      consumer.close()
      return undefined
    }
    const layers = Number(
      /^[LS](\d+)/.exec(rtpParameters.encodings?.[0]?.scalabilityMode ?? '')?.[1] ?? 1,
    )
    const reception = { consumer, layers, wanted: null, layer: null, paused: true }
    receptions.set(producerId, reception)
    remote.change(producerId, { track: consumer.track })
    return reception
  }

  async function settle(producerId: string) {
    if (closed) return
    const found = remote.find(producerId)
    if (!found) return
    const seen = () => (found.media.kind === 'audio' ? 0 : lines(found))
    if (seen() === null && !receptions.has(producerId)) return
    const reception = receptions.get(producerId) ?? (await consume(producerId))
    if (!reception) return
    const { id: consumerId } = reception.consumer
    const height = seen()
    if (height !== null && reception.layers > 1) {
      const spatialLayer = layerFor(height, reception.layers)
      if (spatialLayer !== reception.wanted) {
        reception.wanted = spatialLayer
        await request('call_set_layers', { ...address, consumerId, spatialLayer })
      }
    }
    const paused = height === null
    if (paused === reception.paused) return
    reception.paused = paused
    const name = paused ? 'call_pause_consumer' : 'call_resume_consumer'
    await request(name, { ...address, consumerId })
  }

  const enqueue = (producerId: string) => {
    queue = queue
      .then(() => settle(producerId))
      .catch((error: unknown) => {
        if (!isSkipped(error)) onLost()
      })
  }

  return {
    receive(producerId) {
      clearTimeout(timers.get(producerId))
      timers.delete(producerId)
      const reception = receptions.get(producerId)
      const found = remote.find(producerId)
      // What comes into sight is wanted at once.
      if (!reception || (reception.paused && found && lines(found) !== null)) enqueue(producerId)
      else
        timers.set(
          producerId,
          setTimeout(() => enqueue(producerId), CALM),
        )
    },
    stop(producerId) {
      clearTimeout(timers.get(producerId))
      timers.delete(producerId)
      receptions.get(producerId)?.consumer.close()
      receptions.delete(producerId)
    },
    setLayer(consumerId, layer) {
      for (const reception of receptions.values()) {
        if (reception.consumer.id === consumerId) reception.layer = layer
      }
    },
    receptions: () => [...receptions.values()],
    close() {
      closed = true
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}
