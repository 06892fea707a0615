// A room of synthetic peers on one media worker, in a process of its own: mediasoup driven bare, or through our rooms
// and peers. Browsers' DTLS cannot be had here; the transports are plain ones, with SRTP on the way out as browsers
// have it, so that each packet is encrypted for each receiver.
//   node bench/calls/sfu.ts bare|ours
import { randomBytes, randomUUID } from 'node:crypto'
import { createWorker } from 'mediasoup'
import type { PlainTransport, Router, RtpCapabilities, WebRtcTransport } from 'mediasoup/types'
import type { Emit } from '../../protocol/requests.ts'
import { mediaCodecs } from '../../sfu/codecs.ts'
import { openPlace } from '../../sfu/places.ts'
import { Room } from '../../sfu/room.ts'
import { createWorkerBinary } from '../../sfu/worker/binary.ts'
import type { MediaWorker } from '../../sfu/workers.ts'
import { residentOf } from './processes.ts'
import { PAYLOAD_TYPE, type SfuNews, type SfuPlan } from './plan.ts'

const ip = '127.0.0.1'
const rtpCapabilities = {
  codecs: [
    {
      kind: 'video',
      mimeType: 'video/VP8',
      clockRate: 90_000,
      preferredPayloadType: PAYLOAD_TYPE,
      parameters: {},
      rtcpFeedback: [],
    },
  ],
  headerExtensions: [],
} satisfies RtpCapabilities
const rtpParameters = (ssrc: number) => ({
  codecs: [
    {
      mimeType: 'video/VP8' as const,
      clockRate: 90_000,
      payloadType: PAYLOAD_TYPE,
      parameters: {},
      rtcpFeedback: [],
    },
  ],
  encodings: [{ ssrc }],
})

/** Takes what comes first as its other end. */
const openSending = (router: Router) =>
  router.createPlainTransport({ listenInfo: { protocol: 'udp', ip }, comedia: true, rtcpMux: true })

async function openReceiving(router: Router, port: number) {
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip, sendBufferSize: 4_194_304 },
    rtcpMux: true,
    enableSrtp: true,
    srtpCryptoSuite: 'AES_CM_128_HMAC_SHA1_80',
  })
  const keyBase64 = randomBytes(30).toString('base64')
  const srtpParameters = { cryptoSuite: 'AES_CM_128_HMAC_SHA1_80' as const, keyBase64 }
  await transport.connect({ ip, port, srtpParameters })
  return transport
}

type Build = (ports: number[], router: Router, pid: number) => Promise<number[]>

const bare: Build = async (ports, router) => {
  const sending = await Promise.all(ports.map(() => openSending(router)))
  const producers = await Promise.all(
    sending.map((transport, n) =>
      transport.produce({ kind: 'video', rtpParameters: rtpParameters(n + 1) }),
    ),
  )
  for (const [n, port] of ports.entries()) {
    const transport = await openReceiving(router, port)
    for (const [from, { id: producerId }] of producers.entries()) {
      if (from === n) continue
      const consumer = await transport.consume({ producerId, rtpCapabilities, paused: true })
      await consumer.resume()
    }
  }
  return sending.map(({ tuple }) => tuple.localPort)
}

const ours: Build = async (ports, router, pid) => {
  const silent = () => undefined
  const emit: Emit = {
    toProject: silent,
    toUser: silent,
    toSocket: silent,
    toRoom: silent,
    toOwnSockets: silent,
  }
  let open: () => Promise<PlainTransport> = () => openSending(router)
  const worker: MediaWorker = {
    pid,
    port: 0,
    maxIncomingBitrate: 8_000_000,
    maxPeersOfRoom: ports.length,
    load: 0,
    createRouter: () => Promise.resolve(router),
    // What a peer asks of a transport that stands already, plain ones have, too.
    createTransport: async () => (await open()) as unknown as WebRtcTransport,
    candidates: () => [],
  }
  const address = { projectId: randomUUID() }
  const room = new Room({
    address,
    kind: null,
    place: await openPlace(worker),
    findWorker: () => Promise.resolve(worker),
    emit,
    onChange: silent,
  })
  const joining = ports.map(() => {
    const id = randomUUID()
    const user = { id, username: id, displayName: id, avatar: '' }
    const principal = { id, role: 'member' as const, user, sessionId: id }
    return room.join({ socketId: randomUUID(), principal }, 'node')
  })
  const peers = await Promise.all(joining)
  const producerIds: string[] = []
  const sendPorts: number[] = []
  for (const [n, peer] of peers.entries()) {
    let localPort = 0
    open = async () => {
      const transport = await openSending(router)
      localPort = transport.tuple.localPort
      return transport
    }
    const { transportId } = await peer.createTransport('send')
    const { producerId } = await peer.produce({
      ...address,
      transportId,
      kind: 'video',
      source: 'camera',
      rtpParameters: rtpParameters(n + 1),
    })
    producerIds.push(producerId)
    sendPorts.push(localPort)
  }
  for (const [n, peer] of peers.entries()) {
    open = () => openReceiving(router, ports[n] ?? 0)
    const { transportId } = await peer.createTransport('receive')
    for (const [from, producerId] of producerIds.entries()) {
      if (from === n) continue
      const consumed = await peer.consume({
        ...address,
        transportId,
        producerId,
        rtpCapabilities,
      })
      await peer.consumers.pause(consumed.consumerId, false)
    }
  }
  return sendPorts
}

/** KiB of this process' heap and buffers, after a collection of garbage */
function held() {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1_024
}

async function run({ ports }: SfuPlan): Promise<SfuNews> {
  const binary = createWorkerBinary({ env: process.env })
  const worker = await createWorker({ workerBin: await binary.ready, logLevel: 'error' })
  const router = await worker.createRouter({ mediaCodecs })
  const build = process.argv[2] === 'bare' ? bare : ours
  const weigh = () => ({ worker: residentOf(worker.pid), node: held() })
  const before = weigh()
  const sendPorts = await build(ports, router, worker.pid)
  const after = weigh()
  const memory = { worker: after.worker - before.worker, node: after.node - before.node }
  return { sendPorts, workerPid: worker.pid, memory }
}

process.on('message', (plan: SfuPlan) => void run(plan).then((news) => process.send?.(news)))
process.once('disconnect', () => process.exit())
