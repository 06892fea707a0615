// A PostgreSQL that is paused, or behind a connection that is half open, answers nothing and refuses nothing: without
// this, queries would wait for as long as TCP does, which is minutes.
import type { Socket } from 'node:net'
import type pg from 'pg'

/** Longer than any query of ours takes; milliseconds. */
const SILENCE = 8_000

/** What `pg` keeps behind the type of a pool's client. */
interface ClientInside {
  connection: { stream: Socket }
  /** Whether the server owes nothing */
  readyForQuery: boolean
}

export interface WatchdogOptions {
  /** How long a connection may be silent while a query is under way, in milliseconds */
  silenceMs?: number | undefined
  /** Whether to look on: migrations wait for each other, and rebuild tables */
  isOn(): boolean
}

/**
 * Ends connections on which a query gets no answer: it fails as UNAVAILABLE, and the pool makes another one. With it go
 * those that were not heard since it was asked: each of them would take as long to show that it is dead.
 */
export function watchConnections(
  pool: pg.Pool,
  { silenceMs = SILENCE, isOn }: WatchdogOptions,
): void {
  const heardAt = new Map<Socket, number>()
  pool.on('connect', (client) => {
    const inside = client as unknown as ClientInside
    const { stream } = inside.connection
    const hear = () => heardAt.set(stream, performance.now())
    hear()
    stream.on('data', hear).on('close', () => heardAt.delete(stream))
    // As a listener of its own: the one that setTimeout takes is told once, and most silences are idle ones.
    stream.setTimeout(silenceMs).on('timeout', () => {
      if (!isOn() || inside.readyForQuery) return
      const askedAt = performance.now() - silenceMs
      // Handles close in reverse order: the others are out of the pool when this query fails, and is tried again.
      stream.destroy()
      for (const [other, at] of heardAt) if (at <= askedAt) other.destroy()
    })
  })
}
