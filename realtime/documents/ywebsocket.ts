// Serves plain y-websocket clients from the same documents, by translating frames:
//   y-websocket:  [type][content]            (the document is in the address, so is a ticket)
//   Hocuspocus:   [varString name][type][content]
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import type { WebSocket } from 'ws'
import type { Authenticate, Principal } from '../../protocol/access.ts'
import { AppError } from '../../protocol/errors.ts'
import { parseDenial } from './denial.ts'
import type { Wire } from './door.ts'
import { authTypes, frameTypes, readFrame, writeAuth } from './frames.ts'
import { garbage } from './guard.ts'
import { readCount } from './values.ts'

export const Y_PATH = '/yjs/'
const BEARER = 'bearer.'
const HOW_TO_SIGN_IN = 'send it as the subprotocol "bearer.<access token>", or a ?ticket='
const HEARTBEAT_MS = 15_000
/** y-protocols/auth knows this one message only. */
const Y_DENIED = 0
/** y-websocket reconnects when it hears nothing for 30 s; an awareness update of nobody is a harmless sign of life. */
const HEARTBEAT = new Uint8Array([frameTypes.awareness, 1, 0])

/** The subprotocol to answer with; browsers close a connection that does not pick one of those they offered. */
export const pickProtocol = (protocols: Iterable<string>) =>
  [...protocols].find((protocol) => protocol.startsWith(BEARER))

const clientTypes: ReadonlySet<number> = new Set([
  frameTypes.sync,
  frameTypes.awareness,
  frameTypes.queryAwareness,
])

/** Puts the name before a client's frame. @throws AppError VALIDATION_ERROR for what is not of y-websocket */
export function toHocuspocus(name: string, data: Uint8Array): Uint8Array {
  let type
  try {
    type = readCount(decoding.createDecoder(data))
  } catch {
    throw garbage('a frame')
  }
  if (!clientTypes.has(type)) throw garbage('a frame of unknown kind')
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, name)
  encoding.writeUint8Array(encoder, data)
  return encoding.toUint8Array(encoder)
}

/** The frame with which a document is opened; the token travels another way here. */
export const openingFrame = (name: string) => writeAuth(name, authTypes.token, '')

const toYWebsocket = (type: number, content: Uint8Array) => {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, type)
  encoding.writeUint8Array(encoder, content)
  return encoding.toUint8Array(encoder)
}

const writeDenial = (reason: string) => {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, frameTypes.auth)
  encoding.writeVarUint(encoder, Y_DENIED)
  encoding.writeVarString(encoder, reason)
  return encoding.toUint8Array(encoder)
}

/** A broadcast gives everybody the same frame, so it is translated once. */
const translated = new WeakMap<Uint8Array, Uint8Array>()

/** A y-websocket client as the door sees it. */
export function translateWire(ws: Wire): Wire {
  return {
    get readyState() {
      return ws.readyState
    },
    close: (code, reason) => ws.close(code, reason),
    shutOut: (code, reason) => ws.shutOut(code, reason),
    pause: () => ws.pause(),
    resume: () => ws.resume(),
    send(frame) {
      const known = translated.get(frame)
      if (known) return ws.send(known)
      const { type, decoder } = readFrame(frame)
      switch (type) {
        case frameTypes.sync:
        case frameTypes.awareness: {
          const content = toYWebsocket(type, decoding.readTailAsUint8Array(decoder))
          translated.set(frame, content)
          return ws.send(content)
        }
        case frameTypes.auth: {
          if (decoding.readVarUint(decoder) !== authTypes.denied) return
          const reason = decoding.readVarString(decoder)
          const { status, message } = parseDenial(reason)
          ws.send(writeDenial(reason))
          return ws.close(4000 + status, message.slice(0, 120))
        }
        case frameTypes.close:
          return ws.close(1012, 'The document was closed; connect again')
        default:
        // Sync status and stateless messages have no place in the protocol of y-websocket.
      }
    },
  }
}

export function startHeartbeat(ws: WebSocket) {
  const timer = setInterval(() => {
    if (ws.readyState === ws.OPEN) ws.send(HEARTBEAT)
  }, HEARTBEAT_MS)
  ws.on('close', () => clearInterval(timer))
}

export interface YRequest {
  name: string
  identify: () => Promise<Principal>
}

/**
 * Reads which document a client asks for, and who it says it is.
 * @throws AppError VALIDATION_ERROR when the token is in the address, where it would end up in logs
 */
export function readYRequest(
  { pathname, searchParams }: URL,
  protocol: string,
  { authenticate, redeemTicket }: YAuthentication,
): YRequest {
  if (searchParams.has('token'))
    throw new AppError('VALIDATION_ERROR', `No token in the address: ${HOW_TO_SIGN_IN}`)
  const name = decodeName(pathname.slice(Y_PATH.length))
  const token = protocol.startsWith(BEARER) ? protocol.slice(BEARER.length) : undefined
  const ticket = searchParams.get('ticket')
  const identify = () => {
    if (token !== undefined) return authenticate(token)
    if (ticket !== null) return redeemTicket(ticket)
    return Promise.reject(new AppError('AUTHENTICATION_FAILED', HOW_TO_SIGN_IN))
  }
  return { name, identify }
}

export interface YAuthentication {
  authenticate: Authenticate
  redeemTicket: (ticket: string) => Promise<Principal>
}

function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}
