// kill −9 while two people chat and type: what was acknowledged and what was reported saved is there afterwards.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import type { ChatMessage } from '../protocol/chat.ts'
import { CONTENT, documentName } from '../protocol/names.ts'
import type { ProjectFile } from '../server/files/schema.ts'
import { at, connect, createProject, register, type Person } from './people.ts'
import { createPostgresDatabase } from './postgres.ts'
import { spawnServer } from './server.ts'

const ROUNDS = 20

/** Types marks such as `<ada 3 17>` and knows which of them were reported saved. */
function startTyping(person: Person, fileId: string, round: number) {
  const socket = new HocuspocusProviderWebsocket({
    url: person.url.replace('http', 'ws') + '/collab',
  })
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name: documentName(fileId),
    token: person.token,
  })
  provider.attach()
  const text = provider.document.getText(CONTENT)
  const typed: string[] = []
  const saved = new Set<string>()
  let stopped = false
  const note = () => {
    if (!stopped && !provider.hasUnsyncedChanges) typed.forEach((mark) => saved.add(mark))
  }
  provider.on('unsyncedChanges', note)
  const type = () => {
    if (!provider.isSynced) return
    const mark = `<${person.username} ${round} ${typed.length}>`
    // Both write into the same place.
    text.insert(boundary(text.toString()), mark)
    typed.push(mark)
  }
  const timer = setInterval(type, 5)
  return {
    saved,
    /** Freezes what counts as saved; call it before the kill. */
    stop() {
      note()
      stopped = true
      clearInterval(timer)
    },
    destroy() {
      provider.destroy()
      socket.destroy()
    },
  }
}

/** The place between two marks nearest to the middle: a mark inside another could not be found again. */
const boundary = (text: string) => Math.max(0, text.indexOf('<', Math.floor(text.length / 2)))

async function startChatting(person: Person, projectId: string, round: number) {
  const { socket, request } = await connect(person)
  const acknowledged: ChatMessage[] = []
  let stopped = false
  const chat = async () => {
    for (let n = 0; !stopped; n++) {
      const message = `${person.username} ${round} ${n}`
      const sent = await request('send_message', { projectId, message }).catch(() => undefined)
      if (sent && !stopped) acknowledged.push(sent)
      // The whole history is read after each round.
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  void chat()
  return {
    acknowledged,
    stop() {
      stopped = true
      socket.disconnect()
    },
  }
}

async function readAll(person: Person, slug: string): Promise<ChatMessage[]> {
  const all: ChatMessage[] = []
  for (;;) {
    const after = all.at(-1)?.seq ?? 0
    const page = await person.rest('GET', `/projects/${slug}/messages?after=${after}&limit=200`)
    const messages: ChatMessage[] = page.data
    if (messages.length === 0) return all
    all.push(...messages)
  }
}

const embedded = () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-crash-'))
  const drop = () => Promise.resolve(rmSync(directory, { recursive: true, force: true }))
  return Promise.resolve({ settings: { DATA_DIR: directory }, drop })
}
const postgres = async () => {
  const { url, drop } = await createPostgresDatabase()
  return { settings: { DATABASE_URL: url }, drop }
}
const databases = [
  { name: 'PGlite', open: embedded },
  ...(inject('postgresUrl') ? [{ name: 'PostgreSQL', open: postgres }] : []),
]

describe.each(databases)('on $name', ({ open }) => {
  let database: Awaited<ReturnType<typeof open>>
  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.drop())

  test(
    `[CH1] [D2] ${ROUNDS} times kill −9: nothing acknowledged and nothing saved is lost`,
    { timeout: 300_000 },
    async () => {
      const settings = { ...database.settings, PORT: '0' }
      let server = await spawnServer(settings)
      onTestFinished(() => server.kill('SIGTERM'))
      const ada = await register(server.url, 'ada')
      const bob = await register(server.url, 'bob')
      const { id: projectId, slug } = await createProject(ada, [bob])
      const created = await ada.rest('POST', `/projects/${slug}/files`, { path: 'notes.md' })
      const { id: fileId } = created.data as ProjectFile
      const acknowledged: ChatMessage[] = []
      const saved = new Set<string>()

      for (let round = 1; round <= ROUNDS; round++) {
        const people = [at(ada, server.url), at(bob, server.url)]
        const typists = people.map((person) => startTyping(person, fileId, round))
        const chats = await Promise.all(
          people.map((person) => startChatting(person, projectId, round)),
        )
        await expect
          .poll(
            () =>
              chats.every((chat) => chat.acknowledged.length > 0) &&
              typists.every((typist) => typist.saved.size > 0),
            { timeout: 60_000 },
          )
          .toBe(true)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 400))
        // What is acknowledged while the signal travels counts too, so the clients stop after the kill.
        await server.kill('SIGKILL')
        typists.forEach((typist) => typist.stop())
        chats.forEach((chat) => chat.stop())
        for (const typist of typists) {
          typist.saved.forEach((mark) => saved.add(mark))
          typist.destroy()
        }
        acknowledged.push(...chats.flatMap((chat) => chat.acknowledged))

        server = await spawnServer(settings)
        const reader = at(ada, server.url)
        const history = await readAll(reader, slug)
        expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1))
        const bySeq = new Map(history.map((message) => [message.seq, message]))
        const lost = acknowledged.filter(({ seq, id }) => bySeq.get(seq)?.id !== id)
        expect(lost, `messages lost in round ${round}`).toEqual([])
        const file = await reader.rest('GET', `/projects/${slug}/files/${fileId}`)
        const marks = new Map<string, number>()
        for (const [mark] of (file.data as { content: string }).content.matchAll(/<[^<>]+>/g)) {
          marks.set(mark, (marks.get(mark) ?? 0) + 1)
        }
        const wrong = [...saved].filter((mark) => marks.get(mark) !== 1)
        expect(wrong, `marks lost or doubled in round ${round}`).toEqual([])
      }
    },
  )
})
