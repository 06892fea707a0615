// What every document socket needs of `ws`: signs of life, and an end for clients that do not read.
import type { WebSocket } from 'ws'
import type { Wire } from './door.ts'

const PING_MS = 30_000
/** What may wait in memory for a client that reads too slowly; several times the biggest document. */
const MAX_BUFFERED = 64 * 1024 * 1024

export function socketWire(ws: WebSocket): Wire {
  return {
    get readyState() {
      return ws.readyState
    },
    close: (code, reason) => ws.close(code, reason),
    send(frame) {
      if (ws.bufferedAmount > MAX_BUFFERED) ws.terminate()
      else ws.send(frame)
    },
  }
}

/** Ends the socket when its peer no longer answers pings, and tells when it does. */
export function keepAlive(ws: WebSocket, onAlive: () => void) {
  let answered = true
  const timer = setInterval(() => {
    if (!answered) return ws.terminate()
    answered = false
    ws.ping()
  }, PING_MS)
  ws.on('pong', () => {
    answered = true
    onAlive()
  })
  ws.on('close', () => clearInterval(timer))
}
