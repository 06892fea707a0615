// Somebody who sends what they like: bytes in the form of y-websocket, over a bare socket.
import * as encoding from 'lib0/encoding'

export const bytes = (write: (encoder: encoding.Encoder) => void) => encoding.encode(write)
export const varUints = (...numbers: number[]) =>
  bytes((encoder) => numbers.forEach((number) => encoding.writeVarUint(encoder, number)))
export const sync = (type: number, content: Uint8Array) =>
  bytes((encoder) => {
    encoding.writeVarUint(encoder, 0)
    encoding.writeVarUint(encoder, type)
    encoding.writeVarUint8Array(encoder, content)
  })
export const awareness = (content: Uint8Array) =>
  bytes((encoder) => {
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarUint8Array(encoder, content)
  })

/** A socket that sends what it likes. */
export async function openRaw(url: string, protocols?: string[]) {
  const socket = new WebSocket(url, protocols)
  const closed = new Promise<CloseEvent>((resolve) => (socket.onclose = resolve))
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = reject
  })
  return {
    closed,
    close: () => socket.close(),
    send: (frame: Uint8Array | string) =>
      socket.send(typeof frame === 'string' ? frame : new Uint8Array(frame)),
  }
}
