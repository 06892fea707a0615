// People in a call without a browser: real ICE, DTLS and SRTP (werift), and packets that are small enough to have many.
import { randomInt } from 'node:crypto'
import {
  IceCandidate,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RTCIceGatherer,
  RTCIceParameters,
  RTCIceTransport,
  RtpHeader,
} from 'werift'
import {
  sourceKinds,
  type CallRequests,
  type MediaSource,
  type TransportParameters,
} from '../protocol/calls.ts'

/** Requests of one person in one call, which they have not joined yet */
export type AskCall = <Name extends keyof CallRequests>(
  name: Name,
  payload?: object,
) => Promise<CallRequests[Name][1]>

/** SRTP_AES128_CM_HMAC_SHA1_80 */
const SRTP_PROFILE = 1
const AUDIO_LEVEL = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level'
const EVERY = 100
const codecs = {
  audio: { mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType: 100 },
  video: { mimeType: 'video/VP8', clockRate: 90_000, payloadType: 101 },
} as const
const rtpCapabilities = {
  codecs: Object.entries(codecs).map(([kind, { payloadType, ...codec }]) => ({
    ...codec,
    kind,
    preferredPayloadType: payloadType,
  })),
  headerExtensions: [],
}
/** The first packet of a key frame, as much of it as a media server looks at: RFC 7741, 4.2 and 4.3. */
export const KEY_FRAME = Buffer.alloc(60)
/** Of Opus: silence */
const SOUND = Buffer.from([0xf8, 0xff, 0xfe])

export async function openTransport(parameters: TransportParameters, onConnect: AskCall) {
  const { transportId, iceParameters, iceCandidates, dtlsParameters } = parameters
  const candidates = iceCandidates.filter(({ protocol }) => protocol === 'udp')
  const addresses = candidates.map(({ ip }) => ip)
  const gatherer = new RTCIceGatherer({
    useTcp: false,
    useIpv4: addresses.some((ip) => !ip.includes(':')),
    useIpv6: addresses.some((ip) => ip.includes(':')),
    additionalHostAddresses: addresses.filter((ip) => ip === '127.0.0.1' || ip === '::1'),
  })
  const ice = new RTCIceTransport(gatherer)
  ice.connection.iceControlling = true
  const dtls = new RTCDtlsTransport({}, ice, await RTCDtlsTransport.SetupCertificate(), [
    SRTP_PROFILE,
  ])
  dtls.role = 'client'
  const { usernameFragment, password } = iceParameters
  ice.setRemoteParams(new RTCIceParameters({ iceLite: true, usernameFragment, password }))
  await ice.gather()
  for (const { foundation, ip, port, priority } of candidates) {
    await ice.addRemoteCandidate(new IceCandidate(1, foundation, ip, port, priority, 'udp', 'host'))
  }
  await ice.addRemoteCandidate(undefined)
  const own = dtls.localParameters.fingerprints.map(({ algorithm, value }) => ({
    algorithm,
    value,
  }))
  await onConnect('call_connect_transport', {
    transportId,
    dtlsParameters: { role: 'client', fingerprints: own },
  })
  const fingerprints = dtlsParameters.fingerprints.map(
    ({ algorithm, value }) => new RTCDtlsFingerprint(algorithm, value),
  )
  dtls.setRemoteParams(new RTCDtlsParameters(fingerprints, 'server'))
  await ice.start()
  await dtls.start()
  return { transportId, ice, dtls }
}

export type Headless = Awaited<ReturnType<typeof joinHeadless>>

/** Joins, and connects both transports. */
export async function joinHeadless(ask: AskCall) {
  const joined = await ask('call_join')
  const connect = async (direction: 'send' | 'receive') =>
    openTransport(await ask('call_create_transport', { direction }), ask)
  const [sending, receiving] = await Promise.all([connect('send'), connect('receive')])
  const timers = new Set<NodeJS.Timeout>()
  /** Packets by SSRC */
  const received = new Map<number, number>()
  receiving.dtls.onRtp.subscribe(({ header: { ssrc } }) => {
    received.set(ssrc, (received.get(ssrc) ?? 0) + 1)
  })

  return {
    ...joined,
    /** Of the pair that carries the media */
    path: () => receiving.ice.getSelectedCandidatePair(),
    /**
     * @param loudness of a microphone: 0 to 127
     * @param frame of a camera or screen, which fits into a packet: VP8
     */
    async produce(source: MediaSource, { loudness = 0, frame = KEY_FRAME } = {}) {
      const kind = sourceKinds[source]
      const { payloadType, ...codec } = codecs[kind]
      const ssrc = randomInt(1, 2 ** 32)
      const headerExtensions = kind === 'audio' ? [{ uri: AUDIO_LEVEL, id: 1 }] : []
      const { producerId } = await ask('call_produce', {
        transportId: sending.transportId,
        kind,
        source,
        rtpParameters: {
          codecs: [{ ...codec, payloadType, parameters: {}, rtcpFeedback: [] }],
          headerExtensions,
          encodings: [{ ssrc }],
          rtcp: { cname: joined.peerId },
        },
      })
      const payload = kind === 'audio' ? SOUND : Buffer.concat([Buffer.from([0x10]), frame])
      let sequence = 0
      timers.add(
        setInterval(() => {
          sequence += 1
          const header = new RtpHeader({
            payloadType,
            ssrc,
            marker: kind === 'video',
            sequenceNumber: sequence & 0xffff,
            timestamp: (sequence * codec.clockRate * EVERY) / 1_000,
            extension: kind === 'audio',
            extensionProfile: 0xbede,
            // RFC 6464: the level below the loudest, with the sign of a voice
            extensions:
              kind === 'audio' ? [{ id: 1, payload: Buffer.from([0x80 | (127 - loudness)]) }] : [],
          })
          // Of a transport that was closed
          sending.dtls.sendRtp(payload, header).catch(() => undefined)
        }, EVERY),
      )
      return producerId
    },
    /** @returns how many packets came of it by now */
    async consume(producerId: string) {
      const { transportId } = receiving
      const consumer = await ask('call_consume', { transportId, producerId, rtpCapabilities })
      const { consumerId, rtpParameters } = consumer
      await ask('call_resume_consumer', { consumerId })
      const ssrc = rtpParameters.encodings?.[0]?.ssrc ?? 0
      return { consumerId, packets: () => received.get(ssrc) ?? 0 }
    },
    /** All packets that came by now */
    packets: () => [...received.values()].reduce((sum, count) => sum + count, 0),
    /** Its media ends, and the server is told nothing. */
    async close() {
      for (const timer of timers) clearInterval(timer)
      for (const { ice, dtls } of [sending, receiving]) {
        await dtls.stop()
        await ice.stop()
      }
    },
  }
}
