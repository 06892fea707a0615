// Live files: Yjs documents over two protocols, kept by Hocuspocus in memory and by the journal in the database.
//   /collab           stock @hocuspocus/provider, any number of documents on one socket
//   /yjs/<document>   stock y-websocket, one document
// A frame's way: door.ts → seat.ts → the document → journal.ts → (committed) "saved" to the sender, news.ts to others.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { Hocuspocus } from '@hocuspocus/server'
import type { Logger } from 'pino'
import { WebSocketServer, type WebSocket } from 'ws'
import type * as Y from 'yjs'
import { can, requireFileAccess } from '../../db/access.ts'
import type { Db } from '../../db/database.ts'
import type { Authenticate, Principal } from '../../protocol/access.ts'
import type { Bus } from '../../protocol/bus.ts'
import { AppError, notFound } from '../../protocol/errors.ts'
import { MAX_DOCUMENT_FRAME, MAX_DOCUMENT_STATE } from '../../protocol/limits.ts'
import { CONTENT, documentName, parseDocumentName } from '../../protocol/names.ts'
import type { AccessChange } from '../../protocol/requests.ts'
import { createBudget } from './budget.ts'
import { closeCode, denialReason } from './denial.ts'
import { createDoor, type Door, type DoorContext, type Wire } from './door.ts'
import { garbage } from './guard.ts'
import { createRegistry } from './registry.ts'
import { createRewriter } from './rewrite.ts'
import { createSeat } from './seat.ts'
import type { SessionTimes } from './sessions.ts'
import { createDocument, readDocument, updatesOf, withContent } from './snapshot.ts'
import { keepAlive, socketWire } from './socket.ts'
import { openingFrame, pickProtocol, readYRequest, startHeartbeat } from './ywebsocket.ts'
import { toHocuspocus, translateWire, Y_PATH } from './ywebsocket.ts'

const COLLAB_PATH = '/collab'
/** How long a closing server may take to write what waits, and to end its connections. */
const WRITE_MS = 15_000
const CLOSE_MS = 1_000

export interface DocumentsOptions {
  db: Db
  bus: Bus
  authenticate: Authenticate
  /** Who holds this one-use ticket. @throws AppError INVALID_TOKEN */
  redeemTicket: (ticket: string) => Promise<Principal>
  log: Logger
  /** Bytes of encoded state beyond which a document takes nothing more; 8 MiB unless told */
  maxSize?: number
  /** When versions are made of what people do */
  sessionTimes?: SessionTimes | undefined
  /** A session of work is over, and this node made its version */
  onVersion?: (fileId: string, versionId: string) => Promise<void>
}

export type Documents = ReturnType<typeof createDocuments>

const fileOf = (name: string): string => {
  const fileId = parseDocumentName(name)
  if (!fileId) throw notFound('Document')
  return fileId
}

export function createDocuments(options: DocumentsOptions) {
  const { db, bus, authenticate, log, maxSize = MAX_DOCUMENT_STATE } = options
  const doors = new Set<Door>()
  const budget = createBudget()
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_DOCUMENT_FRAME,
    handleProtocols: (protocols) => pickProtocol(protocols) ?? false,
  })
  const registry = createRegistry({
    db,
    bus,
    log,
    maxSize,
    sessionTimes: options.sessionTimes,
    onVersion: options.onVersion,
    onDeleted(fileId) {
      const error = new AppError('NOT_FOUND', 'The file was deleted')
      for (const door of doors) door.closeFile(fileId, error)
    },
  })
  const { journal } = registry

  /** Runs a hook so that Hocuspocus tells the client why not; what has a message it would write to the console. */
  async function refusing<Result>(run: () => Promise<Result>): Promise<Result> {
    try {
      return await run()
    } catch (error) {
      const known = error instanceof AppError
      if (!known) log.error({ err: error }, 'a document could not be opened')
      const cause = known ? error : new AppError('UNAVAILABLE', 'Not available; try again later')
      throw Object.assign(new Error('', { cause }), { reason: denialReason(cause) })
    }
  }

  const hocuspocus = new Hocuspocus<DoorContext>({
    quiet: true,
    onAuthenticate: ({ token, documentName, context, connectionConfig }) =>
      refusing(async () => {
        const { door } = context
        const principal = await door.identify(token)
        const grant = await door.admit(principal)
        let access
        try {
          access = await requireFileAccess(db, principal, fileOf(documentName), 'room:join')
        } finally {
          door.settle(grant, access)
        }
        connectionConfig.readOnly = !can(access, 'file:write')
        return { userId: principal.id }
      }),
    onLoadDocument: ({ document, documentName, context: { userId } }) =>
      refusing(async () => {
        try {
          const live = await registry.load(document, fileOf(documentName))
          if (userId) budget.load(userId, live.size())
        } catch (error) {
          // Hocuspocus forgets a document that did not load, and leaves its timers running.
          document.destroy()
          throw error
        }
      }),
    connected: async ({ connection, context: { door, userId = '' } }) => {
      const live = registry.get(fileOf(connection.document.name))
      // Hocuspocus may unload a document in the very moment in which it gives it out. A file that was deleted may have
      // come back from the trash before its document had left.
      if (live?.document !== connection.document || live.isDeleted())
        return door.end(closeCode('UNAVAILABLE'), 'The document was closed; connect again')
      const { send, fail } = door
      door.seated(createSeat({ connection, live, journal, budget, userId, send, fail }))
    },
    beforeUnloadDocument: ({ documentName }) => registry.flushed(fileOf(documentName)),
  })

  function serve(ws: WebSocket, door: Door, receive: (data: Uint8Array) => void) {
    doors.add(door)
    keepAlive(ws, door.alive)
    ws.on('message', (data, isBinary) => {
      if (isBinary) receive(new Uint8Array(data as Buffer))
      else door.fail(garbage('a text frame'))
    })
    ws.on('close', (code, reason) => door.closed(code, String(reason), () => doors.delete(door)))
  }

  function openCollab(ws: WebSocket, wire: Wire) {
    const door = createDoor({ wire, hocuspocus, budget, log, identify: authenticate })
    serve(ws, door, door.receive)
  }

  function openY(ws: WebSocket, wire: Wire, url: URL) {
    const { name, identify } = readYRequest(url, ws.protocol, options)
    const door = createDoor({ wire: translateWire(wire), hocuspocus, budget, log, identify })
    serve(ws, door, (data) => {
      try {
        door.receive(toHocuspocus(name, data))
      } catch (error) {
        door.fail(error)
      }
    })
    startHeartbeat(ws)
    door.receive(openingFrame(name))
  }

  /** A document in memory, kept there until it is given back. */
  async function openDirect(fileId: string) {
    try {
      return await hocuspocus.openDirectConnection(documentName(fileId))
    } catch (error) {
      throw error instanceof Error && error.cause instanceof AppError ? error.cause : error
    }
  }

  const rewriter = createRewriter({ db, bus, registry, log, open: openDirect })

  /**
   * What `use` finds in the text, as it is on this node.
   * @param stored read it from the journal, which holds all that is saved on any node
   * @throws AppError NOT_FOUND
   */
  async function readContent<Result>(
    fileId: string,
    use: (content: Y.Text) => Result,
    { stored = false } = {},
  ): Promise<Result> {
    const live = registry.get(fileId)
    if (!stored && live && !live.isDeleted()) return use(live.document.getText(CONTENT))
    const document = await readDocument(db, fileId)
    if (!document) throw notFound('File')
    return withContent(updatesOf(document), use)
  }

  let closing: Promise<void> | undefined
  async function close() {
    for (const door of doors) door.end(1012, 'The server restarts')
    sockets.close()
    await journal.close(WRITE_MS)
    await registry.close()
    await Promise.all([...hocuspocus.documents.values()].map((d) => hocuspocus.unloadDocument(d)))
    for (let waited = 0; doors.size > 0 && waited < CLOSE_MS; waited += 20) await sleep(20)
    for (const ws of sockets.clients) ws.terminate()
  }

  return {
    /** Takes over `/collab` and `/yjs/…`; the caller listens for errors of the socket and checked the origin. */
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
      const address = `http://localhost${request.url ?? '/'}`
      const url = URL.canParse(address) ? new URL(address) : undefined
      if (url?.pathname !== COLLAB_PATH && !url?.pathname.startsWith(Y_PATH)) return false
      if (closing) {
        socket.once('finish', () => socket.destroy())
        socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n')
        return true
      }
      sockets.handleUpgrade(request, socket, head, (ws) => {
        // Frames that are damaged or too big: `ws` closes by itself. Those refused below may send some, too, and an
        // error without a listener would end the process.
        ws.on('error', () => undefined)
        const wire = socketWire(ws, socket)
        try {
          if (url.pathname === COLLAB_PATH) openCollab(ws, wire)
          else openY(ws, wire, url)
        } catch (error) {
          const known = error instanceof AppError ? error : new AppError('INTERNAL_ERROR', '')
          ws.close(closeCode(known.code), known.message)
        }
      })
      return true
    },

    /** What this node's sockets were let into. */
    holds: () => [...doors].flatMap((door) => door.holds()),

    /** Closes the sockets of a person whose access changed; what comes back is judged again. */
    closeFor(change: AccessChange) {
      for (const door of doors)
        if (door.isAffectedBy(change))
          door.end(closeCode('UNAVAILABLE'), 'Access changed; connect again')
    },

    /** Ends the document of a deleted file, on all nodes; to be called after the commit. */
    closeFile: (fileId: string) => registry.delete(fileId),

    createDocument,

    readText: (fileId: string) => readContent(fileId, (content) => content.toJSON()),
    readContent,

    ...rewriter,
    keepVersion: registry.keepVersion,

    /** For metrics. */
    stats: () => ({
      documents: registry.size(),
      connections: doors.size,
      backlogBytes: journal.backlogBytes(),
    }),

    /** Ends the connections and writes what waits. */
    close: () => (closing ??= close()),
  }
}
