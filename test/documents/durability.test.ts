// kill −9 of PostgreSQL (the postmaster and every backend), and of it and the node at once, while people type: what was
// reported saved is in the database when it is started again in the same directory. PGlite lives in the node:
// crash.test.ts. The kernel survives, so this shows that commits come before "saved", not that the disk keeps them.
import { spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, inject, test, vi } from 'vitest'
import { openDatabase } from '../../db/database.ts'
import { until } from '../../realtime/documents/fixture.ts'
import { readDocument, textOf, updatesOf } from '../../realtime/documents/snapshot.ts'
import type { ProjectFile } from '../../server/files/schema.ts'
import { createProject, register, signIn, type Person } from '../people.ts'
import { spawnServer } from '../server.ts'
import { preparePostgres } from '../services.ts'
import { findWrong, startTyping, startTypingY } from '../typists.ts'

const ROUNDS = Number(process.env['KILLS'] ?? 20)
/** A file takes what so many rounds write. */
const ROUNDS_PER_FILE = 20

interface Row {
  pid: number
  parent: number
  /** `Z`: it has ended, and its parent has not noticed */
  state: string
}

function listProcesses(): Row[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' })
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, state = '']) => ({ pid: Number(pid), parent: Number(parent), state }))
}

/** Resolves when all of its processes are gone. */
async function killPostgres(postmaster: ChildProcess) {
  // A backend that it makes after the look round would live on, and keep the next one from starting.
  postmaster.kill('SIGSTOP')
  const backends = listProcesses().filter(({ parent }) => parent === postmaster.pid)
  const pids = new Set([postmaster.pid, ...backends.map(({ pid }) => pid)])
  for (const pid of pids) {
    try {
      process.kill(pid!, 'SIGKILL')
    } catch {
      // A backend that ended meanwhile.
    }
  }
  // Until its end is noticed here, the next one finds its number in use and takes it for alive.
  if (postmaster.exitCode === null && postmaster.signalCode === null) await once(postmaster, 'exit')
  const isRunning = ({ pid, state }: Row) => pids.has(pid) && !state.startsWith('Z')
  await until(() => !listProcesses().some(isRunning), 'PostgreSQL to be gone')
}

/** PostgreSQL and a node of this test's own. */
async function start(onTestFinished: (end: () => unknown) => void) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'openlaunch-durability-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const service = await preparePostgres(directory)
  if (!service) throw new Error('PostgreSQL is not to be had here')
  let postmaster = await service.start()
  onTestFinished(() => killPostgres(postmaster))
  const settings = { DATABASE_URL: service.url, PORT: '0', LOG_LEVEL: 'fatal' }
  let server = await spawnServer(settings)
  onTestFinished(() => server.kill('SIGKILL'))
  return {
    url: () => server.url,
    async kill(what: 'the database' | 'both') {
      const killed = killPostgres(postmaster)
      if (what === 'both') await server.kill('SIGKILL')
      await killed
    },
    async startDatabase() {
      postmaster = await service.start()
    },
    async startNode() {
      if (server.child.signalCode !== null) server = await spawnServer(settings)
    },
    /** What is in the database, whatever a node has in memory */
    async readStored(fileId: string): Promise<string> {
      const { db, close } = await openDatabase({ url: service.url, dataDir: 'unused' })
      const stored = await readDocument(db, fileId)
      await close()
      return stored ? textOf(updatesOf(stored)) : ''
    },
  }
}

async function createFile(person: Person, slug: string, path: string): Promise<string> {
  const created = await person.rest('POST', `/projects/${slug}/files`, { path })
  return (created.data as ProjectFile).id
}

describe.skipIf(!inject('postgresUrl'))('kill −9', () => {
  test.concurrent.for(['the database', 'both'] as const)(
    `[D7] of %s, ${ROUNDS} times: nothing that was reported saved is lost or doubled`,
    { timeout: ROUNDS * 30_000 },
    async (what, { expect, onTestFinished }) => {
      const machine = await start((end) => onTestFinished(async () => void (await end())))
      const ada = await register(machine.url(), 'ada')
      const { slug } = await createProject(ada)
      let [fileId, saved] = ['', new Set<string>()]
      for (let round = 0; round < ROUNDS; round++) {
        // The long form takes longer than a token lives; the database may still be waking.
        const person = await vi.waitFor(() => signIn(ada, machine.url()), { timeout: 10_000 })
        if (round % ROUNDS_PER_FILE === 0) {
          fileId = await createFile(person, slug, `notes-${round}.md`)
          saved = new Set()
        }
        const typist = startTyping(person, fileId, round)
        const stopTypingY = startTypingY(person, fileId, round)
        await expect
          .poll(() => typist.hasSaved(`/y ${round} `), { timeout: 60_000, interval: 10 })
          .toBe(true)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 300))
        await machine.kill(what)
        typist.stop()
        stopTypingY()
        typist.saved.forEach((mark) => saved.add(mark))
        typist.destroy()
        await machine.startDatabase()
        const stored = await machine.readStored(fileId)
        expect(findWrong(saved, stored), `marks lost or doubled in round ${round}`).toEqual([])
        await machine.startNode()
      }
    },
  )
})
