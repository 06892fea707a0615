import { expect, test } from 'vitest'
import { noStats, type CallStats } from '../stats.ts'
import { ratesBetween } from './rates.ts'
import { asText } from './words.ts'

const receiving = (bytes: number, packetsReceived: number, packetsLost: number): CallStats => ({
  ...noStats,
  receiving: [
    {
      producerId: 'p',
      peerId: 'grace',
      source: 'camera',
      kind: 'video',
      paused: false,
      codec: 'VP8',
      bytes,
      packetsReceived,
      packetsLost,
      jitter: 0.012,
      framesDecoded: 10,
      framesPerSecond: 25,
      frameWidth: 640,
      frameHeight: 360,
      layers: 3,
      wantedLayer: 2,
      layer: 1,
    },
  ],
})

test('bitrate and loss are of the time between two readings, and readable as text', () => {
  const first = { at: 0, stats: receiving(10_000, 100, 50) }
  expect(ratesBetween(null, first).receiving[0]).toMatchObject({ bitrate: 0 })
  const rates = ratesBetween(first, { at: 2_000, stats: receiving(135_000, 190, 60) })
  expect(rates.receiving[0]).toMatchObject({ bitrate: 500_000, lost: 0.1 })
  const text = asText(rates, { at: new Date(0), browser: 'Chrome', nameOf: (id) => id })
  expect(text).toContain(
    'Receiving camera of grace (VP8): 500 kbit/s, 640×360, 25 fps, layer 2 of 3, 3 wanted, lost 10 % (60 packets',
  )
})
