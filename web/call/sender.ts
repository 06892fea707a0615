// What is sent in one membership. It is told what should be sent, and works one step after the other until that is so.
import type { Device } from 'mediasoup-client'
import type {
  Producer,
  ProducerOptions,
  RtpEncodingParameters,
  Transport,
} from 'mediasoup-client/types'
import { mediaSources, type MediaSource } from '../../protocol/calls.ts'
import { codeOf, isNotJoined, type Signalling } from './signalling.ts'
import type { CallState, OwnMedia } from './state.ts'

interface SenderOptions {
  signalling: Signalling
  device: Device
  openTransport(): Promise<Transport>
  onLost(): void
  /** This cannot be sent: it should not be asked again */
  onRefused(source: MediaSource, error: unknown): void
}

export interface Sender {
  /** Sends exactly this, in the end. */
  send(own: CallState['own']): void
  producers(): [MediaSource, Producer][]
}

export function createSender(options: SenderOptions): Sender {
  const { signalling, device, openTransport, onLost, onRefused } = options
  const { address, request } = signalling
  const producers = new Map<MediaSource, Producer>()
  let wanted: CallState['own'] = {}
  let transport: Promise<Transport> | null = null
  let working = false
  let again = false

  async function start(source: MediaSource, { track, muted }: OwnMedia) {
    transport ??= openTransport()
    const producer = await (
      await transport
    ).produce({
      ...optionsFor(source, track, device),
      track,
      // The session owns the tracks, and sends them again after a loss.
      stopTracks: false,
      zeroRtpOnPause: true,
      appData: { source, paused: muted },
    })
    if (muted) producer.pause()
    producers.set(source, producer)
  }

  async function adjust(producer: Producer, { track, muted }: OwnMedia) {
    if (producer.track !== track) await producer.replaceTrack({ track })
    // What the server was told; a track that was muted meanwhile made its producer paused from the start.
    if (producer.appData['paused'] === muted) return
    producer.appData = { ...producer.appData, paused: muted }
    if (muted) producer.pause()
    else producer.resume()
    await request('call_pause_producer', { ...address, producerId: producer.id, paused: muted })
  }

  async function stop(source: MediaSource, producer: Producer) {
    producers.delete(source)
    producer.close()
    await request('call_close_producer', { ...address, producerId: producer.id }).catch(
      (error: unknown) => {
        // A moderator closed it already.
        if (codeOf(error) !== 'NOT_FOUND' || isNotJoined(error)) throw error
      },
    )
  }

  async function step(source: MediaSource) {
    const media = wanted[source]
    const producer = producers.get(source)
    try {
      if (media && producer && !fits(source, producer, media.track)) {
        await stop(source, producer)
        await start(source, media)
      } else if (media && producer) await adjust(producer, media)
      else if (media) await start(source, media)
      else if (producer) await stop(source, producer)
    } catch (error) {
      const open = await transport?.catch(() => null)
      if (!media || !open || open.closed || isLoss(error)) throw error
      if (wanted[source] === media) onRefused(source, error)
    }
  }

  async function work() {
    working = true
    do {
      again = false
      for (const source of mediaSources) await step(source)
    } while (again)
    working = false
  }

  return {
    send(own) {
      if (own === wanted) return
      wanted = own
      again = true
      // After a failure nothing is tried any more: the session joins again.
      if (!working) work().catch(onLost)
    },
    producers: () => [...producers],
  }
}

/** Joining again may help. */
const isLoss = (error: unknown) => isNotJoined(error) || codeOf(error) === 'UNAVAILABLE'

function optionsFor(source: MediaSource, track: MediaStreamTrack, device: Device): ProducerOptions {
  switch (source) {
    case 'microphone':
      return { codecOptions: { opusDtx: true, opusFec: true } }
    case 'screen-audio':
      return { codecOptions: { opusStereo: true, opusFec: true } }
    case 'camera':
      return {
        ...vp8(device),
        codecOptions: { videoGoogleStartBitrate: 1_000 },
        encodings: layersFor(track),
      }
    case 'screen':
      return { ...vp8(device), encodings: [{ maxBitrate: 2_500_000 }] }
  }
}

/**
 * Simulcast layers, smallest first. Of more layers than it finds useful for a resolution (three from 960×540, two
 * from 480×270), Chromium drops the last, which is the largest: 640×480 would be sent as 320×240.
 */
function layersFor(track: MediaStreamTrack): RtpEncodingParameters[] {
  const { width = 1_280, height = 720 } = track.getSettings()
  const area = width * height
  const count = area >= 960 * 540 ? 3 : area >= 480 * 270 ? 2 : 1
  return [
    { scaleResolutionDownBy: 4, maxBitrate: 150_000 },
    { scaleResolutionDownBy: 2, maxBitrate: 500_000 },
    { scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
  ].slice(-count)
}

/** Whether a producer can go on with another camera: of too many layers, the largest would not be sent. */
const fits = (source: MediaSource, { rtpParameters }: Producer, track: MediaStreamTrack) =>
  source !== 'camera' || (rtpParameters.encodings?.length ?? 1) <= layersFor(track).length

function vp8(device: Device): Pick<ProducerOptions, 'codec'> {
  const codec = device.sendRtpCapabilities.codecs?.find(({ mimeType }) => /\/vp8$/i.test(mimeType))
  return codec ? { codec } : {}
}
