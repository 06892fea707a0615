// What a server writes to a websocket itself, past the library, so that many receivers share one frame.

/** How a frame begins that is whole, and unmasked as servers send them (RFC 6455, 5.2). */
export function frameHead(kind: 'text' | 'binary', length: number): Buffer {
  const first = 0x80 | (kind === 'text' ? 1 : 2)
  if (length < 126) return Buffer.from([first, length])
  if (length < 65_536) return Buffer.from([first, 126, length >> 8, length & 255])
  const head = Buffer.from([first, 127, 0, 0, 0, 0, 0, 0, 0, 0])
  head.writeUIntBE(length, 4, 6)
  return head
}
