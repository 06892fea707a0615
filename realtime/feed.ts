// Commits in order, on every node. What each node tells its sockets follows the positions that the database gave;
// news between nodes make it fast, and whatever they lose is read from the database.
import type { Logger } from 'pino'
import type { Bus } from '../protocol/bus.ts'
import { createLookout } from './lookout.ts'
import type { Packet } from './outlet.ts'

export interface Entry {
  position: number
  packet: Packet
}

export interface FeedOptions {
  topic: string
  bus: Bus
  log: Logger
  /** The newest position of each key that exists */
  heads(keys: readonly string[]): Promise<Map<string, number>>
  /**
   * What came after a position, in order; positions grow and need not be dense
   * @param told up to where this node's sockets were told all: the first of some reads has `after` here
   */
  read(key: string, after: number, limit: number, told: number): Promise<Entry[]>
  /** To this node's sockets */
  deliver(key: string, packets: readonly Packet[]): void
}

export interface Feed {
  /**
   * Resolves when every commit from now on will be delivered here; what is there already, the caller reads afterwards.
   * Of keys that are followed already, nothing happens again.
   */
  follow(keys: readonly string[]): Promise<void>
  unfollow(key: string): void
  follows(key: string): boolean
  /** After the commit; dense positions. Delivers here in order and tells the other nodes. */
  publish(key: string, entries: readonly Entry[]): void
  close(): void
}

/** Entries that one read of the database brings. */
const READ_LIMIT = 500
/** Keys that one query for heads asks for. */
const HEADS_LIMIT = 1_000
/** Reads at the same time: after an outage there may be gaps everywhere, and others need the database, too. */
const READERS = 4
/** How long what arrived early waits for what is missing before it, in milliseconds. */
const HOLE_PATIENCE = 150
/** Longest time between two attempts to read, in milliseconds. */
const MAX_BACKOFF = 2_000
/** How often heads are compared when all is well, in milliseconds. */
const CALM = 15_000

interface Line {
  /** Up to where this node's sockets were told; null until it is known */
  position: number | null
  /** Where the database was seen to be */
  head: number
  /** What arrived before its predecessors */
  ahead: Map<number, Packet>
  started: Promise<void>
  filling: boolean
  timer: NodeJS.Timeout | undefined
}

export function createFeed({ topic, bus, log, heads, read, deliver }: FeedOptions): Feed {
  const lines = new Map<string, Line>()
  let closed = false

  const isCurrent = (key: string, line: Line) => !closed && lines.get(key) === line

  function accept(key: string, entries: readonly Entry[]) {
    const line = lines.get(key)
    if (!line) return
    for (const { position, packet } of entries)
      if (line.position === null || position > line.position) line.ahead.set(position, packet)
    advance(key, line)
  }

  /** Tells what is next in line, and sees to it that a hole is filled. */
  function advance(key: string, line: Line) {
    // What arrives while a gap is being read may be in it.
    if (line.position === null || line.filling) return
    const packets: Packet[] = []
    for (;;) {
      const next = line.ahead.get(line.position + 1)
      if (!next) break
      packets.push(next)
      line.ahead.delete(++line.position)
    }
    if (packets.length > 0) deliver(key, packets)
    if (line.ahead.size > 0 || line.head > line.position) fillLater(key, line, HOLE_PATIENCE)
  }

  function fillLater(key: string, line: Line, delay: number, attempt = 0) {
    if (line.filling || line.timer || !isCurrent(key, line)) return
    line.timer = setTimeout(() => {
      line.timer = undefined
      void fill(key, line, attempt)
    }, delay).unref()
  }

  let readers = 0
  const waiting: (() => void)[] = []
  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (readers === READERS) await new Promise<void>((resolve) => waiting.push(resolve))
    else readers++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else readers--
    }
  }

  async function fill(key: string, line: Line, attempt: number) {
    const told = line.position
    if (told === null || !isCurrent(key, line)) return
    // Commits come before their news: what is read from now on holds all up to here, but for what a later change of
    // the same thing replaced.
    const settled = Math.max(line.head, ...line.ahead.keys())
    if (settled <= told) return
    line.filling = true
    try {
      for (let after = told, isAll = false; !isAll;) {
        const entries = await inTurn(() => read(key, after, READ_LIMIT, told))
        if (!isCurrent(key, line)) return
        isAll = entries.length < READ_LIMIT
        after = Math.max(isAll ? settled : 0, entries.at(-1)?.position ?? 0)
        settle(key, line, entries, after)
      }
    } catch (error) {
      if (attempt === 0 && !closed) log.warn({ err: error, topic }, 'a gap cannot be filled now')
      const delay = Math.min(HOLE_PATIENCE * 2 ** attempt, MAX_BACKOFF)
      line.filling = false
      return fillLater(key, line, delay, attempt + 1)
    }
    line.filling = false
    advance(key, line)
  }

  /**
   * All up to `end` is known: in `entries`, or replaced by one of them. What arrived meanwhile and was replaced must
   * not be told, too: the same message would be new twice.
   */
  function settle(key: string, line: Line, entries: readonly Entry[], end: number) {
    for (const position of line.ahead.keys()) if (position <= end) line.ahead.delete(position)
    line.position = end
    if (entries.length > 0) {
      deliver(
        key,
        entries.map(({ packet }) => packet),
      )
    }
  }

  async function start(keys: readonly string[], begun: Map<string, Line>) {
    try {
      const found = await readHeads(keys)
      for (const [key, line] of begun) {
        const head = found.get(key) ?? 0
        line.position = head
        line.head = Math.max(line.head, head)
        for (const position of line.ahead.keys()) if (position <= head) line.ahead.delete(position)
        if (isCurrent(key, line)) advance(key, line)
      }
    } catch (error) {
      for (const [key, line] of begun) if (lines.get(key) === line) lines.delete(key)
      throw error
    }
  }

  async function readHeads(keys: readonly string[]): Promise<Map<string, number>> {
    const found = new Map<string, number>()
    for (let at = 0; at < keys.length; at += HEADS_LIMIT)
      for (const [key, head] of await heads(keys.slice(at, at + HEADS_LIMIT))) found.set(key, head)
    return found
  }

  async function look() {
    const keys = [...lines].flatMap(([key, { position }]) => (position === null ? [] : [key]))
    for (const [key, head] of await readHeads(keys)) {
      const line = lines.get(key)
      if (!line) continue
      line.head = Math.max(line.head, head)
      advance(key, line)
    }
  }
  const onError = (error: unknown) =>
    log.warn({ err: error, topic }, 'gaps cannot be looked for now')
  const lookout = createLookout({ bus, calm: CALM, look, onError })
  const stopGaps = bus.onGap(lookout.hurry)
  const stopNews = bus.subscribe(topic, (data) => {
    const text = new TextDecoder().decode(data)
    const key = text.slice(0, text.indexOf('\n'))
    if (lines.has(key)) accept(key, decodeEntries(text))
  })

  return {
    async follow(keys) {
      const begun = new Map<string, Line>()
      for (const key of keys) {
        if (lines.has(key)) continue
        const started = Promise.resolve()
        const ahead = new Map<number, Packet>()
        const line = { position: null, head: 0, ahead, started, filling: false, timer: undefined }
        lines.set(key, line)
        begun.set(key, line)
      }
      if (begun.size > 0) {
        const started = start([...begun.keys()], begun)
        for (const line of begun.values()) line.started = started
      }
      await Promise.all(keys.flatMap((key) => lines.get(key)?.started ?? []))
    },
    unfollow(key) {
      clearTimeout(lines.get(key)?.timer)
      lines.delete(key)
    },
    follows: (key) => lines.has(key),
    publish(key, entries) {
      if (entries.length === 0) return
      bus.publish(topic, encodeNews(key, entries))
      accept(key, entries)
    },
    close() {
      closed = true
      lookout.close()
      for (const line of lines.values()) clearTimeout(line.timer)
      stopGaps()
      stopNews()
    },
  }
}

// A line for the key and one for each entry: neither keys nor packets have line breaks.
function encodeNews(key: string, entries: readonly Entry[]): Uint8Array {
  const lines = entries.map(({ position, packet }) => `${position} ${packet.text}`)
  return Buffer.from([key, ...lines].join('\n'))
}

function decodeEntries(news: string): Entry[] {
  const [, ...lines] = news.split('\n')
  return lines.map((line) => {
    const space = line.indexOf(' ')
    return { position: Number(line.slice(0, space)), packet: { text: line.slice(space + 1) } }
  })
}
