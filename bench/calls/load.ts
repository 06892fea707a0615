// Peers of synthetic video: each sends packets at a steady pace, and receives those of all others. Only the headers
// are looked at: what comes is encrypted.
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { PAYLOAD, PAYLOAD_TYPE, type LoadNews, type LoadPlan } from './plan.ts'

const HEADER = 12
const CLOCK = 90_000
const tell = (news: LoadNews) => process.send?.(news)
const receivers: Socket[] = []

async function open(peers: number) {
  for (let n = 0; n < peers; n += 1) {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 8 * 1_048_576 })
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    receivers.push(socket)
  }
  tell({ kind: 'opened', ports: receivers.map((socket) => socket.address().port) })
}

type Run = Extract<LoadPlan, { kind: 'send' }>

async function run({ sendPorts, bitrate, warmUp, seconds }: Run) {
  const interval = ((PAYLOAD + HEADER) * 8 * 1_000) / bitrate
  const step = Math.round((CLOCK * interval) / 1_000)
  /** When the n-th packet of all went out, by peer */
  const sentAt = sendPorts.map(() => [] as number[])
  let measuring = false
  let counted = 0
  let received = 0
  /** Of the first packet that counts, by peer */
  const first = sendPorts.map(() => Infinity)
  const delays: number[] = []
  for (const socket of receivers)
    socket.on('message', (packet: Buffer) => {
      // RTCP has other payload types.
      if ((packet[1] ?? 0) % 128 !== PAYLOAD_TYPE) return
      // The timestamp tells sender and packet: it passes through as it is.
      const time = packet.readUInt32BE(4)
      const peer = time % 64
      const n = Math.floor(time / 64) / step
      const at = sentAt[peer]?.[n]
      if (at === undefined || n < (first[peer] ?? Infinity)) return
      received += 1
      if (received % 8 === 0) delays.push(performance.now() - at)
    })

  // One socket each, as the other end of a transport is one address.
  const senders = sendPorts.map(() => createSocket('udp4'))
  for (const socket of senders) {
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
  }
  const packets = sendPorts.map((_, peer) => {
    const packet = Buffer.alloc(HEADER + PAYLOAD)
    packet[0] = 0x80
    packet[1] = PAYLOAD_TYPE
    packet.writeUInt32BE(peer + 1, 8)
    // VP8: a packet that begins a frame, and the frame is a key frame.
    packet[HEADER] = 0x10
    return packet
  })
  const start = performance.now()
  let behind = 0
  const counts = sendPorts.map(() => 0)
  const tick = setInterval(() => {
    const now = performance.now()
    for (const [peer, socket] of senders.entries()) {
      const due = Math.floor((now - start) / interval - peer / senders.length)
      behind = Math.max(behind, due - (counts[peer] ?? 0))
      for (let n = counts[peer] ?? 0; n < due; n += 1) {
        const packet = Buffer.from(packets[peer] ?? [])
        packet.writeUInt16BE(n % 65_536, 2)
        packet.writeUInt32BE(n * step * 64 + peer, 4)
        const of = sentAt[peer]
        if (of) of[n] = performance.now()
        if (measuring) {
          first[peer] = Math.min(first[peer] ?? Infinity, n)
          counted += 1
        }
        socket.send(packet, sendPorts[peer], '127.0.0.1')
        counts[peer] = n + 1
      }
    }
  }, 1)
  await pause(warmUp * 1_000)
  measuring = true
  behind = 0
  tell({ kind: 'warm' })
  await pause(seconds * 1_000)
  clearInterval(tick)
  const worst = behind
  // What is under way arrives.
  await pause(500)
  tell({
    kind: 'done',
    sent: counted * (sendPorts.length - 1),
    received,
    delays,
    behind: worst * interval,
  })
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

process.on('message', (plan: LoadPlan) => {
  if (plan.kind === 'open') void open(plan.peers)
  else void run(plan)
})
