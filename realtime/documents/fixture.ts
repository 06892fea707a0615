// A stage for the tests of documents: people, projects and files in a database, nodes with real sockets, a bus between
// nodes that can lose what it is given, and real clients of both kinds.
import { createServer } from 'node:http'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { pino } from 'pino'
import { v7 as uuid } from 'uuid'
import { onTestFinished } from 'vitest'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import type { Db } from '../../db/database.ts'
import type { Principal, ProjectRole } from '../../protocol/access.ts'
import type { Bus } from '../../protocol/bus.ts'
import { AppError } from '../../protocol/errors.ts'
import { CONTENT, documentName } from '../../protocol/names.ts'
import { createLocalBus } from '../bus.ts'
import { createDocuments } from './documents.ts'
import type { SessionTimes } from './sessions.ts'
import { createDocument } from './snapshot.ts'

/** Waits for something that the other side decides. */
export async function until(condition: () => boolean | Promise<boolean>, what = 'the condition') {
  for (const start = Date.now(); !(await condition());) {
    if (Date.now() - start > 10_000) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export type Stage = Awaited<ReturnType<typeof setStage>>

/** People and projects; a person's token is their id. */
export async function setStage(db: Db) {
  const principals = new Map<string, Principal>()
  const tickets = new Map<string, Principal>()

  async function person(): Promise<Principal> {
    const id = uuid()
    await db
      .insertInto('users')
      .values({ id, username: id, email: `${id}@example.com` })
      .execute()
    const user = { id, username: id, displayName: id, avatar: '' }
    const principal = { id, role: 'member' as const, user, sessionId: uuid() }
    principals.set(id, principal)
    return principal
  }

  async function project(members: Record<string, ProjectRole> = {}) {
    const id = uuid()
    await db
      .insertInto('projects')
      .values({ id, name: id, slug: id, visibility: 'private' })
      .execute()
    for (const [userId, role] of Object.entries(members))
      await db
        .insertInto('projectMembers')
        .values({ id: uuid(), projectId: id, userId, role })
        .execute()
    return id
  }

  return {
    db,
    person,
    project,
    async file(projectId: string, text = '', userId: string | null = null) {
      const id = uuid()
      await db.transaction().execute(async (trx) => {
        await trx
          .insertInto('files')
          .values({ id, projectId, path: `${id}.ts` })
          .execute()
        await createDocument(trx, id, text, userId)
      })
      return id
    },
    ticket(principal: Principal) {
      const ticket = uuid()
      tickets.set(ticket, principal)
      return ticket
    },
    authenticate(token: string): Promise<Principal> {
      const principal = principals.get(token)
      return principal
        ? Promise.resolve(principal)
        : Promise.reject(new AppError('INVALID_TOKEN', 'The token is not valid'))
    },
    redeemTicket(ticket: string): Promise<Principal> {
      const principal = tickets.get(ticket)
      tickets.delete(ticket)
      return principal
        ? Promise.resolve(principal)
        : Promise.reject(new AppError('INVALID_TOKEN', 'The ticket was used already'))
    },
    /** Everything that waits for the database waits until it is let go. */
    async holdDocument(fileId: string): Promise<() => Promise<void>> {
      const held = Promise.withResolvers<void>()
      const free = Promise.withResolvers<void>()
      const done = db.transaction().execute(async (trx) => {
        await trx
          .selectFrom('documents')
          .select('fileId')
          .where('fileId', '=', fileId)
          .forUpdate()
          .execute()
        held.resolve()
        await free.promise
      })
      await held.promise
      const release = () => {
        free.resolve()
        return done
      }
      onTestFinished(release)
      return release
    },
  }
}

export type Node = Awaited<ReturnType<typeof openNode>>

/** A server with both document paths, which ends with the test. */
export async function startNode(...args: Parameters<typeof openNode>) {
  const node = await openNode(...args)
  onTestFinished(node.stop)
  return node
}

export async function openNode(
  stage: Pick<Stage, 'db' | 'authenticate' | 'redeemTicket'>,
  bus: Bus = createLocalBus(),
  limits: { maxSize?: number; sessionTimes?: SessionTimes } = {},
) {
  const { db, authenticate, redeemTicket } = stage
  const log = pino({ level: 'silent' })
  const documents = createDocuments({ db, bus, authenticate, redeemTicket, log, ...limits })
  const http = createServer()
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    if (!documents.handleUpgrade(request, socket, head))
      socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  const url = `ws://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  const stop = async () => {
    await documents.close()
    http.closeAllConnections()
    if (http.listening) await new Promise((resolve) => http.close(resolve))
  }
  return { url, documents, stop }
}

/** A stock Hocuspocus client. */
export function openCollab(
  node: Pick<Node, 'url'>,
  name: string,
  token: string,
  document = new Y.Doc(),
) {
  const socket = new HocuspocusProviderWebsocket({
    url: `${node.url}/collab`,
    delay: 50,
    minDelay: 50,
    initialDelay: 0,
    jitter: false,
  })
  const denials: string[] = []
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name,
    token,
    document,
    onAuthenticationFailed: ({ reason }) => denials.push(reason),
  })
  const closes: { code: number; reason: string }[] = []
  socket.on('close', ({ event }: { event: { code: number; reason: string } }) => closes.push(event))
  provider.attach()
  const close = () => {
    provider.destroy()
    socket.destroy()
  }
  onTestFinished(close)
  const text = document.getText(CONTENT)
  return {
    provider,
    socket,
    document,
    text,
    denials,
    closes,
    close,
    synced: () => until(() => provider.isSynced, 'a Hocuspocus client to be synced'),
    saved: () =>
      until(() => provider.isSynced && !provider.hasUnsyncedChanges, 'edits to be saved'),
  }
}

/** A stock y-websocket client. */
export function openY(
  node: Pick<Node, 'url'>,
  name: string,
  options: { token?: string; params?: Record<string, string>; document?: Y.Doc },
) {
  const document = options.document ?? new Y.Doc()
  const provider = new WebsocketProvider(`${node.url}/yjs`, encodeURIComponent(name), document, {
    params: options.params ?? {},
    protocols: options.token === undefined ? [] : [`bearer.${options.token}`],
    disableBc: true,
    maxBackoffTime: 100,
  })
  const closes: { code: number; reason: string }[] = []
  provider.on('connection-close', (event) => {
    if (event) closes.push({ code: event.code, reason: event.reason })
  })
  const close = () => provider.destroy()
  onTestFinished(close)
  return {
    provider,
    document,
    text: document.getText(CONTENT),
    closes,
    close,
    synced: () => until(() => provider.synced, 'a y-websocket client to be synced'),
  }
}

/** Both kinds of client of one person at one file. */
export const openBoth = (node: Node, fileId: string, { id }: Principal) => [
  openCollab(node, documentName(fileId), id),
  openY(node, documentName(fileId), { token: id }),
]

/** Buses of nodes that hear each other, unless they are told to lose what is sent. */
export function connectBuses(count: number) {
  const state = { lossy: false }
  const listeners = Array.from({ length: count }, () => new Set<(data: Uint8Array) => void>())
  const gaps = Array.from({ length: count }, () => new Set<() => void>())
  const buses = listeners.map((own, index): Bus => {
    const bus = createLocalBus()
    return {
      ...bus,
      publish(_topic, data) {
        if (state.lossy) return
        for (const [other, set] of listeners.entries())
          if (other !== index)
            for (const listener of set) setImmediate(() => listener(data.slice()))
      },
      subscribe(_topic, listener) {
        const listen = (data: Uint8Array) => listener(data, 'another')
        own.add(listen)
        return () => own.delete(listen)
      },
      onGap(listener) {
        gaps[index]?.add(listener)
        return () => gaps[index]?.delete(listener)
      },
    }
  })
  return {
    buses,
    lose: (lossy: boolean) => (state.lossy = lossy),
    gap: () => gaps.forEach((set) => set.forEach((listener) => listener())),
  }
}
