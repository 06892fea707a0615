// One socket. Every frame is looked at here before Hocuspocus sees it: frames of a document wait until its door is
// open, sync frames go to the seat, what is garbage or no longer allowed ends the connection.
import type { Hocuspocus, WebSocketLike } from '@hocuspocus/server'
import * as decoding from 'lib0/decoding'
import type { Logger } from 'pino'
import { v7 as uuid } from 'uuid'
import type { Principal } from '../../protocol/access.ts'
import { AppError, type ErrorCode } from '../../protocol/errors.ts'
import { documentName, parseDocumentName } from '../../protocol/names.ts'
import { costs, type Budget } from './budget.ts'
import { closeCode, denialReason, parseDenial } from './denial.ts'
import {
  authTypes,
  checkToken,
  frameTypes,
  readFrame,
  readType,
  writeAuth,
  type Frame,
} from './frames.ts'
import { garbage } from './guard.ts'
import { createGrants, type Grant } from './grants.ts'
import { createInbox } from './inbox.ts'
import type { Seat } from './seat.ts'

const MAX_DOCUMENTS = 200
const MAX_WAITING_BYTES = 8 * 1024 * 1024
const MAX_WAITING_FRAMES = 2_000
/** A close frame has room for this much of a reason. */
const MAX_REASON = 120

/** The client's side: takes frames, and closes. */
export interface Wire {
  readonly readyState: number
  send(frame: Uint8Array): void
  /** Stops and starts the reading of what the client sends */
  pause(): void
  resume(): void
  close(code?: number, reason?: string): void
  /** Closes without reading what the client still sends */
  shutOut(code: number, reason: string): void
}

export interface DoorOptions {
  wire: Wire
  hocuspocus: Hocuspocus<DoorContext>
  budget: Budget
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

export type Door = ReturnType<typeof createDoor>

export function createDoor({ wire, hocuspocus, budget, log, identify }: DoorOptions) {
  const waiting = new Map<string, Waiting>()
  const seats = new Map<string, Seat>()
  const grants = createGrants()
  const id = uuid()
  /** Who pays for what comes through here: the connection until it is known whose it is */
  let payer = id
  budget.meet(id)
  let waitingBytes = 0
  let ended = false

  const isOpen = () => !ended && wire.readyState === 1
  const send = (frame: Uint8Array) => {
    if (isOpen()) wire.send(frame)
  }

  function end(code: number, reason: string, close = wire.close) {
    if (ended) return
    ended = true
    clear()
    close(code, reason.slice(0, MAX_REASON))
    // At once, not when the peer gets round to closing too: nobody should see the person any longer.
    client.handleClose({ code, reason })
  }

  function clear() {
    for (const seat of seats.values()) seat.leave()
    seats.clear()
    waiting.clear()
    waitingBytes = 0
    inbox.clear()
  }

  function fail(error: unknown) {
    // The rest of what came with it.
    if (ended) return
    const known = error instanceof AppError
    if (!known) log.error({ err: error }, 'a document frame failed')
    else if (error.code === 'VALIDATION_ERROR') budget.spend(payer, costs.garbage)
    const { code, message } = known ? error : new AppError('INTERNAL_ERROR', 'Internal error')
    end(closeCode(code), message, wire.shutOut)
  }

  /** Tells one document's client why not, and leaves the socket to its other documents. */
  function deny(address: string, reason: string) {
    const { status, message } = parseDenial(reason)
    // Clients take a denial as final, so what may pass ends the socket, and they come back.
    if (status >= 500) return end(4000 + status, message)
    send(writeAuth(address, authTypes.denied, reason))
    const item = waiting.get(address)
    if (item) takeFrames(item)
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
    budget.spend(payer, costs.opening)
    waiting.set(address, { frames: [], left: false })
    client.handleMessage(data)
  }

  function wait(item: Waiting, data: Uint8Array) {
    waitingBytes += data.byteLength
    if (waitingBytes > MAX_WAITING_BYTES || item.frames.length >= MAX_WAITING_FRAMES)
      throw new AppError('PAYLOAD_TOO_LARGE', 'Too much sent before the document was open')
    item.frames.push(data)
  }

  /** They do not wait any more. */
  function takeFrames(item: Waiting): Uint8Array[] {
    const { frames } = item
    for (const { byteLength } of frames) waitingBytes -= byteLength
    item.frames = []
    return frames
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
      takeFrames(item)
    } else if (frame.type === frameTypes.close) {
      if (item) item.left = true
    } else if (item) wait(item, data)
    // Frames before the token are not for us. They are not lost: the client sends all it has after it.
    else if (!knownTypes.has(frame.type)) throw garbage('a frame of unknown kind')
  }

  function handle(data: Uint8Array) {
    if (ended) return
    // The answer to a ping of another version of Hocuspocus
    if (data.length === 1 && data[0] === frameTypes.pong) return
    try {
      budget.charge(payer, () => take(readFrame(data), data), data.byteLength)
    } catch (error) {
      fail(error)
    }
  }
  const inbox = createInbox({
    rest: () => budget.rest(payer),
    take: handle,
    pause: wire.pause,
    resume: wire.resume,
  })

  const door = {
    identify,
    receive(frame: Uint8Array) {
      if (!ended) inbox.put(frame)
    },
    end,
    fail,
    send,

    /** Remembers who is being let in, before it is decided, so that a change of access meanwhile is not missed. */
    async admit(principal: Principal): Promise<Grant> {
      const grant = grants.add(principal)
      payer = principal.id
      try {
        await budget.turn(payer)
        if (ended) throw new AppError('UNAVAILABLE', 'The connection has ended')
        return grant
      } catch (error) {
        grants.settle(grant)
        throw error
      }
    },
    settle: grants.settle,
    isAffectedBy: grants.isAffectedBy,
    holds: grants.holds,

    /** Hocuspocus established a connection: what waited for it goes in. */
    seated(seat: Seat) {
      const address = seat.connection.messageAddress
      const item = waiting.get(address)
      waiting.delete(address)
      if (!item || item.left || ended) return seat.connection.close()
      seats.set(address, seat)
      inbox.putBack(takeFrames(item))
    },

    /** Ends every seat at the file. */
    closeFile(fileId: string, error: AppError) {
      for (const [address, seat] of seats)
        if (seat.fileId === fileId) deny(address, denialReason(error))
    },

    /** The socket is gone. */
    closed(code: number, reason: string, then: () => void) {
      inbox.end(() => {
        ended = true
        budget.forget(id)
        clear()
        client.handleClose({ code, reason })
        then()
      })
    },
    /** The client is there, though it may have nothing to say. */
    alive: () => (client.lastMessageReceivedAt = Date.now()),
  }
  const client = hocuspocus.handleConnection(like, new Request('http://localhost/'), { door })
  return door
}

/** Refusals that concern one document only, not the socket. */
const staysOpen: ReadonlySet<ErrorCode> = new Set(['PAYLOAD_TOO_LARGE', 'NOT_FOUND'])
const knownTypes: ReadonlySet<number> = new Set(Object.values(frameTypes))
