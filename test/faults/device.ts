// One device of a person: a Socket.IO client that knows the chat by the protocol alone. It comes back after every
// loss, asks for what it missed, and repeats what was not answered.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Attachment, ChatMessage } from '../../protocol/chat.ts'
import type { Events, Requests, UpdatePage } from '../../protocol/events.ts'
import { createReplica, type Replica } from '../../web/chat/store/replica.ts'
import type { Person } from '../people.ts'
import type { Ledger } from './ledger.ts'
import { createLink, isTemporary, Refusal } from './link.ts'
import type { Random } from '../random.ts'

/** What came on a connection, in the order it came. `joined`: everything after `rev` is told from here on. */
export interface Heard {
  connection: number
  name: 'joined' | 'chat_message' | 'message_changed' | 'project_update'
  /** Channel, or project */
  key: string
  /** Position in it */
  rev: number
  id: string
}

export interface SeenPresence {
  at: number
  userId: string
  status: string
}

export interface DeviceOptions {
  name: string
  urls: readonly string[]
  first: number
  person: Person
  projectId: string
  random: Random
  ledger: Ledger
}

/** A node that does not answer an upload in this time is asked again, or another is, milliseconds. */
const UPLOAD_PATIENCE = 5_000

export type Device = ReturnType<typeof createDevice>

export function createDevice(options: DeviceOptions) {
  const { name, urls, first, person, projectId, random, ledger } = options
  const replicas = new Map<string, Replica>()
  const marks = new Map<string, number>()
  const heard: Heard[] = []
  const presence: SeenPresence[] = []
  /** Answers that said no for now */
  const refusals: { name: string; at: number; ms: number; text: string }[] = []
  const updates = new Set<number>()
  let since: number | undefined
  let present: string[] = []
  let ready = 0
  let readyAt = 0
  let isClosed = false

  const replicaOf = (channelId: string) => {
    const replica = replicas.get(channelId) ?? createReplica()
    replicas.set(channelId, replica)
    return replica
  }
  const mark = (channelId: string, seq: number) =>
    void marks.set(channelId, Math.max(marks.get(channelId) ?? 0, seq))

  const link = createLink({
    urls,
    first,
    token: person.token,
    random,
    onConnect(connection) {
      for (const replica of replicas.values()) replica.away()
      enter(connection).catch((error: unknown) => {
        if (error instanceof Refusal && !isTemporary(error))
          ledger.problem(`${name} was not let in: ${error.message}`)
        if (link.connection() === connection) link.leave()
      })
    },
    onEvent(event, payload) {
      const connection = link.connection()
      if (event === 'chat_message' || event === 'message_changed') {
        const message = payload as ChatMessage
        const { id, rev, channelId: key } = message
        heard.push({ connection, name: event, key, rev, id })
        replicaOf(key).receive(message)
        // Who writes has read what stands above: CH4.
        if (message.author.id === person.id && message.threadId === null && !message.system)
          mark(key, message.seq)
      } else if (event === 'read_changed') {
        const { channelId, readSeq } = payload as Events['read_changed']
        mark(channelId, readSeq)
      } else if (event === 'project_update') {
        const { seq } = payload as Events['project_update']
        heard.push({ connection, name: event, key: projectId, rev: seq, id: String(seq) })
        updates.add(seq)
      } else if (event === 'presence_changed') {
        const { user, status } = payload as Events['presence_changed']
        presence.push({ at: performance.now(), userId: user.id, status })
        present = present.filter((id) => id !== user.id)
        if (status !== 'offline') present.push(user.id)
      } else if (event === 'presence_state') {
        present = (payload as Events['presence_state']).present.map(({ id }) => id)
      }
    },
  })

  /** Joins and resumes: everything that was missed is known when it is through. */
  async function enter(connection: number) {
    const ask: typeof link.ask = async (...request) => {
      const answer = await link.ask(...request)
      if (link.connection() !== connection) throw new Error('the connection is another')
      return answer
    }
    const joined = await ask('join_project', { projectId, ...(since !== undefined && { since }) })
    heard.push({ connection, name: 'joined', key: projectId, rev: joined.seq, id: '' })
    for (const { id: key, rev, readSeq } of joined.channels) {
      heard.push({ connection, name: 'joined', key, rev, id: '' })
      mark(key, readSeq)
    }
    present = joined.present.map(({ id }) => id)
    let page: UpdatePage = joined
    for (;;) {
      if (page.reset) ledger.problem(`${name} was to load all updates anew after ${since}`)
      page.updates.forEach(({ seq }) => updates.add(seq))
      since = page.seq
      if (!page.hasMore) break
      page = await ask('get_updates', { projectId, after: since })
    }
    await Promise.all(
      joined.channels.map(async ({ id: channelId }) => {
        const replica = replicaOf(channelId)
        for (;;) {
          const after = replica.rev ?? 0
          const changes = await ask('get_changes', { projectId, channelId, after, limit: 200 })
          if (changes.reset) ledger.problem(`${name} was to load ${channelId} anew after ${after}`)
          replica.catchUp(changes)
          if (!changes.hasMore) break
        }
      }),
    )
    ready = connection
    readyAt = performance.now()
  }

  /** Asks until there is an answer that counts. @throws Refusal that is for good, Error when the device is closed */
  async function insist<Name extends keyof Requests>(
    request: Name,
    payload: Requests[Name][0],
  ): Promise<Requests[Name][1]> {
    for (;;) {
      if (isClosed) throw new Error('closed')
      const at = performance.now()
      try {
        if (link.isConnected()) return await link.ask(request, payload)
      } catch (error) {
        if (!isTemporary(error)) throw error
        const text = error instanceof Error ? error.message : String(error)
        refusals.push({ name: request, at, ms: performance.now() - at, text })
      }
      await sleep(random.between(50, 150))
    }
  }

  /** A small file; what no message takes along, the server forgets. */
  async function upload(text: string): Promise<Attachment> {
    for (;;) {
      if (isClosed) throw new Error('closed')
      const url = `${urls[link.node()]}/api/v1/projects/${projectId}/attachments?name=${text}`
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${person.token}`, 'content-type': 'text/plain' },
        body: text,
        signal: AbortSignal.timeout(UPLOAD_PATIENCE),
      }).catch(() => undefined)
      const answer = await response?.text().catch(() => undefined)
      if (response?.ok && answer) return (JSON.parse(answer) as { data: Attachment }).data
      // Without a text, the node was killed while it answered.
      if (response && answer && response.status < 500 && response.status !== 429)
        throw new Error(`no upload: ${answer}`)
      await sleep(random.between(50, 150))
    }
  }

  return {
    name,
    person,
    link,
    upload,
    replicas,
    marks,
    heard,
    presence,
    refusals,
    updates,
    insist,
    present: () => present,
    /** Connected, in the room, and nothing missed is missing */
    isReady: () => ready > 0 && ready === link.connection() && link.isConnected(),
    readyAt: () => readyAt,
    close() {
      isClosed = true
      link.close()
    },
  }
}
