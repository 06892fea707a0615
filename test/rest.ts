// The REST plane for tests: the real app over an embedded database in memory, without a socket in between.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { afterAll } from 'vitest'
import type { ActorUpdate } from '../db/activity.ts'
import { openDatabase } from '../db/database.ts'
import type { WireError } from '../protocol/errors.ts'
import type { AccessChange } from '../protocol/requests.ts'
import { createLocalBus } from '../realtime/bus.ts'
import type { ChannelChange } from '../realtime/chat/audience.ts'
import { createChat } from '../realtime/chat/chat.ts'
import { writeStatus } from '../realtime/presence/records.ts'
import { createDocuments } from '../realtime/documents/documents.ts'
import { createAccounts } from '../server/accounts/accounts.ts'
import { createAccountLimits } from '../server/accounts/limits.ts'
import type { SignedIn } from '../server/accounts/schema.ts'
import { loadSigningKey } from '../server/accounts/tokens.ts'
import { createApp, type AppContext } from '../server/app.ts'
import { removeFiles } from '../server/attachments/attachments.ts'
import { createDirectoryStore } from '../server/attachments/store.ts'
import type { ProjectDetails } from '../server/projects/schema.ts'

export interface Reply<Data> {
  status: number
  headers: Headers
  data: Data
  error: WireError
  meta: {
    timestamp: string
    requestId: string
    pagination: { page: number; limit: number; total: number; totalPages: number }
    hasMore: boolean
    seq: number
  }
}

export interface Ask {
  token?: string | undefined
  body?: unknown
  headers?: Record<string, string>
  /** Address of the client */
  ip?: string
}

/** Opens the app for one test file; ends with it. Without `databaseUrl`, in memory. */
export async function openRest({
  databaseUrl,
  messages,
  ...overrides
}: Partial<Omit<AppContext, 'messages'>> & {
  databaseUrl?: string
  /** Instead of the chat's own answers */
  messages?: Partial<AppContext['messages']>
} = {}) {
  const database = await openDatabase({ url: databaseUrl, dataDir: 'memory://' })
  const { db } = database
  const updates: ActorUpdate[] = []
  const accessChanges: AccessChange[] = []
  const channelChanges: ChannelChange[] = []
  const accessChanged = (change: AccessChange) => void accessChanges.push(change)
  const lines: Record<string, unknown>[] = []
  const log = pino(
    { level: 'info' },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  )
  const signingKey = await loadSigningKey(db, undefined)
  const silence = () => undefined
  const emit = {
    toProject: silence,
    toUser: silence,
    toSocket: silence,
    toRoom: silence,
    toOwnSockets: silence,
  }
  const accounts = createAccounts({
    db,
    signingKey,
    accessTokenTtl: 900,
    refreshTokenTtl: 86_400,
    accessChanged,
  })
  const documents = createDocuments({ db, bus: createLocalBus(), log, ...accounts })
  const directory = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-attachments-'))
  const store = createDirectoryStore(directory)
  afterAll(async () => {
    rmSync(directory, { recursive: true })
    await documents.close()
    await database.close()
  })
  const attachments = { store, maxBytes: 1024 * 1024, quotaBytes: 3 * 1024 * 1024 }
  const chat = createChat({
    db,
    emit,
    feed: { publish: silence },
    log,
    onAttachmentsRemoved: (ids) => void removeFiles(attachments, log, ids),
  })
  const context: AppContext = {
    db,
    database,
    accounts,
    limits: createAccountLimits({ requestsPerMinute: 10_000 }),
    publish: (update) => void updates.push(update),
    accessChanged,
    channelChanged: (change) => void channelChanges.push(change),
    announce: silence,
    emit,
    documents,
    messages: { ...chat, ...messages },
    presence: {
      list: () => [],
      setStatus: (userId, status) => writeStatus(db, userId, status),
      renamed: silence,
    },
    attachments,
    workerStatus: () => ({ state: 'unavailable', reason: 'not in this test' }),
    isStopping: () => false,
    activeUsers: () => 0,
    log,
    version: '0.0.0-test',
    allowedOrigins: ['https://friend.example'],
    trustProxy: false,
    pageDir: 'nowhere',
    ...overrides,
  }
  const app = createApp(context)

  async function ask<Data>(method: string, path: string, options: Ask = {}): Promise<Reply<Data>> {
    const { token, body, headers, ip = '192.0.2.1' } = options
    const response = await app.request(
      path.startsWith('/') ? path : `/api/v1/${path}`,
      {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      },
      { incoming: { socket: { remoteAddress: ip } } },
    )
    const text = await response.text()
    const parsed = text.startsWith('{') ? (JSON.parse(text) as object) : { data: text }
    return { ...(parsed as Reply<Data>), status: response.status, headers: response.headers }
  }

  const as = (token: string) => ({
    get: <Data>(path: string) => ask<Data>('GET', path, { token }),
    post: <Data>(path: string, body?: unknown) => ask<Data>('POST', path, { token, body }),
    patch: <Data>(path: string, body: unknown) => ask<Data>('PATCH', path, { token, body }),
    delete: (path: string) => ask<string>('DELETE', path, { token }),
  })

  /** A new person, signed in. */
  async function signUp(username: string) {
    const body = { username, email: `${username}@example.org`, password: 'correct horse' }
    const { data } = await ask<SignedIn>('POST', 'auth/register', { body })
    return { ...data, ...as(data.token) }
  }

  /** A project with its maintainer and one person per role. */
  async function makeProject(name: string, fields: object = {}) {
    const owner = await signUp(`${name}-owner`)
    const { data: project } = await owner.post<ProjectDetails>('projects', { name, ...fields })
    const path = `projects/${project.slug}`
    const join = async (role: string) => {
      const person = await signUp(`${name}-${role}`)
      await owner.post(`${path}/members`, { username: person.user.username, role })
      return person
    }
    return { owner, project, path, join }
  }

  return {
    app,
    ask,
    as,
    signUp,
    makeProject,
    db,
    documents,
    signingKey,
    updates,
    accessChanges,
    channelChanges,
    lines,
    accounts: context.accounts,
    store,
    log,
  }
}
