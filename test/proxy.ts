// A TCP proxy in front of a service that others use, too: cut it, and for those behind it the service is away.
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** @param address such as postgres://user@host:port/name */
export async function startProxy(address: string) {
  const target = new URL(address)
  const sockets = new Set<Socket>()
  const upstreams = new Set<Socket>()
  let server: Server

  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    return socket
  }
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server = createServer((client) => {
        const upstream = keep(connect(Number(target.port), target.hostname))
        upstreams.add(upstream)
        keep(client).pipe(upstream).pipe(client)
        client.on('close', () => upstream.destroy())
        upstream.on('close', () => {
          upstreams.delete(upstream)
          client.destroy()
        })
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
  }
}

/** The same for one test, cut at its end. */
export async function useProxy(address: string) {
  const proxy = await startProxy(address)
  onTestFinished(() => proxy.cut())
  return proxy
}
