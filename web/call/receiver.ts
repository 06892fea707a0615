// What is received in one membership: producers are consumed one at a time, in order.
import type { Device } from 'mediasoup-client'
import type { Consumer, Transport } from 'mediasoup-client/types'
import { codeOf, isNotJoined, type Signalling } from './signalling.ts'
import type { RemotePeers } from './remote.ts'

interface ReceiverOptions {
  signalling: Signalling
  device: Device
  openTransport(): Promise<Transport>
  remote: RemotePeers
  onLost(): void
}

export interface Receiver {
  receive(producerId: string): void
  stop(producerId: string): void
  consumer(producerId: string): Consumer | undefined
  consumers(): Consumer[]
}

/** The producer is gone already, or of no use to this browser. */
const isSkipped = (error: unknown) =>
  !isNotJoined(error) &&
  ['NOT_FOUND', 'VALIDATION_ERROR', 'CONFLICT'].includes(String(codeOf(error)))

export function createReceiver(options: ReceiverOptions): Receiver {
  const { signalling, device, openTransport, remote, onLost } = options
  const { address, request } = signalling
  const consumers = new Map<string, Consumer>()
  let transport: Promise<Transport> | null = null
  let queue: Promise<unknown> = Promise.resolve()

  async function consume(producerId: string) {
    // The producer may be closed at every step.
    if (!remote.find(producerId)) return
    transport ??= openTransport()
    const { id: transportId } = await transport
    const { recvRtpCapabilities: rtpCapabilities } = device
    const payload = { ...address, transportId, producerId, rtpCapabilities }
    const { consumerId, kind, rtpParameters } = await request('call_consume', payload)
    const found = remote.find(producerId)
    if (!found) return
    // Browsers play the tracks of one stream in step: sound belongs to the picture it comes with.
    const streamId = `${found.peer.peerId}-${found.source.startsWith('screen') ? 'screen' : 'camera'}`
    const consumer = await (
      await transport
    ).consume({ id: consumerId, producerId, kind, rtpParameters, streamId })
    if (!remote.find(producerId)) return consumer.close()
    consumers.set(producerId, consumer)
    remote.change(producerId, { track: consumer.track })
    await request('call_resume_consumer', { ...address, consumerId })
  }

  return {
    receive(producerId) {
      queue = queue
        .then(() => consume(producerId))
        .catch((error: unknown) => {
          if (!isSkipped(error)) onLost()
        })
    },
    stop(producerId) {
      consumers.get(producerId)?.close()
      consumers.delete(producerId)
    },
    consumer: (producerId) => consumers.get(producerId),
    consumers: () => [...consumers.values()],
  }
}
