// One socket. Every frame is looked at here before Hocuspocus sees it: frames of a document wait until its door is
// open, sync frames go to the seat, what is garbage or no longer allowed ends the connection.
import type { Hocuspocus, WebSocketLike } from '@hocuspocus/server'
import * as decoding from 'lib0/decoding'
import type { Logger } from 'pino'
import { can, type ProjectAccess } from '../../db/access.ts'
import type { Principal } from '../../protocol/access.ts'
import { AppError, errorStatus, type ErrorCode } from '../../protocol/errors.ts'
import { documentName, parseDocumentName } from '../../protocol/names.ts'
import type { AccessChange, Holding } from '../../protocol/requests.ts'
import { authTypes, frameTypes, readFrame, readType, writeAuth, type Frame } from './frames.ts'
import { garbage } from './guard.ts'
import type { Seat } from './seat.ts'

const MAX_DOCUMENTS = 200
const MAX_WAITING_BYTES = 8 * 1024 * 1024
const MAX_WAITING_FRAMES = 2_000
/** A close frame has room for this much of a reason. */
const MAX_REASON = 120

/** WebSocket close code for an error: 44xx is final for a y-websocket client, 45xx is not. */
export const closeCode = (code: ErrorCode) => 4000 + errorStatus[code]
/** The reason of a denial: the code for programs, the sentence for people. */
export const denialReason = ({ code, message }: AppError) => `${code}: ${message}`

export function parseDenial(reason: string): { status: number; message: string } {
  const [code = '', ...rest] = reason.split(': ')
  const status = errorStatus[code as ErrorCode] as number | undefined
  return { status: status ?? errorStatus.INSUFFICIENT_PERMISSIONS, message: rest.join(': ') }
}

/** The client's side: takes frames, and closes. */
export interface Wire {
  readonly readyState: number
  send(frame: Uint8Array): void
  close(code?: number, reason?: string): void
}

export interface DoorOptions {
  wire: Wire
  hocuspocus: Hocuspocus<DoorContext>
  log: Logger
  /** Who holds this token */
  identify: (token: string) => Promise<Principal>
}

/** What Hocuspocus' hooks know of the socket. */
export interface DoorContext {
  door: Door
  /** Known once it is */
  userId?: string
}

/** A document of this socket before its connection is established. */
interface Waiting {
  frames: Uint8Array[]
  /** The client closed it meanwhile */
  left: boolean
}

interface Grant {
  principal: Principal
  /** Not known yet while access is being decided */
  access: ProjectAccess | undefined
}

export type Door = ReturnType<typeof createDoor>

export function createDoor({ wire, hocuspocus, log, identify }: DoorOptions) {
  const waiting = new Map<string, Waiting>()
  const seats = new Map<string, Seat>()
  const grants = new Set<Grant>()
  let waitingBytes = 0
  let ended = false

  const isOpen = () => !ended && wire.readyState === 1
  const send = (frame: Uint8Array) => {
    if (isOpen()) wire.send(frame)
  }

  function end(code: number, reason: string) {
    if (ended) return
    ended = true
    wire.close(code, reason.slice(0, MAX_REASON))
    clear()
    // At once, not when the peer gets round to closing too: nobody should see the person any longer.
    client.handleClose({ code, reason })
  }

  function clear() {
    for (const seat of seats.values()) seat.leave()
    seats.clear()
    waiting.clear()
    waitingBytes = 0
  }

  function fail(error: unknown) {
    const known = error instanceof AppError
    if (!known) log.error({ err: error }, 'a document frame failed')
    if (known) end(closeCode(error.code), error.message)
    else end(closeCode('INTERNAL_ERROR'), 'Internal error')
  }

  /** Tells one document's client why not, and leaves the socket to its other documents. */
  function deny(address: string, reason: string) {
    const { status, message } = parseDenial(reason)
    // Clients take a denial as final, so what may pass ends the socket, and they come back.
    if (status >= 500) return end(4000 + status, message)
    send(writeAuth(address, authTypes.denied, reason))
    waiting.delete(address)
    const seat = seats.get(address)
    if (!seat) return
    seats.delete(address)
    seat.leave()
    seat.connection.close({ code: 4000 + status, reason: message })
  }

  /** What Hocuspocus writes passes through here. */
  const like: WebSocketLike = {
    get readyState() {
      return ended ? 2 : wire.readyState
    },
    close: (code, reason) => end(code ?? 1000, reason ?? ''),
    send(data) {
      const frame = data as Uint8Array
      if (readType(frame) !== frameTypes.auth) return send(frame)
      const { address, decoder } = readFrame(frame)
      const isDenial = decoding.readVarUint(decoder) === authTypes.denied
      if (isDenial) deny(address, decoding.readVarString(decoder))
      else send(frame)
    },
  }

  function startWaiting({ address, documentName: name, decoder }: Frame, data: Uint8Array) {
    const fileId = parseDocumentName(name)
    // One spelling only, or one file would be two documents.
    if (!fileId || name !== documentName(fileId)) {
      const error = new AppError('NOT_FOUND', 'A document is named "file:" and the id of the file')
      return deny(address, denialReason(error))
    }
    if (seats.size + waiting.size >= MAX_DOCUMENTS)
      throw new AppError('RATE_LIMITED', 'Too many documents on one connection')
    checkToken(decoder)
    waiting.set(address, { frames: [], left: false })
    client.handleMessage(data)
  }

  function wait(item: Waiting, data: Uint8Array) {
    waitingBytes += data.byteLength
    if (waitingBytes > MAX_WAITING_BYTES || item.frames.length >= MAX_WAITING_FRAMES)
      throw new AppError('PAYLOAD_TOO_LARGE', 'Too much sent before the document was open')
    item.frames.push(data)
  }

  function takeSeated(seat: Seat, { address, type, decoder }: Frame) {
    switch (type) {
      case frameTypes.sync:
        try {
          seat.handleSync(decoder)
        } catch (error) {
          if (!(error instanceof AppError) || !staysOpen.has(error.code)) throw error
          deny(address, denialReason(error))
        }
        return
      case frameTypes.awareness:
        seat.handleAwareness(decoder)
        return
      case frameTypes.queryAwareness:
        seat.answerAwareness()
        return
      case frameTypes.close:
        // Not by way of Hocuspocus' queue: the same client may open the document again in the next frame.
        seats.delete(address)
        seat.leave()
        seat.connection.close()
        return
      case frameTypes.auth: // a client that shows its token again has nothing to gain
      case frameTypes.stateless:
        return
      default:
        throw garbage('a frame of unknown kind')
    }
  }

  function take(frame: Frame, data: Uint8Array) {
    const seated = seats.get(frame.address)
    if (seated) return takeSeated(seated, frame)
    const item = waiting.get(frame.address)
    if (frame.type === frameTypes.auth) {
      if (!item) return startWaiting(frame, data)
      // Closed and opened again while the first opening is under way: that one will do.
      item.left = false
      item.frames = []
    } else if (frame.type === frameTypes.close) {
      if (item) item.left = true
    } else if (item) wait(item, data)
    // Frames before the token are not for us. They are not lost: the client sends all it has after it.
    else if (!knownTypes.has(frame.type)) throw garbage('a frame of unknown kind')
  }

  function receive(data: Uint8Array) {
    if (!isOpen()) return
    // The answer to a ping of another version of Hocuspocus
    if (data.length === 1 && data[0] === frameTypes.pong) return
    try {
      take(readFrame(data), data)
    } catch (error) {
      fail(error)
    }
  }

  const door = {
    identify,
    receive,
    end,
    fail,
    send,

    /** Remembers who is being let in, before it is decided, so that a change of access meanwhile is not missed. */
    admit(principal: Principal): Grant {
      const grant: Grant = { principal, access: undefined }
      grants.add(grant)
      return grant
    },

    /** Hocuspocus established a connection: what waited for it goes in. */
    seated(seat: Seat) {
      const address = seat.connection.messageAddress
      const item = waiting.get(address)
      waiting.delete(address)
      if (!item || item.left || ended) return seat.connection.close()
      seats.set(address, seat)
      for (const frame of item.frames) {
        waitingBytes -= frame.byteLength
        receive(frame)
      }
    },

    isAffectedBy: ({ userId, sessionId, projectId }: AccessChange) =>
      [...grants].some(
        (grant) =>
          grant.principal.id === userId &&
          (sessionId === undefined || grant.principal.sessionId === sessionId) &&
          (projectId === undefined ||
            grant.access === undefined ||
            grant.access.project.id === projectId),
      ),

    holds: (): Holding[] =>
      [...grants].map(({ principal, access }) => ({
        principal,
        ...(access && {
          project: {
            id: access.project.id,
            fits: (now) =>
              now.includes('room:join') && now.includes('file:write') === can(access, 'file:write'),
          },
        }),
      })),

    /** Ends every seat at the file. */
    closeFile(fileId: string, error: AppError) {
      for (const [address, seat] of seats)
        if (seat.fileId === fileId) deny(address, denialReason(error))
    },

    /** The socket is gone. */
    closed(code: number, reason: string) {
      ended = true
      clear()
      client.handleClose({ code, reason })
    },
    /** The client is there, though it may have nothing to say. */
    alive: () => (client.lastMessageReceivedAt = Date.now()),
  }
  const client = hocuspocus.handleConnection(like, new Request('http://localhost/'), { door })
  return door
}

function checkToken(decoder: decoding.Decoder) {
  try {
    if (decoding.readVarUint(decoder) !== authTypes.token) throw new Error('not a token')
    decoding.readVarString(decoder)
    if (decoding.hasContent(decoder)) decoding.readVarString(decoder) // the client's version
  } catch {
    throw garbage('an authentication message')
  }
}

/** Refusals that concern one document only, not the socket. */
const staysOpen: ReadonlySet<ErrorCode> = new Set(['PAYLOAD_TOO_LARGE', 'NOT_FOUND'])
const knownTypes: ReadonlySet<number> = new Set(Object.values(frameTypes))
