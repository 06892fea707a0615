// What only one person is told — read marks, mutes — is news that may be lost, and nobody counts it. After a gap each
// node tells its people anew how it stands.
import type { Logger } from 'pino'
import type { Db } from '../../db/database.ts'
import { readMute } from '../../db/voice.ts'
import type { Bus } from '../../protocol/bus.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Principal } from '../../protocol/access.ts'
import { userRoom } from '../../protocol/names.ts'
import { listChannels } from '../chat/channels.ts'
import { listThreads } from '../chat/threads.ts'
import { emitTo } from '../emit.ts'
import type { Io } from '../io.ts'

/** The gap may end a little later for the connections that carry this news; milliseconds. */
const AGAIN = 5_000

export function createMarks({ db, io, bus, log }: { db: Db; io: Io; bus: Bus; log: Logger }) {
  let running = false
  let waiting = false
  let again: NodeJS.Timeout | undefined

  async function tell(person: Principal, projectId: string) {
    const [channels, threads, until] = [
      await listChannels(db, projectId, person.id),
      await listThreads(db, person, projectId),
      await readMute(db, projectId, person.id),
    ]
    const devices = io.local.to(userRoom(person.id))
    for (const { id: channelId, readSeq, unread, mentions } of channels) {
      if (readSeq === 0) continue
      emitTo(
        devices,
        'read_changed',
        { projectId, channelId, readSeq, unread, mentions },
        person.id,
      )
    }
    for (const { root, readSeq, unread } of threads) {
      const mark = { projectId, channelId: root.channelId, threadId: root.id, readSeq, unread }
      emitTo(devices, 'thread_read_changed', mark, person.id)
    }
    emitTo(devices, 'muted', { projectId, until })
  }

  /** One person after another: everybody at once would be a storm. */
  async function tellAll() {
    const people = new Map<string, [Principal, projectId: string]>()
    for (const { data } of io.sockets.sockets.values()) {
      for (const projectId of Object.keys(data.joined))
        people.set(`${data.principal.id} ${projectId}`, [data.principal, projectId])
    }
    for (const [person, projectId] of people.values()) {
      await tell(person, projectId).catch((error: unknown) => {
        // Who may not know it is put out elsewhere.
        if (!(error instanceof AppError)) throw error
      })
    }
  }

  async function run() {
    waiting = running
    if (running) return
    running = true
    try {
      await tellAll()
    } catch (error) {
      log.warn({ err: error }, 'marks cannot be told now')
    }
    running = false
    if (waiting) await run()
  }

  const end = bus.onGap(() => {
    clearTimeout(again)
    again = setTimeout(() => void run(), AGAIN).unref()
    void run()
  })
  return {
    close() {
      end()
      clearTimeout(again)
    },
  }
}
