// Between browsers and a media worker, UDP and TCP: what lets only some of it through, as networks do.
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Which packets and connections of which port of the other end may pass. */
export interface Passage {
  udp(port: number): boolean
  /** What comes back over UDP; default true */
  answers?: boolean
  tcp: boolean
}

export type MediaProxy = Awaited<ReturnType<typeof openMediaProxy>>

/** Listens at `address`, and leads to the same port of 127.0.0.1. */
export async function openMediaProxy(address: string, port: number, passage: Passage) {
  const target = '127.0.0.1'
  const upstreams = new Map<number, UdpSocket>()
  const connections = new Set<Socket>()

  const udp = createSocket('udp4')
  udp.on('message', (packet, from) => {
    if (!passage.udp(from.port)) return
    let upstream = upstreams.get(from.port)
    if (!upstream) {
      upstream = createSocket('udp4')
      upstreams.set(from.port, upstream)
      upstream.on('message', (answer) => {
        if (passage.answers !== false && passage.udp(from.port))
          udp.send(answer, from.port, from.address)
      })
      // Nobody listens there any more.
      upstream.on('error', () => undefined)
    }
    upstream.send(packet, port, target)
  })
  udp.bind(port, address)
  await once(udp, 'listening')

  const tcp = createServer((client) => {
    if (!passage.tcp) return client.destroy()
    const upstream = connect(port, target)
    for (const end of [client, upstream]) {
      connections.add(end)
      end.on('error', () => undefined)
      end.on('close', () => {
        connections.delete(end)
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream).pipe(client)
  })
  tcp.listen(port, address)
  await once(tcp, 'listening')

  return {
    passage,
    close() {
      udp.close()
      for (const upstream of upstreams.values()) upstream.close()
      tcp.close()
      for (const connection of connections) connection.destroy()
    },
  }
}
