// A role changes over REST on one node, while the person types on another one.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { CONTENT, documentName } from '../../protocol/names.ts'
import type { ProjectFile } from '../../server/files/schema.ts'
import { at, createProject, register, type Person } from '../people.ts'
import { createPostgresDatabase } from '../postgres.ts'
import { spawnServer, type ServerProcess } from '../server.ts'

const WITHIN_MS = 2_000
const patience = { timeout: 20_000, interval: 10 }

function openCollab({ url, token }: Person, fileId: string) {
  const socket = new HocuspocusProviderWebsocket({
    url: `${url.replace('http', 'ws')}/collab`,
    delay: 50,
    minDelay: 50,
    jitter: false,
  })
  const denials: string[] = []
  let closedAt = 0
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name: documentName(fileId),
    token,
    onAuthenticationFailed: ({ reason }) => denials.push(reason),
    onClose: () => {
      closedAt = performance.now()
    },
  })
  provider.attach()
  onTestFinished(() => {
    provider.destroy()
    socket.destroy()
  })
  return {
    text: provider.document.getText(CONTENT),
    closedAt: () => closedAt,
    isSynced: () => provider.isSynced,
    /** The protocol of this client tells. */
    isReader: () => provider.authorizedScope === 'readonly',
    isRefused: () => denials.length > 0,
  }
}

function openY({ url, token }: Person, fileId: string) {
  const document = new Y.Doc()
  const address = `${url.replace('http', 'ws')}/yjs`
  const name = encodeURIComponent(documentName(fileId))
  const provider = new WebsocketProvider(address, name, document, {
    protocols: [`bearer.${token}`],
    disableBc: true,
    maxBackoffTime: 100,
  })
  let closedAt = 0
  let code = 0
  provider.on('connection-close', (event) => {
    closedAt = performance.now()
    code = event?.code ?? 0
  })
  onTestFinished(() => provider.destroy())
  return {
    text: document.getText(CONTENT),
    closedAt: () => closedAt,
    isSynced: () => provider.synced,
    isReader: () => provider.synced,
    isRefused: () => code >= 4400 && code < 4500 && !provider.shouldConnect,
  }
}

const clients = [
  { name: 'Hocuspocus', open: openCollab },
  { name: 'y-websocket', open: openY },
]

describe.skipIf(!inject('postgresUrl') || !inject('redisUrl'))('access on two nodes', () => {
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>
  let nodes: [ServerProcess, ServerProcess]
  beforeAll(async () => {
    database = await createPostgresDatabase()
    const settings = {
      PORT: '0',
      DATABASE_URL: database.url,
      REDIS_URL: inject('redisUrl') ?? '',
    }
    nodes = await Promise.all([spawnServer(settings), spawnServer(settings)])
  })
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.kill('SIGTERM')))
    await database.drop()
  })

  test.each(clients)(
    '[D9] a change of role reaches a $name client that is open on another node',
    { timeout: 60_000 },
    async ({ open }) => {
      const ada = await register(nodes[0].url, 'ada')
      const bob = at(await register(nodes[0].url, 'bob'), nodes[1].url)
      const { slug } = await createProject(ada, [bob], 'member')
      const created = await ada.rest('POST', `/projects/${slug}/files`, { path: 'a.txt' })
      const { id: fileId } = created.data as ProjectFile
      const mine = openCollab(ada, fileId)
      const theirs = open(bob, fileId)
      theirs.text.insert(0, 'as a member; ')
      await expect.poll(() => mine.text.toJSON(), patience).toBe('as a member; ')

      /** @returns how long after the answer the open editor was closed, milliseconds; it may be before */
      const change = async (method: string, body?: object) => {
        const before = theirs.closedAt()
        const { status } = await ada.rest(method, `/projects/${slug}/members/${bob.id}`, body)
        const changedAt = performance.now()
        expect(status).toBeLessThan(300)
        await expect.poll(() => theirs.closedAt(), patience).toBeGreaterThan(before)
        return theirs.closedAt() - changedAt
      }

      expect(await change('PATCH', { role: 'guest' })).toBeLessThan(WITHIN_MS)
      await expect.poll(() => theirs.isReader() && theirs.isSynced(), patience).toBe(true)
      theirs.text.insert(0, 'as a guest; ')
      mine.text.insert(0, 'still read; ')
      await expect.poll(() => theirs.text.toJSON(), patience).toContain('still read; ')
      expect(mine.text.toJSON()).toBe('still read; as a member; ')

      expect(await change('PATCH', { role: 'member' })).toBeLessThan(WITHIN_MS)
      // What was written meanwhile comes with the first exchange.
      await expect.poll(() => mine.text.toJSON(), patience).toContain('as a guest; ')

      expect(await change('DELETE')).toBeLessThan(WITHIN_MS)
      await expect.poll(() => theirs.isRefused(), patience).toBe(true)
      theirs.text.insert(0, 'removed; ')
      const other = openCollab(ada, fileId)
      await expect.poll(() => other.isSynced(), patience).toBe(true)
      expect(other.text.toJSON()).not.toContain('removed')
    },
  )
})
