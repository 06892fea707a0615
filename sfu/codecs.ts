// What the rooms speak: Opus, VP8 and H264, which every browser has.
import type { RouterRtpCodecCapability, RtpCapabilities } from 'mediasoup/types'

export const mediaCodecs: RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48_000,
    channels: 2,
    parameters: { useinbandfec: 1, usedtx: 1 },
  },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    parameters: {
      'packetization-mode': 1,
      'profile-level-id': '42e01f',
      'level-asymmetry-allowed': 1,
    },
  },
]

/**
 * A router's capabilities for clients, without abs-capture-time: mediasoup-client declares it but leaves it out of
 * the SDP, and a worker that waits for it never switches simulcast layers.
 */
export const clientCapabilities = ({ codecs, headerExtensions }: RtpCapabilities) => ({
  codecs: codecs ?? [],
  headerExtensions: (headerExtensions ?? []).filter(
    ({ uri }) => !uri.endsWith('/abs-capture-time'),
  ),
})
