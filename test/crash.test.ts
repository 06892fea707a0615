// kill −9 while two people chat and type: what was acknowledged and what was reported saved is there afterwards.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import type { ChatMessage } from '../protocol/chat.ts'
import type { ProjectFile } from '../server/files/schema.ts'
import { at, connect, createProject, register, signIn, type Person } from './people.ts'
import { createPostgresDatabase } from './postgres.ts'
import { spawnServer } from './server.ts'
import { findWrong, startTyping, startTypingY } from './typists.ts'

const ROUNDS = Number(process.env['KILLS'] ?? 20)
/** A file takes what so many rounds write. */
const ROUNDS_PER_FILE = 50

async function startChatting(person: Person, projectId: string, round: number) {
  const { socket, request } = await connect(person)
  const acknowledged: ChatMessage[] = []
  let stopped = false
  const chat = async () => {
    for (let n = 0; !stopped; n++) {
      const message = `${person.username} ${round} ${n}`
      const sent = await request('send_message', { projectId, message }).catch(() => undefined)
      if (sent && !stopped) acknowledged.push(sent)
      // All of it is read once more in the end.
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

async function readAfter(person: Person, slug: string, seq: number): Promise<ChatMessage[]> {
  const all: ChatMessage[] = []
  for (;;) {
    const after = all.at(-1)?.seq ?? seq
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
    `[CH1] [D2] [D7] ${ROUNDS} times kill −9 of the node: nothing acknowledged and nothing saved is lost`,
    { timeout: ROUNDS * 30_000 },
    async () => {
      const settings = { ...database.settings, PORT: '0' }
      let server = await spawnServer(settings)
      onTestFinished(() => server.kill('SIGTERM'))
      const ada = await register(server.url, 'ada')
      const bob = await register(server.url, 'bob')
      const { id: projectId, slug } = await createProject(ada, [bob])
      const acknowledged: ChatMessage[] = []
      let [fileId, saved, readTo] = ['', new Set<string>(), 0]

      function findLost(history: ChatMessage[]) {
        const first = history[0]?.seq ?? 1
        expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => first + index))
        const bySeq = new Map(history.map((message) => [message.seq, message]))
        return acknowledged.filter(({ seq, id }) => seq >= first && bySeq.get(seq)?.id !== id)
      }

      for (let round = 0; round < ROUNDS; round++) {
        // The long form takes longer than a token lives.
        const people = [await signIn(ada, server.url), await signIn(bob, server.url)]
        if (round % ROUNDS_PER_FILE === 0) {
          const path = `notes-${round}.md`
          const created = await people[0]!.rest('POST', `/projects/${slug}/files`, { path })
          fileId = (created.data as ProjectFile).id
          saved = new Set()
        }
        const typists = people.map((person) => startTyping(person, fileId, round))
        const stopTypingY = startTypingY(people[0]!, fileId, round)
        const chats = await Promise.all(
          people.map((person) => startChatting(person, projectId, round)),
        )
        await expect
          .poll(
            () =>
              chats.every((chat) => chat.acknowledged.length > 0) &&
              typists.every((typist) => typist.hasSaved(`/y ${round} `)),
            { timeout: 60_000, interval: 10 },
          )
          .toBe(true)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 400))
        // What is acknowledged while the signal travels counts too, so the clients stop after the kill.
        await server.kill('SIGKILL')
        typists.forEach((typist) => typist.stop())
        chats.forEach((chat) => chat.stop())
        stopTypingY()
        for (const typist of typists) {
          typist.saved.forEach((mark) => saved.add(mark))
          typist.destroy()
        }
        acknowledged.push(...chats.flatMap((chat) => chat.acknowledged))

        server = await spawnServer(settings)
        const reader = at(people[0]!, server.url)
        const history = await readAfter(reader, slug, readTo)
        expect(findLost(history), `messages lost in round ${round}`).toEqual([])
        readTo = history.at(-1)?.seq ?? readTo
        const file = await reader.rest('GET', `/projects/${slug}/files/${fileId}`)
        const { content } = file.data as { content: string }
        expect(findWrong(saved, content), `marks lost or doubled in round ${round}`).toEqual([])
      }
      expect(findLost(await readAfter(await signIn(ada, server.url), slug, 0))).toEqual([])
    },
  )
})
