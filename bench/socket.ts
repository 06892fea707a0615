// One websocket of the load, as lean as a client can be, so that the server is what is measured: it looks at the
// first bytes of a frame and parses only what it is asked to.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

export interface RawSocket {
  /** Text as a text frame, bytes as a binary one */
  send(data: string | Uint8Array): void
  close(): void
}

/** Called with where the payload of a frame stands in `bytes`, and when it came. */
export type OnFrame = (
  socket: RawSocket,
  bytes: Buffer,
  start: number,
  end: number,
  at: number,
) => void

const HEADER_END = '\r\n\r\n'
const [TEXT, BINARY, CLOSE, PING, PONG] = [1, 2, 8, 9, 10]

/** @returns the socket once the upgrade is through (RFC 6455 section 4) */
export function openSocket(port: number, path: string, onFrame: OnFrame): Promise<RawSocket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}${HEADER_END}`,
  )
  const raw: RawSocket = {
    send: (data) =>
      socket.write(typeof data === 'string' ? frame(TEXT, Buffer.from(data)) : frame(BINARY, data)),
    close: () => socket.destroy(),
  }
  return new Promise((resolve, reject) => {
    let rest: Buffer | undefined
    let upgraded = false
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('The server closed the connection')))
    socket.on('data', (chunk: Buffer) => {
      const at = performance.now()
      let bytes: Buffer = rest ? Buffer.concat([rest, chunk]) : chunk
      if (!upgraded) {
        const end = bytes.indexOf(HEADER_END)
        if (end < 0) return void (rest = bytes)
        if (!bytes.subarray(0, end).includes('101')) return reject(new Error(bytes.toString()))
        upgraded = true
        bytes = bytes.subarray(end + HEADER_END.length)
        resolve(raw)
      }
      const used = readFrames(bytes, (kind, start, end) => {
        if (kind === PING) socket.write(frame(PONG, bytes.subarray(start, end)))
        else onFrame(raw, bytes, start, end, at)
      })
      rest = used < bytes.length ? bytes.subarray(used) : undefined
    })
  })
}

/** @returns how many bytes were whole frames (RFC 6455 section 5.2; frames of servers are not masked) */
function readFrames(
  bytes: Buffer,
  onFrame: (kind: number, start: number, end: number) => void,
): number {
  let position = 0
  while (position + 2 <= bytes.length) {
    let start = position + 2
    let length = (bytes[position + 1] ?? 0) & 127
    if (length === 126) {
      if (start + 2 > bytes.length) break
      length = bytes.readUInt16BE(start)
      start += 2
    } else if (length === 127) {
      if (start + 8 > bytes.length) break
      length = Number(bytes.readBigUInt64BE(start))
      start += 8
    }
    const end = start + length
    if (end > bytes.length) break
    const opcode = (bytes[position] ?? 0) & 15
    if (opcode === TEXT || opcode === BINARY || opcode === PING) onFrame(opcode, start, end)
    else if (opcode === CLOSE)
      throw new Error(`The server closed the connection: ${bytes.toString('utf8', start + 2, end)}`)
    position = end
  }
  return position
}

/** A frame masked with zeros, which costs nothing. */
function frame(kind: number, payload: Uint8Array): Buffer {
  const { length } = payload
  const header = Buffer.alloc(length < 126 ? 6 : length < 65_536 ? 8 : 14)
  header[0] = 0x80 | kind
  if (length < 126) header[1] = 0x80 | length
  else if (length < 65_536) {
    header[1] = 0xfe
    header.writeUInt16BE(length, 2)
  } else {
    header[1] = 0xff
    header.writeUIntBE(length, 4, 6)
  }
  return Buffer.concat([header, payload])
}
