// The updates of a project, each once and in order: as they come, and by pages what was missed.
import type { ProjectUpdate, UpdatePage } from '../../protocol/events.ts'

interface Options {
  read(after: number): Promise<UpdatePage>
  onUpdate(update: ProjectUpdate, actorId: string | undefined): void
  onReload(): void
}

/** Between attempts, milliseconds. */
const PAUSE = 2_000

export function createFollower({ read, onUpdate, onReload }: Options) {
  let seq: number | undefined
  /** Newest that was told of */
  let heard = 0
  let more = false
  /** Counts connections: what an earlier one asked is not waited for */
  let run = 0
  let reading = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const take = (page: UpdatePage) => {
    for (const update of page.updates) {
      if (update.seq <= (seq ?? 0)) continue
      seq = update.seq
      onUpdate(update, undefined)
    }
    if (page.reset) onReload()
    // Another history may be behind what was told of the old one.
    if (page.reset) heard = page.seq
    seq = page.reset ? page.seq : Math.max(seq ?? 0, page.seq)
    more = page.hasMore
  }
  const fill = async () => {
    if (reading) return
    const mine = run
    reading = true
    try {
      while (mine === run && seq !== undefined && (more || heard > seq)) {
        const before = seq
        const page = await read(seq)
        if (mine !== run) return
        take(page)
        // What was told of is not to be had (yet): it comes with the next one, or with the next join.
        if (seq === before && !more) return
      }
    } catch {
      if (mine === run) timer = setTimeout(() => void fill(), PAUSE)
    } finally {
      if (mine === run) reading = false
    }
  }

  return {
    /** Up to which all was passed on; undefined before the first join */
    get seq() {
      return seq
    },
    /** The answer of a join. */
    take(page: UpdatePage) {
      take(page)
      void fill()
    },
    /** An event. */
    hear(update: ProjectUpdate, actorId: string | undefined) {
      heard = Math.max(heard, update.seq)
      if (seq === undefined || update.seq <= seq) return
      if (update.seq > seq + 1 || reading) return void fill()
      seq = update.seq
      onUpdate(update, actorId)
    },
    /** The connection is gone. */
    away() {
      run += 1
      reading = false
      more = false
      clearTimeout(timer)
    },
    close() {
      run += 1
      clearTimeout(timer)
    },
  }
}
