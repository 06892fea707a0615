// A TCP proxy in front of a service that others use, too: cut it, slow it down or let it hang, and for those behind
// it so is the service.
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** How what passes is carried. */
export interface Weather {
  /** Each way, in milliseconds */
  latencyMs: number
  /** Each way and connection, bytes in a second */
  bytesPerSecond: number
}

const FINE: Weather = { latencyMs: 0, bytesPerSecond: Infinity }
/** What a slow line holds before its sender must wait, bytes. */
const ON_THE_WAY = 64 * 1024

export type Proxy = Awaited<ReturnType<typeof startProxy>>

/** @param address such as postgres://user@host:port/name */
export async function startProxy(address: string) {
  let target = new URL(address)
  let weather = FINE
  let isFrozen = false
  const sockets = new Set<Socket>()
  const upstreams = new Set<Socket>()
  let server: Server

  const keep = (socket: Socket) => {
    sockets.add(socket.setNoDelay())
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    if (isFrozen) socket.pause()
    return socket
  }

  function carry(from: Socket, to: Socket) {
    const chunks: Buffer[] = []
    let onTheWay = 0
    let due = 0
    let ended = false
    const goOn = () => {
      if (!isFrozen && onTheWay < ON_THE_WAY && !to.writableNeedDrain) from.resume()
    }
    const pass = (chunk: Buffer) => {
      // The other side reads slowly: we do, too.
      if (!to.destroyed && !to.write(chunk)) from.pause()
    }
    to.on('drain', goOn)
    const finish = () => ended && onTheWay === 0 && !isFrozen && to.end()
    from.on('data', (chunk: Buffer) => {
      const now = performance.now()
      due = Math.max(due, now + weather.latencyMs) + (chunk.length / weather.bytesPerSecond) * 1_000
      if (due <= now && onTheWay === 0) return pass(chunk)
      onTheWay += chunk.length
      chunks.push(chunk)
      if (onTheWay >= ON_THE_WAY && weather.bytesPerSecond < Infinity) from.pause()
      // Timers of different lengths may overtake each other; what was first must go first.
      setTimeout(() => {
        const next = chunks.shift() ?? chunk
        onTheWay -= next.length
        pass(next)
        goOn()
        finish()
      }, due - now)
    })
    from.on('end', () => {
      ended = true
      finish()
    })
  }

  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server = createServer((client) => {
        const upstream = keep(connect(Number(target.port), target.hostname))
        upstreams.add(upstream)
        carry(keep(client), upstream)
        carry(upstream, client)
        // A frozen line does not even say that it ended.
        const closeWith = (other: Socket) => () => !isFrozen && other.destroy()
        client.on('close', closeWith(upstream))
        upstream.on('close', () => upstreams.delete(upstream)).on('close', closeWith(client))
      })
      server.once('error', reject).listen(port, '127.0.0.1', resolve)
    })

  await listen(0)
  const { port } = server!.address() as AddressInfo
  const url = new URL(address)
  url.host = `127.0.0.1:${port}`

  /** Ends all connections and refuses new ones. */
  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return {
    url: url.href,
    cut,
    restore: () => listen(port),
    /** Keeps back what the service answers on connections that are there. */
    hold: () => upstreams.forEach((upstream) => upstream.pause()),
    release: () => upstreams.forEach((upstream) => upstream.resume()),
    /** Half open: connections are taken and stay, and nothing passes in either direction. */
    freeze() {
      isFrozen = true
      for (const socket of sockets) socket.pause()
    },
    /** What was frozen is broken, as after a firewall forgot it; new connections pass. */
    thaw() {
      isFrozen = false
      for (const socket of sockets) socket.destroy()
    },
    /** Ends all connections with TCP resets. */
    reset: () => sockets.forEach((socket) => socket.resetAndDestroy()),
    isFrozen: () => isFrozen,
    slow: (change: Partial<Weather>) => void (weather = { ...FINE, ...change }),
    /** New connections go there. */
    retarget: (to: string) => void (target = new URL(to)),
    connections: () => upstreams.size,
  }
}

/** The same for one test, cut at its end. */
export async function useProxy(address: string) {
  const proxy = await startProxy(address)
  onTestFinished(() => proxy.cut())
  return proxy
}
