// Who speaks in a document's awareness. A connection speaks for one client, its own; stock clients also repeat what
// they heard of others, and take others out whom they missed for 30 s, which changes nothing here.
import { isDeepStrictEqual } from 'node:util'
import type { Connection, Document } from '@hocuspocus/server'
import { applyAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import { writeAwarenessStates, type AwarenessState } from './frames.ts'
import type { News, Speaker } from './news.ts'

/** Origin of what another node said. */
const HEARD = 'heard'
/** How long others have, after news may have been lost, to say who is still with them. */
const CONFIRM_MS = 1_000
/** A client whose state moves on twice before it hears of it might take its own newer one for older. */
const RENEW_MS = 1_000

interface Voice {
  /** Whose client it is, as long as the document is in memory: nobody else takes it while they are away */
  userId: string
  /** The connection that speaks for it here, or spoke last … */
  connection: Connection | undefined
  /** … or the node from which it was heard, and when */
  node: string | undefined
  heardAt: number
  /** The newest clock that the connection said; ours may be ahead */
  clock: number
  /** When its connection, here or there, took the client over, by this node's clock */
  since: number
}

export interface VoicesOptions {
  document: Document
  fileId: string
  tell: (news: News) => void
}

export type Voices = ReturnType<typeof createVoices>

export function createVoices({ document, fileId, tell }: VoicesOptions) {
  const { awareness } = document
  const voices = new Map<number, Voice>()
  /** Each connection's client */
  const own = new Map<Connection, number>()
  let toldAt = -Infinity
  const doubts = new Set<NodeJS.Timeout>()

  const clockOf = (client: number) => awareness.meta.get(client)?.clock ?? -1
  const stateOf = (client: number) => awareness.states.get(client) ?? null

  function tellOf(changed: number[]) {
    const clients = changed.filter((client) => voices.has(client))
    const states = clients.map((client) => ({
      client,
      clock: clockOf(client),
      state: stateOf(client),
    }))
    const speakers = clients.map((client) => {
      const { userId = '', since = 0 } = voices.get(client) ?? {}
      return { userId, age: Math.round(performance.now() - since) }
    })
    const update = writeAwarenessStates(states)
    if (clients.length > 0) tell({ kind: 'awareness', fileId, update, speakers })
  }

  awareness.on(
    'update',
    (changes: Record<'added' | 'updated' | 'removed', number[]>, origin: unknown) => {
      // Every node times out for itself.
      if (origin === HEARD || origin === 'timeout') return
      tellOf([...changes.added, ...changes.updated, ...changes.removed])
    },
  )
  document.on('destroy', () => doubts.forEach(clearTimeout))

  /**
   * Sets a client's state here. Whoever comes back says what was heard before, or heard that they left; with the clock
   * they say, others would not see them before they move. The client itself hears of the newer clock, too, and goes on
   * from it.
   */
  function set(said: AwarenessState) {
    const clock = Math.max(said.clock, clockOf(said.client) + 1)
    applyAwarenessUpdate(awareness, writeAwarenessStates([{ ...said, clock }]), null)
  }

  function replace(client: number, voice: Voice) {
    const connection = voices.get(client)?.connection
    if (connection && own.get(connection) === client) own.delete(connection)
    voices.set(client, voice)
    return voice
  }

  /** Lets a connection without a client have this one, unless it is somebody else's. */
  function claim(connection: Connection, userId: string, { client, state }: AwarenessState) {
    const voice = voices.get(client)
    if (state === null || own.has(connection) || (voice && voice.userId !== userId))
      return undefined
    // If it is theirs already, they came back before their old connection ended.
    const since = performance.now()
    const claimed = { userId, connection, node: undefined, heardAt: 0, clock: -1, since }
    replace(client, claimed)
    own.set(connection, client)
    return claimed
  }

  function take(connection: Connection, userId: string, said: AwarenessState) {
    const { client, clock, state } = said
    const isOwn = own.get(connection) === client
    const voice = isOwn ? voices.get(client) : claim(connection, userId, said)
    if (!voice || clock <= voice.clock) return
    voice.clock = clock
    const signed = sign(state, userId)
    // It repeats what it heard of itself; an answer would be repeated, too, and so on without end.
    if (isOwn && clock === clockOf(client) && isDeepStrictEqual(signed, stateOf(client))) return
    set({ ...said, clock: isOwn ? clock : newer(clock), state: signed })
  }

  function hear(said: AwarenessState, { userId, age }: Speaker, node: string) {
    const { client, clock, state } = said
    const voice = voices.get(client)
    if (voice ? voice.userId !== userId : state === null) return
    const [known, ours, now] = [stateOf(client), clockOf(client), performance.now()]
    const since = now - age
    const isLater = voice === undefined || since > voice.since
    if (voice?.connection && known !== null && state !== null && !isLater) {
      // They came here after that, and the other node had not heard of it.
      if (clock < ours) return
      return set({ client, clock: clock + 1, state: known })
    }
    // A node says things in order, and begins with low clocks again when it had forgotten the document. Of two nodes,
    // that is right to which they came later.
    const isNews = voice?.node === node || (state !== null && (!known || isLater || clock > ours))
    if (!isNews) return
    replace(client, { userId, connection: undefined, node, heardAt: now, clock: -1, since })
    if (clock <= ours && isDeepStrictEqual(state, known)) return
    const newClock = Math.max(clock, state === null ? ours : ours + 1)
    applyAwarenessUpdate(awareness, writeAwarenessStates([{ ...said, clock: newClock }]), HEARD)
  }

  function drop(isGone: (voice: Voice) => boolean) {
    const gone = [...voices].filter(([, voice]) => isGone(voice)).map(([client]) => client)
    removeAwarenessStates(awareness, gone, HEARD)
  }

  return {
    /** What a client said, of whomever. */
    take(connection: Connection, userId: string, states: AwarenessState[]) {
      for (const state of states) take(connection, userId, state)
    },

    /** What another node said of its clients. */
    hear(states: AwarenessState[], speakers: Speaker[], node: string) {
      for (const [index, speaker] of speakers.entries()) {
        const state = states[index]
        if (state) hear(state, speaker, node)
      }
    },

    /** Tells the other nodes of all clients here, also those whose clients heard it already and then that they left. */
    tellAll() {
      const clients = [...own.values()].filter((client) => awareness.states.has(client))
      const now = performance.now()
      if (now - toldAt < RENEW_MS) return tellOf(clients)
      toldAt = now
      for (const client of clients) set({ client, clock: 0, state: stateOf(client) })
    },

    /** News may have been lost: whoever is not heard of soon has left meanwhile. */
    doubt() {
      const since = performance.now()
      const timer = setTimeout(() => {
        doubts.delete(timer)
        drop(({ node, heardAt }) => node !== undefined && heardAt < since)
      }, CONFIRM_MS).unref()
      doubts.add(timer)
    },

    nodeGone: (gone: string) => drop(({ node }) => node === gone),

    leave(connection: Connection) {
      const client = own.get(connection)
      if (client === undefined) return
      own.delete(connection)
      const voice = voices.get(client)
      // It holds its socket.
      if (voice?.connection === connection) voice.connection = undefined
      removeAwarenessStates(awareness, [client], null)
    },
  }
}

/** The clock of 0 is that of a state nobody set, which nobody hears. */
const newer = (clock: number) => (clock > 0 ? clock + 1 : clock)

/** A `user` in a state has the id of the person whose connection it is, whatever the client wrote there. */
function sign(state: AwarenessState['state'], userId: string): AwarenessState['state'] {
  const user = state?.['user']
  if (typeof user !== 'object' || user === null || Array.isArray(user)) return state
  return { ...state, user: { ...user, id: userId } }
}
