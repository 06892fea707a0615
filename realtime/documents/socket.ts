// What every document socket needs of `ws`: signs of life, an end for clients that do not read, and few system calls:
// they are most of what an update to many costs.
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { frameHead } from '../websocket.ts'
import type { Wire } from './door.ts'

const PING_MS = 30_000
/** How long somebody who is shut out has to read why. */
const SHUT_MS = 250
/** What may wait in memory for a client that reads too slowly; several times the biggest document. */
const MAX_BUFFERED = 64 * 1024 * 1024

/** A broadcast gives everybody the same bytes, so they are framed once. */
const framed = new WeakMap<Uint8Array, Buffer>()

function frameOf(data: Uint8Array): Buffer {
  const known = framed.get(data)
  if (known) return known
  const frame = Buffer.concat([frameHead('binary', data.byteLength), data])
  framed.set(data, frame)
  return frame
}

/** Sockets that were written to in this turn */
let written: Duplex[] = []

function flush() {
  const sockets = written
  written = []
  for (const socket of sockets) socket.uncork()
}

/** What one turn says to a socket, such as that fifty updates are saved, goes out at once. */
function write(socket: Duplex, frame: Buffer) {
  if (socket.writableCorked === 0) {
    socket.cork()
    if (written.push(socket) === 1) process.nextTick(flush)
  }
  socket.write(frame)
}

/** @param socket what `ws` writes to; nothing is compressed, so frames of ours may go between those of `ws` */
export function socketWire(ws: WebSocket, socket: Duplex): Wire {
  return {
    get readyState() {
      return ws.readyState
    },
    close: (code, reason) => ws.close(code, reason),
    shutOut(code, reason) {
      ws.close(code, reason)
      ws.pause()
      setTimeout(() => ws.terminate(), SHUT_MS)
    },
    pause: () => ws.pause(),
    resume: () => ws.resume(),
    send(frame) {
      if (ws.readyState !== ws.OPEN) return
      if (ws.bufferedAmount > MAX_BUFFERED) ws.terminate()
      else write(socket, frameOf(frame))
    },
  }
}

/** Ends the socket when its peer no longer answers pings, and tells when it does. */
export function keepAlive(ws: WebSocket, onAlive: () => void) {
  let answered = true
  const timer = setInterval(() => {
    // What it answers is not read yet.
    if (ws.isPaused) {
      answered = true
      return onAlive()
    }
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
