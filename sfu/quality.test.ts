// The signs of quality, from streams of real RTP that lose packets.
import { createSocket } from 'node:dgram'
import { createWorker } from 'mediasoup'
import { expect, onTestFinished, test } from 'vitest'
import { mediaCodecs } from './codecs.ts'
import { Quality } from './quality.ts'
import { createWorkerBinary } from './worker/binary.ts'

const PAYLOAD_TYPE = 100
const SSRC = 4_711

/** RFC 3550, 6.4.1, without report blocks. */
function senderReport(packets: number) {
  const report = Buffer.alloc(28)
  report.writeUInt32BE(0x80c8_0006, 0)
  report.writeUInt32BE(SSRC, 4)
  report.writeUInt32BE(packets, 20)
  return report
}

/** A voice whose packets come every 20 ms; of `loss` many, 0 to 1, not. */
async function useVoice() {
  const binary = createWorkerBinary({ env: process.env })
  const worker = await createWorker({ workerBin: await binary.ready })
  onTestFinished(() => worker.close())
  const router = await worker.createRouter({ mediaCodecs })
  const transport = await router.createPlainTransport({
    listenInfo: {
      protocol: 'udp',
      ip: '127.0.0.1',
      portRange: { min: 21_651, max: 21_659 },
    },
    rtcpMux: true,
    comedia: true,
  })
  const socket = createSocket('udp4')
  onTestFinished(() => void socket.close())
  const codec = { mimeType: 'audio/opus', clockRate: 48_000, channels: 2 }
  const producer = await transport.produce({
    kind: 'audio',
    rtpParameters: {
      codecs: [{ ...codec, payloadType: PAYLOAD_TYPE }],
      encodings: [{ ssrc: SSRC }],
    },
  })
  const send = (packet: Buffer) => socket.send(packet, transport.tuple.localPort, '127.0.0.1')
  const voice = { producer, loss: 0 }
  let sequence = 0
  const timer = setInterval(() => {
    sequence += 1
    // The worker scores a stream whenever its sender reports.
    if (sequence % 10 === 0) send(senderReport(sequence))
    if ((sequence % 10) / 10 < voice.loss) return
    const packet = Buffer.alloc(12 + 20)
    packet.writeUInt16BE((0x80 << 8) | PAYLOAD_TYPE, 0)
    packet.writeUInt16BE(sequence & 0xffff, 2)
    packet.writeUInt32BE((sequence * 960) >>> 0, 4)
    packet.writeUInt32BE(SSRC, 8)
    send(packet)
  }, 20)
  onTestFinished(() => clearInterval(timer))
  return voice
}

test('[CA12] the sign becomes poor when packets are lost, and good again', async () => {
  const voice = await useVoice()
  const told: { score: number; at: number }[] = []
  const quality = new Quality((score) => told.push({ score, at: performance.now() }))
  onTestFinished(() => quality.close())
  quality.watch(voice.producer)
  const soon = { timeout: 60_000 }
  await expect.poll(() => told.at(-1)?.score, soon).toBeGreaterThanOrEqual(7)
  voice.loss = 0.7
  await expect.poll(() => told.at(-1)?.score, soon).toBeLessThan(4)
  voice.loss = 0
  await expect.poll(() => told.at(-1)?.score, soon).toBeGreaterThanOrEqual(7)
  // Whoever turns off what is poor is not shown as that any more.
  voice.loss = 0.7
  await expect.poll(() => told.at(-1)?.score, soon).toBeLessThan(4)
  await voice.producer.pause()
  await expect.poll(() => told.at(-1)?.score, soon).toBeGreaterThanOrEqual(7)
  await voice.producer.resume()
  await expect.poll(() => told.at(-1)?.score, soon).toBeLessThan(4)
  voice.producer.close()
  await expect.poll(() => told.at(-1)?.score, soon).toBeGreaterThanOrEqual(7)
  // News only of another sign, and a second apart.
  const signs = told.map(({ score }) => (score >= 7 ? 'good' : score >= 4 ? 'fair' : 'poor'))
  expect(signs.filter((sign, index) => sign === signs[index - 1])).toEqual([])
  const gaps = told.slice(1).map(({ at }, index) => at - (told[index]?.at ?? 0))
  expect(Math.min(...gaps)).toBeGreaterThan(990)
}, 120_000)
