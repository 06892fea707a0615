// A client of the load on either wire: Socket.IO as our server speaks it, or bare websocket frames.
import { openSocket, type RawSocket } from '../socket.ts'

export type Wire = 'socket.io' | 'ws'

export interface Client {
  /** Resolves when the server acknowledged. @throws when it refused */
  request(name: string, payload: object): Promise<void>
  /** Bytes of the longest acknowledgement */
  longest(): number
  close(): void
}

/** Told of every chat message, with its bytes. */
export type OnMessage = (bytes: Buffer, start: number, end: number, at: number) => void

interface Waiting {
  resolve(): void
  reject(error: Error): void
}

const [C, H, T] = [0x63, 0x68, 0x74]

export async function openClient(
  wire: Wire,
  port: number,
  token: string,
  onMessage: OnMessage,
): Promise<Client> {
  const waiting = new Map<number, Waiting>()
  let id = 0
  let longest = 0
  const settle = (acknowledged: number, refusal?: string) => {
    const { resolve, reject } = waiting.get(acknowledged) ?? {}
    waiting.delete(acknowledged)
    if (refusal === undefined) resolve?.()
    else reject?.(new Error(refusal))
  }
  const request = (encode: (id: number) => string) =>
    new Promise<void>((resolve, reject) => {
      const own = id++
      waiting.set(own, { resolve, reject })
      raw.send(encode(own))
    })
  let raw: RawSocket
  if (wire === 'ws') {
    // `a<id>` acknowledges, everything else is a message.
    raw = await openSocket(port, '/', (_socket, bytes, start, end, at) => {
      if (bytes[start] !== 0x61) return onMessage(bytes, start, end, at)
      settle(Number(bytes.toString('latin1', start + 1, end)))
    })
    return {
      request: (_name, payload) => request((own) => `${own} ${JSON.stringify(payload)}`),
      longest: () => longest,
      close: () => raw.close(),
    }
  }
  const connected = Promise.withResolvers<void>()
  raw = await openSocket(
    port,
    '/socket.io/?EIO=4&transport=websocket',
    (socket, bytes, start, end, at) => {
      const [packet, kind] = [bytes[start], bytes[start + 1]]
      // 42["chat_message",…
      if (
        kind === 0x32 &&
        bytes[start + 4] === C &&
        bytes[start + 5] === H &&
        bytes[start + 7] === T
      )
        return onMessage(bytes, start, end, at)
      if (packet === 0x30) return socket.send(`40${JSON.stringify({ token })}`)
      if (packet === 0x32) return socket.send('3')
      if (kind === 0x30) return connected.resolve()
      if (kind === 0x34) return connected.reject(new Error(bytes.toString('utf8', start, end)))
      if (kind !== 0x33) return
      // 43<id>[{"ok":true,…
      longest = Math.max(longest, end - start)
      const text = bytes.toString('latin1', start + 2, Math.min(end, start + 300))
      const open = text.indexOf('[')
      const ok = text.startsWith('[{"ok":true', open)
      settle(Number(text.slice(0, open)), ok ? undefined : text)
    },
  )
  await connected.promise
  return {
    request: (name, payload) => request((own) => `42${own}${JSON.stringify([name, payload])}`),
    longest: () => longest,
    close: () => raw.close(),
  }
}
