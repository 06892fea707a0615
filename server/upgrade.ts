// The one owner of `upgrade`: checks where the page comes from, passes each path to its plane, answers 404 to the rest.
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AllowOrigin } from './origin.ts'

/** Takes the connection over, or returns false when the path is not its own. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean

/** @returns destroys the connections that are left: HTTP waits for those that were upgraded, and cannot close them. */
export function ownUpgrades(http: Server, allowOrigin: AllowOrigin, handlers: UpgradeHandler[]) {
  const upgraded = new Set<Duplex>()
  http.on('upgrade', (request, socket, head) => {
    upgraded.add(socket)
    socket.once('close', () => upgraded.delete(socket))
    // Without a listener, a connection that breaks during the handshake ends the process.
    socket.on('error', () => socket.destroy())
    // Socket.IO listens for its own path and checks the origin itself.
    if (request.url?.startsWith('/socket.io/')) return
    if (!allowOrigin(request.headers)) return refuse(socket, '403 Forbidden')
    if (!handlers.some((handle) => handle(request, socket, head))) refuse(socket, '404 Not Found')
  })
  return () => upgraded.forEach((socket) => socket.destroy())
}

/** Not left to the client to close: nobody else closes an upgraded socket, and the server's end would wait for it. */
const refuse = (socket: Duplex, status: string) => {
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
