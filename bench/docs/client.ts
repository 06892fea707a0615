// A client of the load at one document: frames of Hocuspocus or of y-websocket made by hand, no document of its own.
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { openSocket, type RawSocket } from '../socket.ts'

export type Wire = 'hocuspocus' | 'y-websocket'

export interface Place {
  wire: Wire
  port: number
  /** Name of the document */
  name: string
  token: string
}

export interface Client {
  /** Sends an update. */
  send(update: Uint8Array): void
  close(): void
}

export interface Listener {
  /** The server said of the next update that it is saved */
  onSaved?(at: number): void
  /** A view of the frame, good until the next one */
  onUpdate?(update: Uint8Array, at: number): void
}

const [SYNC, AUTH, SYNC_STATUS] = [0, 2, 8]
const [STEP_1, STEP_2, UPDATE] = [0, 1, 2]
const [TOKEN, AUTHENTICATED] = [0, 2]

const EMPTY = Y.encodeStateVector(new Y.Doc())

/** @returns the client once it was sent, as an update, all there is */
export async function openClient(
  { wire, port, name, token }: Place,
  { onSaved, onUpdate }: Listener,
): Promise<Client> {
  const encoder = encoding.createEncoder()
  if (wire === 'hocuspocus') encoding.writeVarString(encoder, name)
  const prefix = encoding.toUint8Array(encoder)
  const write = (...parts: (number | string | Uint8Array)[]) => {
    const frame = encoding.createEncoder()
    encoding.writeUint8Array(frame, prefix)
    for (const part of parts) {
      if (typeof part === 'number') encoding.writeVarUint(frame, part)
      else if (typeof part === 'string') encoding.writeVarString(frame, part)
      else encoding.writeVarUint8Array(frame, part)
    }
    return encoding.toUint8Array(frame)
  }
  const question = write(SYNC, STEP_1, EMPTY)
  const opened = Promise.withResolvers<void>()

  function take(raw: RawSocket, bytes: Buffer, start: number, end: number, at: number) {
    const type = start + prefix.length
    const kind = bytes[type + 1]
    switch (bytes[type]) {
      case SYNC:
        if (kind === STEP_2) opened.resolve()
        if (onUpdate && (kind === UPDATE || kind === STEP_2)) {
          const decoder = decoding.createDecoder(bytes.subarray(type + 2, end))
          onUpdate(decoding.readVarUint8Array(decoder), at)
        }
        return
      case SYNC_STATUS:
        if (kind !== 1) throw new Error('an update was refused')
        onSaved?.(at)
        return
      case AUTH:
        if (kind === AUTHENTICATED) raw.send(question)
        else opened.reject(new Error(bytes.toString('utf8', type + 2, end)))
        return
      default: // awareness, stateless, close
    }
  }

  const path = wire === 'hocuspocus' ? '/collab' : `/${name}`
  const raw = await openSocket(port, path, take)
  raw.send(wire === 'hocuspocus' ? write(AUTH, TOKEN, token) : question)
  await opened.promise
  return {
    send: (update) => raw.send(write(SYNC, UPDATE, update)),
    close: () => raw.close(),
  }
}
